package api_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// A 404 after an attempt that cannot have reached the server says what it says: there was no such token.
func TestRevokeIsNotFoundIfNothingWasSentBefore(t *testing.T) {
	t.Parallel()
	refused := func(context.Context) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
	}
	hanging := func(ctx context.Context) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	closed := func(context.Context) (net.Conn, error) {
		client, server := net.Pipe()
		server.Close()
		return client, nil
	}
	for name, test := range map[string]struct {
		dial func(context.Context) (net.Conn, error) // the first time
		wrap bool                                    // in a transport of the caller's own
		want error
	}{
		"dialling fails":                       {dial: refused, want: api.ErrNotFound},
		"dialling fails, and is wrapped":       {dial: refused, wrap: true, want: api.ErrNotFound},
		"dialling takes too long":              {dial: hanging, want: api.ErrNotFound},
		"the connection breaks when it is":     {dial: closed}, // up, so that the request may have gone out
		"it breaks when it is, and is wrapped": {dial: closed, wrap: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := oktatest.New(oktatest.WithApp(appID, 1))
				var dials atomic.Int32
				var transport http.RoundTripper = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
					if dials.Add(1) == 1 {
						return test.dial(t.Context()) // net/http lets it go on when the attempt ends
					}
					client, server := net.Pipe()
					go serve(server, org)
					return client, nil
				}}
				if test.wrap {
					transport = wrapper{transport}
				}
				client, err := api.New("http://acme.okta.com", api.APIToken(oktatest.DefaultAPIToken), api.WithPlainHTTP(),
					api.WithHTTPClient(&http.Client{Transport: transport}))
				if err != nil {
					t.Fatal(err)
				}
				checkError(t, client.Revoke(t.Context(), appID, "oarUnknown"), test.want, "")
			})
		})
	}
}

// serve answers one request of a connection.
func serve(connection net.Conn, handler http.Handler) {
	defer connection.Close()
	if req, err := http.ReadRequest(bufio.NewReader(connection)); err == nil {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, req)
		_ = recorder.Result().Write(connection)
	}
}

// What an editor got from another call of this package is the editor's error, and not one of this call's connection.
func TestAnEditorsErrorIsNotRetriedWhateverItWraps(t *testing.T) {
	t.Parallel()
	broken := newClient(t, roundTripper(func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }),
		api.WithRetry(api.RetryPolicy{MaxAttempts: 1}))
	org, client := newOrg(t, 1, api.WithRequestEditor(func(ctx context.Context, _ *http.Request) error {
		_, err := broken.Get(ctx, appID, "oar1")
		return fmt.Errorf("ticket: %w", err)
	}))
	err := client.Revoke(t.Context(), appID, "oarUnknown")
	checkError(t, err, io.ErrUnexpectedEOF, "ticket: ")
	var failure *api.Error
	if !errors.As(err, &failure) || failure.Attempts != 1 || len(org.Requests()) != 0 || failure.MaybeDone {
		t.Errorf("error %+v, %d requests; want 1 attempt and none, so not MaybeDone", failure, len(org.Requests()))
	}
}

// A server may repeat the credential wherever it likes.
func TestNoErrorRepeatsTheCredential(t *testing.T) {
	t.Parallel()
	const canary = "00canary-7f3a"
	json := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	for name, answer := range map[string]string{
		"summary":            "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n" + `{"errorCode":"` + canary + `","errorSummary":"` + canary + `"}`,
		"error id":           "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n" + `{"errorCode":"E0000001","errorId":"` + canary + `"}`,
		"challenge":          "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nWWW-Authenticate: Bearer error=\"" + canary + "\"\r\n\r\n" + `{"errorCode":"E0000011"}`,
		"request id":         "HTTP/1.1 400 Bad Request\r\nX-Okta-Request-Id: " + canary + "\r\n\r\n",
		"content type":       "HTTP/1.1 200 OK\r\nContent-Type: text/" + canary + "\r\n\r\n",
		"malformed header":   "HTTP/1.1 200 OK\r\nno header SSWS " + canary + "\r\n\r\n",
		"malformed status":   "HTTP/1.1 SSWS-" + canary + "\r\n\r\n",
		"redirect":           "HTTP/1.1 302 Found\r\nLocation: https://" + canary + ".example/\r\n\r\n",
		"malformed redirect": "HTTP/1.1 302 Found\r\nLocation: https://x:bad/%zz" + canary + "\r\n\r\n",
		"foreign link":       json + "Link: <https://evil.example/" + canary + "?after=" + canary + ">; rel=next\r\n\r\n[]",
		"malformed trailer":  json + "Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\nno trailer SSWS " + canary + "\r\n\r\n",
		"member name":        json + "\r\n" + `[{"` + canary + `":tru}]`,
		"ID of a token":      json + "\r\n" + `{"id":"` + canary + `"}`,
	} {
		for _, auth := range map[string]api.Auth{
			"with a scheme": api.APIToken(canary), "alone": header(canary), "between spaces": header("  SSWS  " + canary + " "),
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					connection, _, err := http.NewResponseController(w).Hijack()
					if err != nil {
						t.Error(err)
						return
					}
					defer connection.Close()
					_, _ = io.WriteString(connection, answer)
				}))
				defer server.Close()
				var attempts []string
				client, err := api.New(server.URL, auth, api.WithRetry(api.RetryPolicy{MaxAttempts: 2, BaseDelay: 1}),
					api.WithObserver(func(_ context.Context, a api.Attempt) { attempts = append(attempts, fmt.Sprint(a.Err, a.RequestID)) }))
				if err != nil {
					t.Fatal(err)
				}
				_, listError := list(t.Context(), client)
				_, getError := client.Get(t.Context(), appID, "oar1")
				if listError == nil || getError == nil {
					t.Fatalf("errors %v and %v, want two", listError, getError)
				}
				for err := listError; err != nil; err = errors.Unwrap(err) {
					attempts = append(attempts, fmt.Sprintf("%v %+v", err, err))
				}
				if failure, ok := errors.AsType[*api.Error](listError); ok {
					attempts = append(attempts, fmt.Sprintf("%+v", *failure))
				}
				if text := strings.Join(append(attempts, getError.Error()), "\n"); strings.Contains(text, canary) {
					t.Errorf("the credential is in\n%s", text)
				}
			})
		}
	}
}

