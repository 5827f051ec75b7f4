// Command server is the server of the benchmark. It sends prepared bytes and counts requests, so that its own cost is
// small and the same for every client.
//
// It behaves according to the app's ID:
//
//	0oaFast        as fast as it can
//	0oaSlow        50 ms to the first byte, and a throttled body
//	0oaLimited100  20 ms to the first byte, and a limit of 100 requests per window
//	0oaMany-7      the 7th of many apps: 50 ms to the first byte
//	0oaMany100-7   the same, and all of them share a limit of 100 requests per window
package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
)

const (
	pageSize  = 200
	noLimit   = 1_000_000
	slowDelay = 50 * time.Millisecond // to the first byte
	slowRate  = 5 << 20               // bytes per second
	roundTrip = 20 * time.Millisecond // of 0oaLimited
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "address to listen at")
	window := flag.Duration("window", 8*time.Second, "length of a window")
	flag.Parse()
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	s := &server{url: "http://" + listener.Addr().String(), window: *window, limiters: map[string]*limiter{}}
	s.page, s.token = s.prepare()
	fmt.Println(s.url)
	log.Fatal(http.Serve(listener, s))
}

type server struct {
	url         string
	page, token []byte // the response to every list and every get
	window      time.Duration

	mu       sync.Mutex
	limiters map[string]*limiter // by the apps' ID before the hyphen
}

// limiter returns the limiter of an app.
func (s *server) limiter(appID string) *limiter {
	name, _, _ := strings.Cut(appID, "-")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.limiters[name] == nil {
		limit, _ := strconv.Atoi(strings.TrimLeftFunc(name[len("0oa"):], unicode.IsLetter))
		s.limiters[name] = &limiter{limit: cmp.Or(limit, noLimit), window: s.window}
	}
	return s.limiters[name]
}

// prepare returns a page of tokens of 1.0 to 1.8 KB, 1.4 KB on average, and a single token.
func (s *server) prepare() (page, token []byte) {
	page = append(page, '[')
	for i := range pageSize {
		token = s.makeToken(i)
		page = append(append(page, token...), ',')
	}
	page[len(page)-1] = ']'
	return page, token
}

func (s *server) makeToken(i int) []byte {
	id := fmt.Sprintf("oar%017d", i)
	title := "My Native App " + strings.Repeat("x", i%200)
	link := func(path string) map[string]any {
		return map[string]any{"href": s.url + path, "title": title}
	}
	self := s.url + "/api/v1/apps/0oardd5r32PWsF4421d7/tokens/" + id
	token, err := json.Marshal(map[string]any{
		"id": id, "status": "ACTIVE",
		"created": "2025-11-06T14:20:08.000Z", "lastUpdated": "2025-11-06T14:20:08.000Z",
		"expiresAt": "2025-11-13T14:20:08.000Z",
		"issuer":    s.url + "/oauth2/ausrdd8du39KFvOkt1d7", "clientId": "0oardd5r32PWsF4421d7",
		"userId": "00unkw1sfbTw08c0g1d7",
		"scopes": []string{"openid", "offline_access"},
		"_links": map[string]any{
			"app":                 link("/api/v1/apps/0oardd5r32PWsF4421d7"),
			"authorizationServer": link("/api/v1/authorizationServers/ausrdd8du39KFvOkt1d7"),
			"client":              link("/oauth2/v1/clients/0oardd5r32PWsF4421d7"),
			"user":                link("/api/v1/users/00unkw1sfbTw08c0g1d7"),
			"self":                map[string]any{"href": self},
			"revoke":              map[string]any{"href": self, "hints": map[string]any{"allow": []string{"DELETE"}}},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	return token
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, isApp := strings.CutPrefix(r.URL.Path, "/api/v1/apps/")
	switch {
	case r.URL.Path == "/requests":
		s.limiter(r.URL.Query().Get("app")).report(w)
		return
	case r.URL.Path == "/reset":
		s.limiter(r.URL.Query().Get("app")).clear()
		return
	case !isApp:
		http.NotFound(w, r)
		return
	}
	w.Header().Set("X-Okta-Request-Id", "3f1c2a7be0944d0f8d6e5b1a9c7f4e21")
	app, rest, _ := strings.Cut(path, "/")
	isMany := strings.HasPrefix(app, "0oaMany")
	if isMany || strings.HasPrefix(app, "0oaLimited") {
		allowed := s.limiter(app).take(w.Header(), r)
		if isMany {
			time.Sleep(slowDelay)
		} else {
			time.Sleep(roundTrip)
		}
		if !allowed {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte(`{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"oae1","errorCauses":[]}`))
			return
		}
	} else {
		writeRateLimit(w.Header(), noLimit, noLimit-1, time.Now().Add(time.Minute))
	}
	switch {
	case r.Method == http.MethodDelete:
		w.WriteHeader(http.StatusNoContent)
	case rest == "tokens":
		s.list(w, r, app == "0oaSlow")
	default:
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(s.token)))
		_, _ = w.Write(s.token)
	}
}

// list answers every request with the same page. The cursor counts down from the number of tokens that the client
// wants, which its first request contains in the header X-Tokens.
func (s *server) list(w http.ResponseWriter, r *http.Request, slow bool) {
	left, err := strconv.Atoi(r.URL.Query().Get("after"))
	if err != nil {
		left, _ = strconv.Atoi(r.Header.Get("X-Tokens"))
	}
	base := s.url + r.URL.Path
	w.Header().Add("Link", "<"+base+`?limit=200>; rel="self"`)
	if left > pageSize {
		w.Header().Add("Link", fmt.Sprintf(`<%s?after=%d&limit=200>; rel="next"`, base, left-pageSize))
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(s.page)))
	if !slow {
		_, _ = w.Write(s.page)
		return
	}
	time.Sleep(slowDelay)
	const chunk = 16 << 10
	for body := s.page; len(body) > 0; {
		n := min(chunk, len(body))
		if _, err := w.Write(body[:n]); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		body = body[n:]
		time.Sleep(time.Duration(n) * time.Second / slowRate)
	}
}

// limiter counts requests per window. A window begins with the first request after the end of the previous one.
type limiter struct {
	limit  int
	window time.Duration

	mu       sync.Mutex
	used     int
	end      time.Time
	requests []request
}

type request struct {
	Time       time.Time
	Client     string
	Connection string
	Window     int
	Status     int
}

func (l *limiter) take(header http.Header, r *http.Request) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	window := 0
	if n := len(l.requests); n > 0 {
		window = l.requests[n-1].Window
	}
	if !now.Before(l.end) {
		l.used, l.end = 0, now.Add(l.window)
		window++
	}
	status := http.StatusNoContent
	if l.used >= l.limit {
		status = http.StatusTooManyRequests
	} else {
		l.used++
	}
	l.requests = append(l.requests, request{now, r.Header.Get("X-Client"), r.RemoteAddr, window, status})
	writeRateLimit(header, l.limit, l.limit-l.used, l.end)
	return status == http.StatusNoContent
}

func (l *limiter) report(w http.ResponseWriter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = json.NewEncoder(w).Encode(l.requests)
}

func (l *limiter) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests, l.used, l.end = nil, 0, time.Time{}
}

func writeRateLimit(header http.Header, limit, remaining int, reset time.Time) {
	header.Set("X-Rate-Limit-Limit", strconv.Itoa(limit))
	header.Set("X-Rate-Limit-Remaining", strconv.Itoa(remaining))
	header.Set("X-Rate-Limit-Reset", strconv.FormatInt(reset.Unix(), 10))
}
