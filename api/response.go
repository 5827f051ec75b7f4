package api

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/go-json-experiment/json"

	"example.com/apptokens/api/internal/header"
	"example.com/apptokens/api/internal/text"
	"example.com/apptokens/gen"
)

// responseError returns an error with the status and headers of the response. resp is nil if no response came.
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

// statusError returns the error of an unsuccessful response, with the error object of Okta or OAuth, or else an OAuth
// challenge, if there is one.
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
	endsEarly := err != nil && body.Code != ""
	challenge, description := header.Challenge(resp.Header.Values("WWW-Authenticate"))
	if body.Code == "" && body.Summary == "" {
		body.Code, body.Summary = challenge, description
	}
	tidy := func(said string) string { return clean(resp.Request, said, text.MaxSentence) }
	e.Challenge = tidy(challenge)
	e.Code, e.Summary, e.ErrorID = tidy(body.Code), tidy(body.Summary), tidy(body.ID)
	for _, cause := range body.Causes[:min(len(body.Causes), 10)] {
		e.Causes = append(e.Causes, tidy(cause.Summary))
	}
	switch {
	case e.Code == "" && e.Summary == "":
		e.Err = fmt.Errorf("not an Okta error object (content type %q)", tidy(resp.Header.Get("Content-Type")))
	case endsEarly:
		e.Err = errors.New("the rest of the response cannot be read")
	}
	return e
}

// parseError reads the error object of Okta or OAuth. It returns what it could read (nothing, for HTML), and the
// error that ended the reading.
func parseError(body io.Reader) (object gen.Error, err error) {
	data, err := io.ReadAll(io.LimitReader(body, 64<<10))
	err = errors.Join(err, json.Unmarshal(data, &object, lenient, json.WithUnmarshalers(lenientFields)))
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

// lenientFields reads each field as far as it can, so that code and summary beside odd ones can still be read.
var lenientFields = json.JoinUnmarshalers(
	json.UnmarshalFunc(readField[string]), json.UnmarshalFunc(readField[[]gen.ErrorCause]))

func readField[T any](data []byte, field *T) error {
	_ = json.Unmarshal(data, field, lenient)
	return nil
}

// leadsTo names the origin of a redirect. The rest of its URL may contain secrets.
func leadsTo(resp *http.Response) string {
	location, err := resp.Location()
	if err != nil {
		return ""
	}
	return " to " + clean(resp.Request, location.Scheme+"://"+location.Host, text.MaxValue)
}

func requestID(resp *http.Response) string {
	return clean(resp.Request, resp.Header.Get("X-Okta-Request-Id"), text.MaxValue)
}

// clean returns text of the server as one line for errors and logs, without the credentials and the proof of possession
// of the request, which the server or a proxy may have repeated.
func clean(req *http.Request, said string, limit int) string {
	return text.Printable(text.Redact(said, header.Credentials(req)...), limit)
}
