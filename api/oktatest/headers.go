package oktatest

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// finish adds the headers that nearly all recorded responses have, and removes those that recorded responses with the
// same status lack.
func (answer *response) finish(requestID, session string) {
	answer.header.Set("Set-Cookie", "JSESSIONID="+strings.ToUpper(session)+"; Path=/; Secure; HttpOnly")
	if answer.status != http.StatusTooManyRequests {
		answer.header.Set("Cache-Control", "no-cache, no-store")
		answer.header.Set("Pragma", "no-cache")
		answer.header.Set("Expires", "0")
	}
	if answer.status != http.StatusMethodNotAllowed {
		answer.header.Set("X-Okta-Request-Id", requestID)
		return
	}
	for _, name := range []string{"X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"} {
		answer.header.Del(name)
	}
}

// acceptsGzip reports whether the client asked for gzip, by name and with another weight than 0.
func acceptsGzip(r *http.Request) bool {
	for coding := range strings.SplitSeq(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(strings.ReplaceAll(coding, " ", ""), ";")
		if strings.EqualFold(name, "gzip") {
			q, weighted := strings.CutPrefix(weight, "q=")
			return !weighted || strings.Trim(q, "0.") != ""
		}
	}
	return false
}

// compressors are reused, because making one costs more than compressing a page: it has about a megabyte.
var compressors = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return w
}}

// compress compresses a successful response, as Okta does.
func (answer *response) compress() {
	if answer.status != http.StatusOK || len(answer.body) == 0 || answer.header.Get("Content-Encoding") != "" {
		return
	}
	var compressed bytes.Buffer
	w := compressors.Get().(*gzip.Writer)
	defer compressors.Put(w)
	w.Reset(&compressed)
	_, _ = w.Write(answer.body)
	_ = w.Close()
	answer.body = compressed.Bytes()
	answer.header.Set("Content-Encoding", "gzip")
}
