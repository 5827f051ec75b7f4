package oktatest_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// ask sends a listing with headers of the caller's within the process, and leaves the body as it came.
func ask(t *testing.T, org *oktatest.Org, target string, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, orgURL+target, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "SSWS "+org.APIToken())
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	resp, err := org.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// What Okta's recorded answers have, and where they lack it.
func TestHeadersAreThoseOfRecordedAnswers(t *testing.T) {
	t.Parallel()
	limits := []string{"X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"}
	caching := map[string]string{"Cache-Control": "no-cache, no-store", "Pragma": "no-cache", "Expires": "0"}
	for name, test := range map[string]struct {
		method, target string
		fault          oktatest.Fault
		status         int
		lacks          []string
	}{
		"a page":              {"GET", tokens, oktatest.Fault{}, 200, nil},
		"a revocation":        {"DELETE", tokens, oktatest.Fault{}, 204, nil},
		"an unknown token":    {"GET", tokens + "/oar9", oktatest.Fault{}, 404, nil},
		"a malformed request": {"GET", tokens + "?limit=ten", oktatest.Fault{}, 400, nil},
		"a limit used up":     {"GET", tokens, oktatest.UsedUp(time.Minute), 429, slices.Collect(maps.Keys(caching))},
		"another method":      {"PUT", tokens, oktatest.Fault{}, 405, append(limits, "X-Okta-Request-Id")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := oktatest.New(oktatest.WithApp("0oa1", 3))
			org.Inject(test.fault)
			got := send(t, org, test.method, test.target)
			if got.status != test.status {
				t.Fatalf("status %d", got.status)
			}
			if length := got.header.Get("Content-Length"); got.status != 204 && length != fmt.Sprint(len(got.body)) || got.status == 204 && length != "" {
				t.Errorf("Content-Length %q of %d bytes", length, len(got.body))
			}
			if cookie := got.header.Get("Set-Cookie"); !strings.HasPrefix(cookie, "JSESSIONID=") {
				t.Errorf("Set-Cookie %q", cookie)
			}
			for _, name := range slices.Concat(limits, slices.Collect(maps.Keys(caching)), []string{"X-Okta-Request-Id"}) {
				values, lacks := got.header.Values(name), slices.Contains(test.lacks, name)
				if (len(values) == 0) != lacks || !lacks && caching[name] != "" && values[0] != caching[name] {
					t.Errorf("%s is %q, want it to be missing: %v", name, values, lacks)
				}
			}
		})
	}
}

func TestErrorsHaveIDsLikeOktas(t *testing.T) {
	t.Parallel()
	org := oktatest.New()
	form, seen := regexp.MustCompile(`^oae[\w-]{22}$`), ""
	for range 100 {
		var e gen.Error
		if err := json.Unmarshal([]byte(send(t, org, "GET", tokens).body), &e); err != nil || !form.MatchString(e.ID) {
			t.Fatalf("%v, ID %q", err, e.ID)
		}
		seen += e.ID
	}
	if !strings.Contains(seen, "-") || !strings.Contains(seen, "_") {
		t.Error("no ID has a - or a _")
	}
}

func TestSuccessesAreCompressedForThoseWhoAcceptIt(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 3), oktatest.WithClock(func() time.Time { return time.Unix(1, 0) }))
	plain, err := io.ReadAll(ask(t, org, tokens).Body)
	if err != nil {
		t.Fatal(err)
	}
	for accepted, compressed := range map[string]bool{
		"": false, "identity": false, "br": false, "gzip;q=0": false, "gzip; q=0.000, br": false,
		"gzip": true, "GZIP;q=0.5": true, "br, gzip": true,
	} {
		resp := ask(t, org, tokens, "Accept-Encoding", accepted)
		if got := resp.Header.Get("Content-Encoding") == "gzip"; got != compressed {
			t.Errorf("Accept-Encoding %q: compressed %v, want %v", accepted, got, compressed)
			continue
		}
		body := io.Reader(resp.Body)
		if compressed {
			if body, err = gzip.NewReader(resp.Body); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := io.ReadAll(body); err != nil || string(got) != string(plain) {
			t.Errorf("Accept-Encoding %q: %v, %s", accepted, err, got)
		}
	}
	if resp := ask(t, org, tokens+"/oar9", "Accept-Encoding", "gzip"); resp.Header.Get("Content-Encoding") != "" {
		t.Error("an error is compressed")
	}
}

// Behind a proxy that ends TLS, the client's scheme is in a header.
func TestLinksTakeTheSchemeOfTheProxy(t *testing.T) {
	t.Parallel()
	server := oktatest.NewServer(oktatest.WithApp("0oa1", 3))
	defer server.Close()
	for forwarded, want := range map[string]string{
		"": "http", "http": "http", "https": "https", "HTTPS": "https", "https, http": "https",
		"https://evil.example/>": "http",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+tokens, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "SSWS "+server.APIToken())
		req.Header.Set("X-Forwarded-Proto", forwarded)
		got := receive(http.DefaultClient.Do(req))
		origin := want + strings.TrimPrefix(server.URL, "http")
		link, self := got.header.Get("Link"), got.list(t)[0].Links.Self.Href
		if !strings.HasPrefix(link, "<"+origin+tokens) || !strings.HasPrefix(self, origin) {
			t.Errorf("X-Forwarded-Proto %q: Link %s, %s, want %s", forwarded, link, self, origin)
		}
		req.Header.Set("Authorization", "Bearer x")
		got = receive(http.DefaultClient.Do(req))
		if challenge := got.header.Get("WWW-Authenticate"); !strings.Contains(challenge, `authorization_uri="`+origin+"/") {
			t.Errorf("X-Forwarded-Proto %q: challenge %s", forwarded, challenge)
		}
	}
}
