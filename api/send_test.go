package api_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

func TestRequestsCarryTheRightHeaders(t *testing.T) {
	t.Parallel()
	org, client := newOrg(t, 1, api.WithUserAgent("sweeper/2"), api.WithRequestEditor(func(_ context.Context, req *http.Request) error {
		if req.Header.Get("Authorization") != "" {
			t.Error("an editor saw the credential")
		}
		req.Header.Set("X-Ticket", "INC-1")
		return nil
	}))
	if _, err := list(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	header := org.Requests()[0].Header
	for name, want := range map[string]string{
		"Accept":             "application/json",
		"Authorization":      "SSWS " + oktatest.DefaultAPIToken,
		"User-Agent":         "sweeper/2",
		"X-Ticket":           "INC-1",
		"X-Okta-Retry-Count": "",
		"X-Okta-Retry-For":   "",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got, want := org.Requests()[0].Query, fmt.Sprint("limit=", api.MaxPageSize); got != want {
		t.Errorf("query %q, want %s", got, want)
	}
}

// The http.Client of the caller is copied: it keeps its own habits, and the copy follows no redirect.
func TestTheCallersHTTPClientStaysAsItIs(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp(appID, 1))
	follow := func(*http.Request, []*http.Request) error { return nil }
	own := &http.Client{Transport: org.Transport(), CheckRedirect: follow}
	client, err := api.New(orgURL, api.APIToken(oktatest.DefaultAPIToken), api.WithHTTPClient(own))
	if err != nil {
		t.Fatal(err)
	}
	org.Inject(oktatest.Redirect(http.StatusFound, orgURL+"/"))
	checkError(t, client.RevokeAll(t.Context(), appID), api.ErrUnexpectedResponse, "redirect")
	if len(org.Requests()) != 1 {
		t.Errorf("%d requests, want 1", len(org.Requests()))
	}
	if own.CheckRedirect == nil || own.CheckRedirect(nil, nil) != nil {
		t.Error("the caller's client was changed")
	}
}

func TestAnEditorCannotLeadCredentialsAway(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*http.Request){
		"host":                          func(req *http.Request) { req.URL.Host = "evil.example" },
		"scheme":                        func(req *http.Request) { req.URL.Scheme = "http" },
		"host to one as long":           func(req *http.Request) { req.URL.Host = "evils.example" },
		"Host header to one as long":    func(req *http.Request) { req.Host = "evils.example" },
		"host to one that folds to it":  func(req *http.Request) { req.URL.Host = strings.Replace(req.URL.Host, "k", "\u212a", 1) },
		"port":                          func(req *http.Request) { req.URL.Host += ":8443" },
		"user information":              func(req *http.Request) { req.URL.User = url.User("evil") },
		"Host header":                   func(req *http.Request) { req.Host = "evil.example" },
		"opaque URL":                    func(req *http.Request) { req.URL.Opaque = "//evil.example/x" },
		"URL at all":                    func(req *http.Request) { req.URL = nil },
		"letter that folds to the same": func(req *http.Request) { req.Host = strings.Replace(req.Host, "k", "\u212a", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org, client := newOrg(t, 1, api.WithRequestEditor(func(_ context.Context, req *http.Request) error {
				edit(req)
				return nil
			}))
			_, err := list(t.Context(), client)
			checkError(t, err, api.ErrInvalidArgument, "credentials go to acme.okta.com alone")
			if len(org.Requests()) != 0 {
				t.Errorf("%d requests were sent", len(org.Requests()))
			}
		})
	}
}

func TestAConnectionThatBreaksBeforeTheResponseIsNamed(t *testing.T) {
	t.Parallel()
	client := newClient(t, roundTripper(func(*http.Request) (*http.Response, error) { return nil, io.EOF }), api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
	checkError(t, client.RevokeAll(t.Context(), appID), io.EOF, "the connection broke before a response: EOF")
}

// An editor that made another request of a call could delete the app.
func TestAnEditorCannotChangeWhatIsDone(t *testing.T) {
	t.Parallel()
	for name, edit := range map[string]func(*http.Request){
		"method": func(req *http.Request) { req.Method = http.MethodDelete },
		"path":   func(req *http.Request) { req.URL.Path = "/api/v1/apps/0oa1" },
		"escaped path": func(req *http.Request) {
			req.URL.RawPath = "/api/v1/apps/0oa1%2ftokens"
			req.URL.Path = "/api/v1/apps/0oa1/tokens"
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org, client := newOrg(t, 1, api.WithRequestEditor(func(_ context.Context, req *http.Request) error {
				edit(req)
				return nil
			}))
			_, err := list(t.Context(), client)
			checkError(t, err, api.ErrInvalidArgument, "changed its method or path")
			if len(org.Requests()) != 0 {
				t.Errorf("%d requests were sent", len(org.Requests()))
			}
		})
	}
	// The query is an editor's to change.
	org, client := newOrg(t, 1, api.WithRequestEditor(func(_ context.Context, req *http.Request) error {
		req.URL.RawQuery += "&trace=1"
		return nil
	}))
	if _, err := list(t.Context(), client); err != nil || !strings.HasSuffix(org.Requests()[0].Query, "&trace=1") {
		t.Errorf("%v, query %q", err, org.Requests()[0].Query)
	}
}

