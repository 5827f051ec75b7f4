package api

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/apptokens/api/internal/header"
	"example.com/apptokens/api/internal/text"
	"example.com/apptokens/gen"
)

// responseError is an error with what the head of the response says. resp is nil where no response came.
func responseError(resp *http.Response, err error) *Error {
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

// statusError is the error of an unsuccessful response. It takes what it can get: an error object of Okta's or OAuth's, an
// OAuth challenge, or the status alone.
func statusError(resp *http.Response, want int) *Error {
	e := responseError(resp, nil)
	switch {
	case resp.StatusCode < 300:
		e.Err = unexpected("want status %d", want)
		return e
	case resp.StatusCode < 400:
		e.Err = unexpected("a redirect%s is not followed; check the org URL", leadsTo(resp))
		return e
	}
	body, err := parseError(resp.Body)
	brokenOff := err != nil && body.Code != ""
	challenge, description := header.Challenge(resp.Header.Values("WWW-Authenticate"))
	if body.Code == "" && body.Summary == "" {
		body.Code, body.Summary = challenge, description
	}
	tidy := func(text string) string { return clean(resp.Request, text, 300) }
	e.Challenge = tidy(challenge)
	e.Code, e.Summary, e.ErrorID = tidy(body.Code), tidy(body.Summary), tidy(body.ID)
	for _, cause := range body.Causes[:min(len(body.Causes), 10)] {
		e.Causes = append(e.Causes, tidy(cause.Summary))
	}
	switch {
	case e.Code == "" && e.Summary == "":
		e.Err = fmt.Errorf("not an Okta error object (content type %q)", tidy(resp.Header.Get("Content-Type")))
	case brokenOff:
		e.Err = errors.New("the rest of the response cannot be read")
	}
	return e
}

// parseError reads Okta's error object, or OAuth's. One that ends early yields what came before; HTML yields nothing.
func parseError(body io.Reader) (object gen.Error, err error) {
	data, err := io.ReadAll(io.LimitReader(body, 64<<10))
	err = errors.Join(err, json.Unmarshal(data, &object, lenient, json.WithUnmarshalers(lenientCauses)))
	if object.Code == "" {
		var challenge struct {
			Code        string `json:"error"`
			Description string `json:"error_description"`
		}
		_ = json.Unmarshal(data, &challenge, lenient)
		object.Code, object.Summary = challenge.Code, cmp.Or(challenge.Description, object.Summary)
	}
	return object, err
}

// lenientCauses passes over causes that are not an array: they would hide the code and the summary.
var lenientCauses = json.UnmarshalFromFunc(func(decoder *jsontext.Decoder, _ *[]gen.ErrorCause) error {
	if decoder.PeekKind() != jsontext.KindBeginArray {
		return decoder.SkipValue()
	}
	return errors.ErrUnsupported // by this function
})

// leadsTo names the origin of a redirect. The rest of its URL may hold secrets.
func leadsTo(resp *http.Response) string {
	location, err := resp.Location()
	if err != nil {
		return ""
	}
	origin := url.URL{Scheme: location.Scheme, Host: location.Host}
	return " to " + clean(resp.Request, origin.String(), 100)
}

func requestID(resp *http.Response) string {
	return clean(resp.Request, resp.Header.Get("X-Okta-Request-Id"), 100)
}

// clean makes what the server says fit for errors and logs. The request's credential is taken out, should the server
// repeat it, and so is a proof of possession.
func clean(req *http.Request, said string, limit int) string {
	return text.Printable(text.Redact(said, credentials(req)...), limit)
}

// credentials returns the secrets in a request.
func credentials(req *http.Request) (secrets []string) {
	for _, value := range req.Header["Authorization"] {
		_, credential, found := strings.Cut(value, " ")
		if !found {
			credential = value
		}
		secrets = append(secrets, credential)
	}
	return append(secrets, req.Header["Dpop"]...)
}
