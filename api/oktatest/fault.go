package oktatest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault is something that goes wrong with a request. It happens once, to the next request, unless [Fault.Times],
// [Fault.Forever], [Fault.After] and [Fault.On] say otherwise; each of them returns a changed copy.
type Fault struct {
	name    string
	method  string // empty for all
	skip    int
	times   int // negative for ever
	instead func(*Org, *response, *http.Request)
	spoil   func(*response, *http.Request)
	delay   time.Duration
}

// Times lets the fault happen n times.
func (f Fault) Times(n int) Fault { f.times = n; return f }

// Forever lets the fault happen until [Org.Heal].
func (f Fault) Forever() Fault { f.times = -1; return f }

// After lets n requests pass before the fault happens, counted from its injection. It counts those that meet another
// fault, too.
func (f Fault) After(n int) Fault { f.skip = n; return f }

// On restricts the fault to requests with an HTTP method (POST is what token requests have). [Fault.After] counts only
// those.
func (f Fault) On(method string) Fault { f.method = method; return f }

// meet uses up and returns the fault that a request meets: the first that is due.
func (o *Org) meet(r *http.Request) (met Fault) {
	for _, fault := range o.faults {
		switch {
		case fault.times == 0 || fault.method != "" && fault.method != r.Method:
		case fault.skip > 0:
			fault.skip--
		case met.name == "":
			if fault.times > 0 {
				fault.times--
			}
			met = *fault
		}
	}
	return met
}

func instead(name string, do func(*Org, *response, *http.Request)) Fault {
	return Fault{name: name, times: 1, instead: do}
}

func spoil(name string, do func(*response, *http.Request)) Fault {
	return Fault{name: name, times: 1, spoil: do}
}

// Faults in place of a response. The request has no effect.

// Status answers with a status and the error object that Okta sends with it or, if that is not known, with the one of
// an internal error.
func Status(status int) Fault {
	code, summary := "E0000009", "Internal Server Error"
	switch status {
	case http.StatusBadRequest:
		code, summary = "E0000001", "Api validation failed"
	case http.StatusUnauthorized:
		code, summary = "E0000004", "Authentication failed"
	case http.StatusForbidden:
		code, summary = "E0000006", "You do not have permission to perform the requested action"
	case http.StatusNotFound:
		code, summary = "E0000007", "Not found: Resource not found"
	case http.StatusMethodNotAllowed:
		code, summary = "E0000022", methodNotAllowed
	case http.StatusTooManyRequests:
		code, summary = "E0000047", tooManyRequests
	case http.StatusServiceUnavailable:
		code, summary = "E0000010", "Service is in read only mode"
	}
	return instead("status", func(o *Org, a *response, _ *http.Request) { o.fail(a, status, code, summary) })
}

// ConcurrentLimit answers 429 as Okta does when too many requests run at once: Limit and Remaining are 0, and Reset
// means nothing.
func ConcurrentLimit() Fault {
	return instead("concurrent-limit", func(o *Org, a *response, _ *http.Request) {
		writeRateLimit(a.header, 0, 0, o.clock().Add(time.Hour))
		o.fail(a, http.StatusTooManyRequests, "E0000047", tooManyRequests)
	})
}

// UsedUp answers 429 as Okta does when the limit of a window is used up. The window ends after reset.
func UsedUp(reset time.Duration) Fault {
	return instead("used-up", func(o *Org, a *response, _ *http.Request) {
		writeRateLimit(a.header, 100, 0, o.clock().Add(reset))
		o.fail(a, http.StatusTooManyRequests, "E0000047", tooManyRequests)
	})
}