// The context of an attempt keeps what package context promises: an Auth may derive contexts from it on several
// goroutines, and its deadline stays.
func TestAnAuthMayHedge(t *testing.T) {
	t.Parallel()
	auth := hedgingAuth(func(ctx context.Context, req *http.Request) error {
		deadline, _ := ctx.Deadline()
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				hedge, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				_, _ = hedge.Deadline()
			})
		}
		wg.Wait()
		if again, _ := ctx.Deadline(); !again.Equal(deadline) {
			t.Errorf("the deadline moved by %v", again.Sub(deadline))
		}
		go func() { // that outlives the authorization
			hedge, cancel := context.WithTimeout(ctx, time.Millisecond)
			defer cancel()
			<-hedge.Done()
		}()
		return api.APIToken(oktatest.DefaultAPIToken).Authorize(ctx, req)
	})
	org := oktatest.New(oktatest.WithApp(appID, 50))
	client, err := api.New(orgURL, auth, api.WithHTTPClient(&http.Client{Transport: org.Transport()}))
	if err != nil {
		t.Fatal(err)
	}
	if ids, err := list(t.Context(), client, api.PageSize(5)); err != nil || len(ids) != 50 {
		t.Errorf("%v, %d tokens", err, len(ids))
	}
}

type hedgingAuth func(context.Context, *http.Request) error

func (a hedgingAuth) Authorize(ctx context.Context, req *http.Request) error { return a(ctx, req) }

// A proxy's password stays out of errors, as the URL of the proxy that cannot be parsed, and in what the proxy answers.
func TestAProxysPasswordIsInNoError(t *testing.T) {
	t.Parallel()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_, _ = connection.Write([]byte("HTTP/1.1 407 not s3cr3t@canary, s3cr3t%40canary, " + r.Header.Get("Proxy-Authorization") + "\r\nContent-Length: 0\r\n\r\n"))
			_ = connection.Close()
		}
	}))
	t.Cleanup(proxy.Close)
	good, err := url.Parse(strings.Replace(proxy.URL, "http://", "http://alice:s3cr3t%40canary@", 1))
	if err != nil {
		t.Fatal(err)
	}
	invalid := func(password string) func(*http.Request) (*url.URL, error) {
		return func(*http.Request) (*url.URL, error) {
			return url.Parse("http://alice:" + password + "@proxy.example:80")
		}
	}
	for name, choose := range map[string]func(*http.Request) (*url.URL, error){
		"a URL that is not one":       invalid("s3cr3t-canary%zz"),
		"a slash in the password":     invalid("s3cr3t/canary"),
		"white space in the password": invalid("s3cr3t canary\n"),
		"a proxy that refuses":        http.ProxyURL(good),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newClient(t, &http.Transport{Proxy: choose}, api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
			err := client.RevokeAll(t.Context(), appID)
			checkError(t, err, &api.Error{}, "")
			if strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), base64.StdEncoding.EncodeToString([]byte("alice:s3cr3t@canary"))) {
				t.Errorf("the password is shown: %v", err)
			}
		})
	}
}

func TestAnEditorsErrorEndsTheCall(t *testing.T) {
	t.Parallel()
	broken := errors.New("no ticket")
	org, client := newOrg(t, 1, api.WithRequestEditor(func(context.Context, *http.Request) error { return broken }))
	_, err := list(t.Context(), client)
	checkError(t, err, broken, "no ticket")
	if len(org.Requests()) != 0 {
		t.Errorf("%d requests were sent", len(org.Requests()))
	}
}

