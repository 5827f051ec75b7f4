package api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

func TestErrorsLogTheirFields(t *testing.T) {
	t.Parallel()
	org, client := newOrg(t, 3)
	org.Inject(oktatest.Body(http.StatusBadRequest, "application/json", `{"errorCode":"E0000001","errorCauses":[`+strings.Repeat(`{"errorSummary":"x"},`, 9)+`{"errorSummary":"the tenth"},{"errorSummary":"the eleventh"}]}`))
	err := client.Revoke(t.Context(), appID, "oar1")
	checkError(t, err, &api.Error{}, ": x: the tenth (1 attempt, ")
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Error("failed", "err", err)
	for _, want := range []string{"err.op=revoke", "err.app=0oa1", "err.token=oar1", "err.status=400", "err.code=E0000001", "err.attempts=1", "err.request_id="} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s: %s", want, log.String())
		}
	}
	if strings.Contains(err.Error(), "the eleventh") {
		t.Errorf("error %v has more than ten causes", err)
	}
}

func TestErrorsReportWhatOktaSaid(t *testing.T) {
	t.Parallel()
	org, client := newOrg(t, 3)
	org.Inject(oktatest.Body(http.StatusBadRequest, "application/json", `{"errorCode":"E0000001","errorSummary":"Api validation failed: \u001b[2Jlimit",
		"errorLink":"E0000001","errorId":"oae1","errorCauses":[{"errorSummary":"limit: too large"},{"errorSummary":"for `+oktatest.DefaultAPIToken+`"}]}`))
	_, err := client.Get(t.Context(), appID, "oar1")
	var failure *api.Error
	if !errors.As(err, &failure) {
		t.Fatal(err)
	}
	if failure.Op != "get" || failure.AppID != appID || failure.TokenID != "oar1" || failure.StatusCode != 400 ||
		failure.Code != "E0000001" || failure.ErrorID != "oae1" || failure.Attempts != 1 || len(failure.RequestID) != 32 ||
		!slices.Equal(failure.Causes, []string{"limit: too large", "for [redacted]"}) {
		t.Errorf("error %+v", *failure)
	}
	want := "apptokens: get (app 0oa1, token oar1): 400 Bad Request: E0000001: Api validation failed:  [2Jlimit: " +
		"limit: too large: for [redacted] (1 attempt, request " + failure.RequestID + ")"
	if got := err.Error(); got != want {
		t.Errorf("error\n%s\nwant\n%s", got, want)
	}
}

// Whether a revocation that failed may have been carried out depends on all its attempts.
func TestErrorsOfRevocationsReportWhetherItMayBeDone(t *testing.T) {
	t.Parallel()
	revoke := func(ctx context.Context, client *api.Client) error { return client.RevokeAll(ctx, appID) }
	get := func(ctx context.Context, client *api.Client) error {
		_, err := client.Get(ctx, appID, "oar1")
		return err
	}
	for name, test := range map[string]struct {
		faults []oktatest.Fault
		call   func(context.Context, *api.Client) error
		want   bool
	}{
		"Okta refuses":                       {[]oktatest.Fault{oktatest.Status(403)}, revoke, false},
		"Okta does not understand":           {[]oktatest.Fault{oktatest.Status(400)}, revoke, false},
		"Okta is down":                       {[]oktatest.Fault{oktatest.Status(503).Forever()}, revoke, false},
		"a gateway gets no answer from Okta": {[]oktatest.Fault{oktatest.HTML(504).Forever()}, revoke, true},
		"… and says so in JSON":              {[]oktatest.Fault{oktatest.Body(503, "application/json", `{"status":503,"error":"Service Unavailable"}`).Forever()}, revoke, true},
		"a CDN waits in vain":                {[]oktatest.Fault{oktatest.HTML(524)}, revoke, true},
		"the connection breaks":              {[]oktatest.Fault{oktatest.DropAfter().Forever()}, revoke, true},
		"it breaks, and then Okta refuses":   {[]oktatest.Fault{oktatest.DropAfter(), oktatest.Status(403)}, revoke, true},
		"something answers with a page":      {[]oktatest.Fault{oktatest.HTML(200)}, revoke, true},
		"something sends the request away":   {[]oktatest.Fault{oktatest.Redirect(302, "https://login.example/")}, revoke, true},
		"the connection of a read breaks":    {[]oktatest.Fault{oktatest.DropBefore().Forever()}, get, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org, client := newOrg(t, 3)
				org.Inject(test.faults...)
				failure, ok := errors.AsType[*api.Error](test.call(t.Context(), client))
				if !ok || failure.MaybeDone != test.want {
					t.Errorf("error %+v; want MaybeDone %v", failure, test.want)
				}
			})
		})
	}
}