// Page.RequestID is for logs.
func TestARequestIDThatRepeatsTheCredentialIsRedacted(t *testing.T) {
	t.Parallel()
	client := newClient(t, roundTripper(func(*http.Request) (*http.Response, error) {
		header := http.Header{"Content-Type": {"application/json"}, "X-Okta-Request-Id": {"for " + oktatest.DefaultAPIToken}}
		return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader("[]"))}, nil
	}))
	pages := 0
	for page, err := range client.Pages(t.Context(), appID) {
		if pages++; err != nil || page.RequestID != "for [redacted]" {
			t.Errorf("request ID %q, %v", page.RequestID, err)
		}
	}
	if pages != 1 {
		t.Errorf("%d pages, want 1", pages)
	}
}

// Page.Next is for logs and for programs that go on later: it holds neither credential nor proof of possession.
func TestANextLinkThatRepeatsASecretIsRefused(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"00canary-7f3a", "proof-7f3a"} {
		transport := roundTripper(func(req *http.Request) (*http.Response, error) {
			header := http.Header{"Content-Type": {"application/json"}, "Link": {"<" + req.URL.Path + "?after=" + secret + `>; rel="next"`}}
			return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader("[]"))}, nil
		})
		client, err := api.New(orgURL, header("00canary-7f3a"), api.WithHTTPClient(&http.Client{Transport: transport}),
			api.WithRequestEditor(func(_ context.Context, req *http.Request) error {
				req.Header.Set("DPoP", "proof-7f3a")
				return nil
			}))
		if err != nil {
			t.Fatal(err)
		}
		_, err = list(t.Context(), client)
		checkError(t, err, api.ErrUnexpectedResponse, "the next link contains the credential")
	}
}

// header is an Auth that sets Authorization to a credential without a scheme.
type header string

func (h header) Authorize(_ context.Context, req *http.Request) error {
	req.Header.Set("Authorization", string(h))
	return nil
}

// The body of a 101 is the bare connection, which no context closes.
func TestSwitchingProtocolsDoesNotHang(t *testing.T) {
	t.Parallel()
	done := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer connection.Close()
		_, _ = io.WriteString(connection, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		<-done
	}))
	defer server.Close()
	defer close(done)
	client, err := api.New(server.URL, api.APIToken("t"))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	checkError(t, client.RevokeAll(t.Context(), appID), api.ErrUnexpectedResponse, "101 Switching Protocols")
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("returned after %v", took)
	}
}

// A transport of the caller's may leave out what net/http's fills in.
func TestTransportsMayBeTerse(t *testing.T) {
	t.Parallel()
	client := newClient(t, roundTripper(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusForbidden, Body: http.NoBody}, nil
	}))
	checkError(t, client.RevokeAll(t.Context(), appID), api.ErrForbidden, "403 Forbidden")
}

func TestATransportThatReturnsNothingIsAnError(t *testing.T) {
	t.Parallel()
	client := newClient(t, roundTripper(func(*http.Request) (*http.Response, error) { return nil, nil }))
	checkError(t, client.RevokeAll(t.Context(), appID), &api.Error{}, "neither a response nor an error")
}