// Throttle answers 429 as proxies do: with a Retry-After, to the second, and with neither Okta's rate limit nor its
// error object.
func Throttle(retryAfter time.Duration) Fault {
	return instead("throttle", func(_ *Org, a *response, _ *http.Request) {
		a.status = http.StatusTooManyRequests
		a.header.Set("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
	})
}

// DropBefore breaks the connection before the request takes effect.
//
// Over a real connection that was used before, Go's transport repeats a GET by itself.
func DropBefore() Fault {
	return instead("drop-before", func(_ *Org, a *response, _ *http.Request) { a.dropped = true })
}

// Redirect answers with a redirect to a URL.
func Redirect(status int, location string) Fault {
	return instead("redirect", func(_ *Org, a *response, _ *http.Request) {
		a.status = status
		a.header.Set("Location", location)
	})
}

// HTML answers with a sign-in page, as proxies do.
func HTML(status int) Fault {
	return instead("html", func(_ *Org, a *response, _ *http.Request) {
		a.status, a.body = status, []byte("<!DOCTYPE html>\n<title>Sign in</title>\n<p>Please sign in.</p>\n")
		a.header.Set("Content-Type", "text/html; charset=utf-8")
	})
}

// Body answers with a status and a body of any content type.
func Body(status int, contentType, body string) Fault {
	return instead("body", func(_ *Org, a *response, _ *http.Request) {
		a.status, a.body = status, []byte(body)
		a.header.Set("Content-Type", contentType)
	})
}

// Challenge answers as Okta does where OAuth failed: with an empty body and a WWW-Authenticate header.
func Challenge(status int, code, description string) Fault {
	return instead("challenge", func(_ *Org, a *response, r *http.Request) {
		a.challenge(status, baseURL(r), false, code, description)
	})
}

// Faults of a response. The request has taken effect.

// DropAfter breaks the connection after the request has taken effect, and before the first byte of the response.
func DropAfter() Fault {
	return spoil("drop-after", func(a *response, _ *http.Request) { a.dropped = true })
}

// CutBody breaks the connection in the middle of the body.
func CutBody() Fault { return spoil("cut-body", func(a *response, _ *http.Request) { a.cut = true }) }

// TruncateBody sends half the body, as if it were all.
func TruncateBody() Fault {
	return spoil("truncate-body", func(a *response, _ *http.Request) { a.body = a.body[:len(a.body)/2] })
}

// SlowFirstByte holds the response back for some time.
func SlowFirstByte(delay time.Duration) Fault {
	return Fault{name: "slow-first-byte", times: 1, delay: delay}
}

// Header replaces a header of the response. An empty value removes it. Link headers have faults of their own.
func Header(name, value string) Fault {
	return spoil("header", func(a *response, _ *http.Request) {
		if a.header.Set(name, value); value == "" {
			a.header[http.CanonicalHeaderKey(name)] = nil // or net/http would add its own Date or Content-Type
		}
	})
}

// Faults of links.

// FoldedLinks sends all links on one line, with the next one first and rel unquoted.
func FoldedLinks() Fault {
	return spoil("folded-links", func(a *response, _ *http.Request) {
		var links []string
		if a.next != "" {
			links = append(links, "<"+a.next+">;rel=next")
		}
		links = append(links, "<"+a.self+`>; rel="self"; title="this, \"page\""`)
		a.header.Set("Link", strings.Join(links, ","))
		a.self, a.next = "", ""
	})
}

// ForeignLinks sends one Link header of the caller's making in place of the org's.
func ForeignLinks(header string) Fault {
	return spoil("foreign-links", func(a *response, _ *http.Request) {
		a.header.Set("Link", header)
		a.self, a.next = "", ""
	})
}

// MalformedLink sends a link that never closes.
func MalformedLink() Fault {
	return spoil("malformed-link", func(a *response, _ *http.Request) {
		a.header.Set("Link", "<"+a.next+`; rel="next"`)
		a.self, a.next = "", ""
	})
}

// NoLinks sends no links at all (OKTA-796989).
func NoLinks() Fault {
	return spoil("no-links", func(a *response, _ *http.Request) { a.self, a.next = "", "" })
}

// NoNext ends the listing too early (OKTA-1155607). No client can notice.
func NoNext() Fault { return spoil("no-next", func(a *response, _ *http.Request) { a.next = "" }) }

// ForeignNext sends a next link that leads elsewhere.
func ForeignNext(target string) Fault {
	return spoil("foreign-next", func(a *response, _ *http.Request) { a.next = target })
}

// LoopingNext sends a next link that leads to the page it stands on.
func LoopingNext() Fault {
	return spoil("looping-next", func(a *response, _ *http.Request) { a.next = a.self })
}

// NextWithoutExpand forgets expand in the next link (OKTA-1230325).
func NextWithoutExpand() Fault {
	return spoil("next-without-expand", func(a *response, _ *http.Request) {
		a.next, _, _ = strings.Cut(a.next, "&expand=")
	})
}

// PunctuatedCursor sends a next link whose cursor holds a comma and a semicolon, which a URL may.
func PunctuatedCursor() Fault {
	return spoil("punctuated-cursor", func(a *response, _ *http.Request) {
		a.next = strings.Replace(a.next, "&limit=", punctuation+"&limit=", 1)
	})
}

// RelativeNext sends a next link without its origin, which RFC 8288 allows.
func RelativeNext() Fault {
	return spoil("relative-next", func(a *response, r *http.Request) { a.next = strings.TrimPrefix(a.next, baseURL(r)) })
}