// An error object in another shape than Okta's keeps its code and its summary.
func TestErrorObjectsOfOtherShapes(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ body, code, summary string }{
		"OAuth's":                   {`{"error":"invalid_token","error_description":"The token has expired."}`, "invalid_token", "The token has expired."},
		"OAuth's without its words": {`{"error":"invalid_token"}`, "invalid_token", ""},
		"causes that are an object": {`{"errorCauses":{"errorSummary":"x"},"errorCode":"E0000001","errorSummary":"Api validation failed"}`, "E0000001", "Api validation failed"},
		"causes that are texts":     {`{"errorCauses":["x"],"errorCode":"E0000001","errorSummary":"Api validation failed"}`, "E0000001", "Api validation failed"},
		"an ID that is a number":    {`{"errorId":5,"errorCode":"E0000001","errorSummary":"Api validation failed"}`, "E0000001", "Api validation failed"},
		"a summary that is a list":  {`{"errorSummary":["x"],"errorCode":"E0000001"}`, "E0000001", ""},
		"a cause that is a number":  {`{"errorCauses":[{"errorSummary":5}],"errorCode":"E0000001","errorSummary":"Api validation failed"}`, "E0000001", "Api validation failed"},
		"causes that are a string":  {`{"errorCode":"E0000001","errorCauses":"x","errorSummary":"Api validation failed"}`, "E0000001", "Api validation failed"},
	}
	for name, test := range tests {
		org, client := newOrg(t, 1)
		org.Inject(oktatest.Body(400, "application/json", test.body))
		var failure *api.Error
		if err := client.RevokeAll(t.Context(), appID); !errors.As(err, &failure) || failure.Code != test.code || failure.Summary != test.summary || failure.Err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestErrorsHaveTheCodeOfTheChallenge(t *testing.T) {
	t.Parallel()
	org, client := newOrg(t, 1)
	org.Inject(oktatest.Challenge(http.StatusForbidden, "insufficient_scope", "okta.apps.manage"))
	failure, ok := errors.AsType[*api.Error](client.RevokeAll(t.Context(), appID))
	if !ok || failure.Challenge != "insufficient_scope" {
		t.Errorf("%v, want the challenge insufficient_scope: %+v", failure, failure)
	}
}

// Only Okta's own 404 about the token shows that there is none: another status or another code proves nothing.
func TestTokenNotFoundIsOktasWordAlone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  api.Error
		want bool
	}{
		"Okta's 404":        {api.Error{StatusCode: 404, Code: "E0000007", AppID: appID, TokenID: "oar1"}, true},
		"another code":      {api.Error{StatusCode: 404, Code: "E0000008", AppID: appID, TokenID: "oar1"}, false},
		"another status":    {api.Error{StatusCode: 400, Code: "E0000007", AppID: appID, TokenID: "oar1"}, false},
		"a body cut short":  {api.Error{StatusCode: 404, Code: "E0000007", AppID: appID, TokenID: "oar1", Err: io.ErrUnexpectedEOF}, false},
		"the app's own 404": {api.Error{StatusCode: 404, Code: "E0000007", AppID: appID, TokenID: "oar1", Summary: "Not found: Resource not found: " + appID + " (AppInstance)"}, false},
		"a whole app":       {api.Error{StatusCode: 404, Code: "E0000007", AppID: appID}, false},
	} {
		if got := test.err.TokenNotFound(); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}
