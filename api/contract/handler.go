package contract

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
)

// Handler holds a server to the contract, for example a team's own mock. Every response of next to an operation of the
// contract is checked before it is sent; instead of one that violates the contract, the client gets 501 and the
// violation as JSON. With [OnViolation] the response is sent as it is.
//
// Requests are not checked, because a server has to answer wrong ones, too. Paths outside the contract are served as
// they are; next must refuse another method on one of its paths as the contract's default response says.
//
// A response that next aborts with a panic, or that is larger than 16 MiB, is sent unchecked.
func Handler(next http.Handler, opts ...Option) http.Handler {
	reporter := newReporter(opts)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o, ofPath := find(r.Method, r.URL.EscapedPath())
		if o == nil && len(ofPath) > 0 && r.Method != http.MethodOptions && r.Method != http.MethodHead {
			o = otherMethod(ofPath[0])
		}
		if o == nil {
			next.ServeHTTP(w, r)
			return
		}
		secrets := secretsOf(r.Header)
		r = r.Clone(r.Context())
		r.Header.Del("Accept-Encoding") // what is compressed cannot be checked
		recorder := &recorder{ResponseWriter: w, header: w.Header().Clone()}
		finished := false
		defer func() {
			if !finished {
				recorder.send() // and the panic goes on
				_ = http.NewResponseController(w).Flush()
			}
		}()
		next.ServeHTTP(recorder, r)
		finished = true
		if recorder.passing {
			return
		}
		recorder.WriteHeader(http.StatusOK) // if next wrote nothing
		found := checkResponse(o, r, secrets, recorder.status, recorder.sent, recorder.body.Bytes(), reporter.unknown)
		err := reporter.report(found)
		if err == nil {
			recorder.send()
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Okta-Request-Id", secrets.clean(recorder.sent.Get("X-Okta-Request-Id"), 100))
		w.WriteHeader(http.StatusNotImplemented) // which clients do not try again
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
	if status < http.StatusOK && status != http.StatusSwitchingProtocols { // an early hint, with the real one to come
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

// send sends what has been kept.
func (r *recorder) send() {
	if r.status == 0 || r.passing {
		return
	}
	r.replaceHeader(r.sent)
	r.ResponseWriter.WriteHeader(r.status)
	_, _ = r.ResponseWriter.Write(r.body.Bytes())
}

// replaceHeader lets through what was deleted, too.
func (r *recorder) replaceHeader(header http.Header) {
	clear(r.ResponseWriter.Header())
	maps.Copy(r.ResponseWriter.Header(), header)
}
