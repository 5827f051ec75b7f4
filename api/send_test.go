package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"

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
		"host":             func(req *http.Request) { req.URL.Host = "evil.example" },
		"scheme":           func(req *http.Request) { req.URL.Scheme = "http" },
		"port":             func(req *http.Request) { req.URL.Host += ":8443" },
		"user information": func(req *http.Request) { req.URL.User = url.User("evil") },
		"Host header":      func(req *http.Request) { req.Host = "evil.example" },
		"opaque URL":       func(req *http.Request) { req.URL.Opaque = "//evil.example/x" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org, client := newOrg(t, 1, api.WithRequestEditor(func(_ context.Context, req *http.Request) error {
				edit(req)
				return nil
			}))
			_, err := list(t.Context(), client)
			checkError(t, err, api.ErrInvalidArgument, "changed its origin")
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
