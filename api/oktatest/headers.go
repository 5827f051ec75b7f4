package oktatest

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// finish adds the headers that nearly all recorded answers have, and leaves out those that answers with a status lack.
func (a *response) finish(requestID, session string) {
	a.header.Set("Set-Cookie", "JSESSIONID="+strings.ToUpper(session)+"; Path=/; Secure; HttpOnly")
	if a.status != http.StatusTooManyRequests {
		a.header.Set("Cache-Control", "no-cache, no-store")
		a.header.Set("Pragma", "no-cache")
		a.header.Set("Expires", "0")
	}
	if a.status != http.StatusMethodNotAllowed {
		a.header.Set("X-Okta-Request-Id", requestID)
		return
	}
	for _, name := range []string{"X-Rate-Limit-Limit", "X-Rate-Limit-Remaining", "X-Rate-Limit-Reset"} {
		a.header.Del(name)
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

// compressors saves most of the time that compression takes: a compressor has about a megabyte.
var compressors = sync.Pool{New: func() any {
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return w
}}

// compress compresses a success, as recorded ones are.
func (a *response) compress() {
	if a.status != http.StatusOK || len(a.body) == 0 || a.header.Get("Content-Encoding") != "" {
		return
	}
	var compressed bytes.Buffer
	w := compressors.Get().(*gzip.Writer)
	defer compressors.Put(w)
	w.Reset(&compressed)
	_, _ = w.Write(a.body)
	_ = w.Close()
	a.body = compressed.Bytes()
	a.header.Set("Content-Encoding", "gzip")
}
