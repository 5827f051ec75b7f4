package contract

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"

	"example.com/apptokens/api/internal/header"
	"example.com/apptokens/api/internal/text"
)

// Handler returns a handler that checks the responses of next, for example a team's own mock, before they are sent. In
// place of a response that violates the contract, the client gets a 501 and the violation as JSON. With [OnViolation],
// the violation is reported and the response is sent unchanged.
//
// Requests are not checked, because a server has to answer invalid ones, too. Responses for paths outside the contract
// are not checked either. On a path of the contract, next must refuse any other method with the contract's default
// response.
//
// A response that next aborts with a panic, or that is larger than 16 MiB, is sent unchecked.
func Handler(next http.Handler, opts ...Option) http.Handler {
	reporter := newReporter(opts)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		operation := findAny(r)
		if operation == nil {
			next.ServeHTTP(w, r)
			return
		}
		credentials := secrets(header.Credentials(r))
		r = r.Clone(r.Context())
		r.Header.Del("Accept-Encoding") // so that next does not compress
		recorder := &recorder{ResponseWriter: w, header: w.Header().Clone()}
		finished := false
		defer func() {
			if !finished && recorder.status != 0 {
				recorder.send() // before the panic continues
				_ = http.NewResponseController(w).Flush()
			}
		}()
		next.ServeHTTP(recorder, r)
		finished = true
		if recorder.passing {
			return
		}
		recorder.WriteHeader(http.StatusOK) // if next wrote nothing
		violations := checkResponse(
			operation, r, credentials, recorder.status, recorder.sent, recorder.body.Bytes(), reporter.unknown)
		err := reporter.report(violations)
		if err == nil {
			recorder.send()
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Okta-Request-Id", credentials.clean(recorder.sent.Get("X-Okta-Request-Id"), text.MaxValue))
		w.WriteHeader(http.StatusNotImplemented) // which clients do not retry
		_ = json.NewEncoder(w).Encode(map[string]string{"errorSummary": err.Error()})
	})
}

// recorder keeps a response until it has been checked.
type recorder struct {
	http.ResponseWriter
	header, sent http.Header
	status       int
	body         bytes.Buffer
	passing      bool // too large to keep
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if status < http.StatusOK && status != http.StatusSwitchingProtocols { // informational; the final one follows
		r.replaceHeader(r.header)
		r.ResponseWriter.WriteHeader(status)
		return
	}
	if r.status == 0 {
		r.status, r.sent = status, r.header.Clone()
	}
}

func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	if !r.passing && r.body.Len()+len(p) > maxBody {
		r.send()
		r.passing = true
	}
	if r.passing {
		return r.ResponseWriter.Write(p)
	}
	return r.body.Write(p)
}

// send sends the recorded response.
func (r *recorder) send() {
	if r.passing {
		return
	}
	r.replaceHeader(r.sent)
	r.ResponseWriter.WriteHeader(r.status)
	_, _ = r.ResponseWriter.Write(r.body.Bytes())
}

// replaceHeader replaces the header of the underlying writer, so that deleted fields are deleted there, too.
func (r *recorder) replaceHeader(header http.Header) {
	clear(r.ResponseWriter.Header())
	maps.Copy(r.ResponseWriter.Header(), header)
}
