package api

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"

	"example.com/apptokens/gen"
)

// answerError is the error of an answer whose status is not to blame. resp is nil where no answer came.
func answerError(resp *http.Response, err error) *Error {
	if resp == nil {
		return &Error{Err: err}
	}
	return &Error{
		StatusCode: resp.StatusCode,
		RequestID:  requestID(resp),
		RateLimit:  parseRateLimit(resp.Header),
		Err:        err,
	}
}

// statusError is the error of an answer whose status is no success. It takes what it can get: Okta's error object, an
// OAuth challenge, or the status alone.
func statusError(resp *http.Response) *Error {
	e := answerError(resp, nil)
	switch {
	case resp.StatusCode < 300:
		e.Err = unexpected("the contract knows no such success")
		return e
	case resp.StatusCode < 400:
		e.Err = unexpected("a redirect%s is not followed; check the org URL", leadsTo(resp))
		return e
	}
	body := parseError(resp.Body)
	if body.Code == "" && body.Summary == "" {
		body.Code, body.Summary = challenge(resp.Header.Values("WWW-Authenticate"))
	}
	clean := func(text string) string { return clean(resp, text, 300) }
	e.Code, e.Summary, e.ErrorID = clean(body.Code), clean(body.Summary), clean(body.ID)
	for _, cause := range body.Causes[:min(len(body.Causes), 10)] {
		e.Causes = append(e.Causes, clean(cause.Summary))
	}
	if e.Code == "" && e.Summary == "" {
		e.Err = fmt.Errorf("the answer holds no error of Okta's (content type %q)", clean(resp.Header.Get("Content-Type")))
	}
	return e
}

// parseError reads Okta's error object. A body that breaks off yields what came before; HTML yields nothing.
func parseError(body io.Reader) gen.Error {
	var e gen.Error
	_ = json.UnmarshalRead(io.LimitReader(body, 64<<10), &e, lenient)
	return e
}

// leadsTo names the origin of a redirect. The rest of its URL may hold what is nobody's business.
func leadsTo(resp *http.Response) string {
	location, err := resp.Location()
	if err != nil {
		return ""
	}
	origin := url.URL{Scheme: location.Scheme, Host: location.Host}
	return " to " + clean(resp, origin.String(), 100)
}

func requestID(resp *http.Response) string {
	return clean(resp, resp.Header.Get("X-Okta-Request-Id"), 100)
}

// clean makes what the server says fit for errors and logs. The credential is taken out, should the server repeat it.
func clean(resp *http.Response, text string, limit int) string {
	if _, credential, _ := strings.Cut(resp.Request.Header.Get("Authorization"), " "); credential != "" {
		text = strings.ReplaceAll(text, credential, "[redacted]")
	}
	return printable(text, limit)
}
