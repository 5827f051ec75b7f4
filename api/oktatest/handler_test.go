package oktatest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/gen"
)

// What is revoked is unknown from then on, and so is a deleted app: DELETE of "" or ".." in place of an ID must show.
func TestWhatIsRevokedOrDeletedIsUnknown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		path string
		left int // of the other tokens
		kind string
	}{
		"a token":           {tokens + "/ID", 2, "OAuth2RefreshTokenTx"},
		"all tokens":        {tokens, 0, "OAuth2RefreshTokenTx"},
		"a token of \"\"":   {tokens + "/", 0, "OAuth2RefreshTokenTx"},
		"an app":            {"/api/v1/apps/0oa1", 0, "AppInstance"},
		"a token of \"..\"": {tokens + "/..", 0, "AppInstance"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := oktatest.New(oktatest.WithApp("0oa1", 3), oktatest.WithApp("0oa2", 3))
			id := org.Tokens("0oa1")[0].ID
			if got := send(t, org, "DELETE", strings.Replace(test.path, "ID", id, 1)); got.status != 204 {
				t.Fatalf("status %d", got.status)
			}
			for _, method := range []string{"GET", "DELETE"} {
				if got := send(t, org, method, tokens+"/"+id); got.status != 404 || !strings.Contains(got.body, "("+test.kind+")") {
					t.Errorf("%s: %d, %s", method, got.status, got.body)
				}
			}
			if left := org.Tokens("0oa1"); len(left) != test.left || (left == nil) != (test.kind == "AppInstance") || len(org.Tokens("0oa2")) != 3 {
				t.Errorf("tokens %v are left", left)
			}
		})
	}
}

func TestAPageHoldsAsManyTokensAsItsLimit(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", gen.ListTokensLimitMaximum+1))
	for query, want := range map[string]int{
		"": gen.ListTokensLimitDefault, "?limit=1": 1, "?limit=7": 7, fmt.Sprint("?limit=", gen.ListTokensLimitMaximum): gen.ListTokensLimitMaximum,
	} {
		if got := send(t, org, "GET", tokens+query).list(t); len(got) != want {
			t.Errorf("%q: %d tokens, want %d", query, len(got), want)
		}
	}
}

// A call that its context ends gets the context's error, before it is carried out or while it waits.
func TestARequestEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp("0oa1", 3))
		org.Inject(oktatest.SlowFirstByte(time.Minute))
		for wait, requests := range map[time.Duration]int{0: 0, time.Second: 1} {
			ctx, cancel := context.WithTimeout(t.Context(), wait)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, "GET", orgURL+tokens, nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "SSWS "+org.APIToken())
			before, start := len(org.Requests()), time.Now()
			_, err = org.Transport().RoundTrip(req)
			if got := len(org.Requests()) - before; !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != wait || got != requests {
				t.Errorf("after %v: %v, %d requests, want %d", time.Since(start), err, got, requests)
			}
		}
	})
}

func TestIDsAreLikeOktas(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^(oar|00u)[0-9A-Za-z]{17}$`)
	for _, token := range oktatest.New(oktatest.WithApp("0oa1", 20)).Tokens("0oa1") {
		if !form.MatchString(token.ID) || !form.MatchString(token.UserID) {
			t.Errorf("token %s of user %s", token.ID, token.UserID)
		}
	}
}