// A value of the caller's context, such as a trace, reaches the editors, the Auth and the transport.
func TestValuesOfTheContextReachTheTransport(t *testing.T) {
	t.Parallel()
	type trace struct{}
	reached := map[string]any{}
	org := oktatest.New(oktatest.WithApp(appID, 1))
	auth := hedgingAuth(func(ctx context.Context, req *http.Request) error {
		reached["auth"] = ctx.Value(trace{})
		return api.APIToken(oktatest.DefaultAPIToken).Authorize(ctx, req)
	})
	transport := roundTripper(func(req *http.Request) (*http.Response, error) {
		reached["transport"] = req.Context().Value(trace{})
		return org.Transport().RoundTrip(req)
	})
	client, err := api.New(orgURL, auth, api.WithHTTPClient(&http.Client{Transport: transport}),
		api.WithRequestEditor(func(ctx context.Context, _ *http.Request) error {
			reached["editor"] = ctx.Value(trace{})
			return nil
		}))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.RevokeAll(context.WithValue(t.Context(), trace{}, "t1"), appID); err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{"editor", "auth", "transport"} {
		if reached[where] != "t1" {
			t.Errorf("the %s got %v, want the caller's value", where, reached[where])
		}
	}
}

// The cookies of the org and of proxies before it are kept in the jar of the caller's client, and sent from there.
func TestTheCookieJarIsUsed(t *testing.T) {
	t.Parallel()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var sent []string
	org := oktatest.New(oktatest.WithApp(appID, 1))
	transport := roundTripper(func(req *http.Request) (*http.Response, error) {
		sent = append(sent, req.Header.Get("Cookie"))
		resp, err := org.Transport().RoundTrip(req)
		if err == nil {
			resp.Header.Set("Set-Cookie", "route=7; Path=/")
		}
		return resp, err
	})
	client, err := api.New(orgURL, api.APIToken(oktatest.DefaultAPIToken), api.WithHTTPClient(&http.Client{Transport: transport, Jar: jar}))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := client.RevokeAll(t.Context(), appID); err != nil {
			t.Fatal(err)
		}
	}
	if len(sent) != 2 || sent[0] != "" || sent[1] != "route=7" {
		t.Errorf("cookies %q, want none and then route=7", sent)
	}
}

// The default transport is one of the package's own, with more idle connections than net/http's.
func TestNetHTTPsDefaultTransportIsLeftAlone(t *testing.T) {
	t.Parallel()
	if _, err := api.New(orgURL, api.APIToken("token")); err != nil {
		t.Fatal(err)
	}
	if n := http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost; n != 0 {
		t.Errorf("net/http's default transport keeps %d idle connections per host, want its own default", n)
	}
}

// An Auth signs nothing for another target, or for none.
func TestARequestThatAnEditorLedAwayIsNotAuthorized(t *testing.T) {
	t.Parallel()
	authorized := 0
	org := oktatest.New(oktatest.WithApp(appID, 1))
	auth := editorAuth(func(context.Context, *http.Request) error { authorized++; return nil })
	client, err := api.New(orgURL, auth, api.WithHTTPClient(&http.Client{Transport: org.Transport()}),
		api.WithRequestEditor(func(_ context.Context, req *http.Request) error { req.URL = nil; return nil }))
	if err != nil {
		t.Fatal(err)
	}
	checkError(t, client.RevokeAll(t.Context(), appID), api.ErrInvalidArgument, "an editor changed it")
	if authorized != 0 {
		t.Errorf("authorized %d times", authorized)
	}
}

type editorAuth api.RequestEditor

func (a editorAuth) Authorize(ctx context.Context, req *http.Request) error { return a(ctx, req) }

// net/http fails before it asks for a connection.
func TestARequestThatNeverLeftIsNotDone(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	for name, test := range map[string]struct {
		transport *http.Transport
		edit      func(*http.Request)
	}{
		"no proxy can be found": {&http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return nil, errors.New("broken") }}, func(*http.Request) {}},
		"an invalid header":     {&http.Transport{}, func(req *http.Request) { req.Header.Set("X-Ticket", "a\nb") }},
		"the context has ended": {&http.Transport{}, func(*http.Request) { cancel() }},
	} {
		client := newClient(t, test.transport, api.WithRetry(api.RetryPolicy{MaxAttempts: 1}),
			api.WithRequestEditor(func(_ context.Context, req *http.Request) error { test.edit(req); return nil }))
		callCtx := t.Context()
		if name == "the context has ended" {
			callCtx = ctx
		}
		failure, ok := errors.AsType[*api.Error](client.RevokeAll(callCtx, appID))
		if !ok || failure.MaybeDone {
			t.Errorf("%s: %+v; want an error that is not MaybeDone", name, failure)
		}
	}
}
