package oktatest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault is something that goes wrong with a request. It happens once, to the next request. [Fault.Times],
// [Fault.Forever], [Fault.After] and [Fault.On] each return a copy that happens at other times.
type Fault struct {
	name    string
	method  string // empty for any
	skip    int    // how many requests to let pass
	times   int    // negative for forever
	instead func(*Org, *response, *http.Request)
	spoil   func(*response, *http.Request)
	delay   time.Duration
}

// Times makes the fault happen n times.
func (f Fault) Times(n int) Fault { f.times = n; return f }

// Forever makes the fault happen until [Org.Heal].
func (f Fault) Forever() Fault { f.times = -1; return f }

// After lets n requests pass before the fault happens, counted from its injection. Requests to which another fault
// happens count, too.
func (f Fault) After(n int) Fault { f.skip = n; return f }

// On restricts the fault to requests with an HTTP method (token requests have POST). [Fault.After] then counts only
// those.
func (f Fault) On(method string) Fault { f.method = method; return f }

// dueFault returns the first fault that is due for a request, and counts the request for all faults.
func (o *Org) dueFault(r *http.Request) (due Fault) {
	for _, fault := range o.faults {
		switch {
		case fault.times == 0 || fault.method != "" && fault.method != r.Method:
		case fault.skip > 0:
			fault.skip--
		case due.name == "":
			if fault.times > 0 {
				fault.times--
			}
			due = *fault
		}
	}
	return due
}

// instead returns a fault that answers in place of the org.
func instead(name string, do func(*Org, *response, *http.Request)) Fault {
	return Fault{name: name, times: 1, instead: do}
}

// spoil returns a fault that changes a response.
func spoil(name string, do func(*response, *http.Request)) Fault {
	return Fault{name: name, times: 1, spoil: do}
}

// Faults that answer in place of the org. The request has no effect.

// Status answers with a status and the error object that Okta sends with it, or with that of an internal error if none
// is known.
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
	return instead("status", func(o *Org, answer *response, _ *http.Request) { o.fail(answer, status, code, summary) })
}

// ConcurrentLimit answers 429 as Okta does when too many requests run at once: Limit and Remaining are 0, and Reset
// is meaningless.
func ConcurrentLimit() Fault { return limited("concurrent-limit", 0, time.Hour) }

// UsedUp answers 429 as Okta does when no requests are left in a window. The window ends after reset.
func UsedUp(reset time.Duration) Fault { return limited("used-up", 100, reset) }

func limited(name string, limit int, reset time.Duration) Fault {
	return instead(name, func(o *Org, answer *response, _ *http.Request) {
		writeRateLimit(answer.header, limit, 0, o.clock().Add(reset))
		o.fail(answer, http.StatusTooManyRequests, "E0000047", tooManyRequests)
	})
}

// Throttle answers 429 as a proxy does: with a Retry-After in whole seconds, but without Okta's rate-limit headers and
// error object.
func Throttle(retryAfter time.Duration) Fault {
	return instead("throttle", func(_ *Org, answer *response, _ *http.Request) {
		answer.status = http.StatusTooManyRequests
		answer.header.Set("Retry-After", strconv.Itoa(int(retryAfter.Seconds())))
	})
}

// DropBefore breaks the connection before the request takes effect.
//
// Over a reused connection, Go's transport repeats a GET by itself.
func DropBefore() Fault {
	return instead("drop-before", func(_ *Org, answer *response, _ *http.Request) { answer.dropped = true })
}

// Redirect answers with a redirect to a URL.
func Redirect(status int, location string) Fault {
	return instead("redirect", func(_ *Org, answer *response, _ *http.Request) {
		answer.status = status
		answer.header.Set("Location", location)
	})
}

// HTML answers with a sign-in page, as a proxy does.
func HTML(status int) Fault {
	const page = "<!DOCTYPE html>\n<title>Sign in</title>\n<p>Please sign in.</p>\n"
	fault := Body(status, "text/html; charset=utf-8", page)
	fault.name = "html"
	return fault
}

// Body answers with a status and a body of any content type.
func Body(status int, contentType, body string) Fault {
	return instead("body", func(_ *Org, answer *response, _ *http.Request) {
		answer.status, answer.body = status, []byte(body)
		answer.header.Set("Content-Type", contentType)
	})
}

// Challenge answers as Okta does when OAuth fails: with an empty body and a WWW-Authenticate header.
func Challenge(status int, code, description string) Fault {
	return instead("challenge", func(_ *Org, answer *response, r *http.Request) {
		answer.challenge(status, baseURL(r), false, code, description)
	})
}

// Faults that change the response. The request has taken effect.

// DropAfter breaks the connection after the request has taken effect, before the first byte of the response.
func DropAfter() Fault {
	return spoil("drop-after", func(answer *response, _ *http.Request) { answer.dropped = true })
}

// CutBody breaks the connection in the middle of the body.
func CutBody() Fault {
	return spoil("cut-body", func(answer *response, _ *http.Request) { answer.cut = true })
}

// TruncateBody sends the first half of the body as if it were complete.
func TruncateBody() Fault {
	return spoil("truncate-body", func(answer *response, _ *http.Request) { answer.body = answer.half() })
}

// SlowFirstByte delays the response.
func SlowFirstByte(delay time.Duration) Fault {
	return Fault{name: "slow-first-byte", times: 1, delay: delay}
}

// SlowBody pauses in the middle of the body, if there is one.
func SlowBody(pause time.Duration) Fault {
	return spoil("slow-body", func(answer *response, _ *http.Request) {
		if len(answer.body) > 0 {
			answer.pause = pause
		}
	})
}

// Header sets a header of the response, or removes it if value is empty. For Link headers there are other faults.
func Header(name, value string) Fault {
	return spoil("header", func(answer *response, _ *http.Request) {
		if answer.header.Set(name, value); value == "" {
			answer.header[http.CanonicalHeaderKey(name)] = nil // or net/http would add its own Date or Content-Type
		}
	})
}

// Faults that change the links.

// FoldedLinks sends all links on one line: the next link first, with an unquoted rel.
func FoldedLinks() Fault {
	return spoil("folded-links", func(answer *response, _ *http.Request) {
		var links []string
		if answer.next != "" {
			links = append(links, "<"+answer.next+">;rel=next")
		}
		links = append(links, "<"+answer.self+`>; rel="self"; title="this, \"page\""`)
		answer.header.Set("Link", strings.Join(links, ","))
		answer.self, answer.next = "", ""
	})
}

// ForeignLinks sends the given Link header in place of the org's.
func ForeignLinks(header string) Fault {
	return spoil("foreign-links", func(answer *response, _ *http.Request) {
		answer.header.Set("Link", header)
		answer.self, answer.next = "", ""
	})
}

// MalformedLink sends a link without its closing bracket.
func MalformedLink() Fault {
	return spoil("malformed-link", func(answer *response, _ *http.Request) {
		answer.header.Set("Link", "<"+answer.next+`; rel="next"`)
		answer.self, answer.next = "", ""
	})
}

// NoLinks sends no links at all (OKTA-796989).
func NoLinks() Fault {
	return spoil("no-links", func(answer *response, _ *http.Request) { answer.self, answer.next = "", "" })
}

// NoNext omits the next link, so that the listing ends too early (OKTA-1155607). No client can detect it.
func NoNext() Fault {
	return spoil("no-next", func(answer *response, _ *http.Request) { answer.next = "" })
}

// ForeignNext sends a next link to another target.
func ForeignNext(target string) Fault {
	return spoil("foreign-next", func(answer *response, _ *http.Request) { answer.next = target })
}

// LoopingNext sends a next link to the page itself.
func LoopingNext() Fault {
	return spoil("looping-next", func(answer *response, _ *http.Request) { answer.next = answer.self })
}

// NextWithoutExpand omits expand from the next link (OKTA-1230325).
func NextWithoutExpand() Fault {
	return spoil("next-without-expand", func(answer *response, _ *http.Request) {
		answer.next, _, _ = strings.Cut(answer.next, "&expand=")
	})
}

// PunctuatedCursor sends a next link whose cursor contains a comma and a semicolon, which is valid in a URL.
func PunctuatedCursor() Fault {
	return spoil("punctuated-cursor", func(answer *response, _ *http.Request) {
		answer.next = strings.Replace(answer.next, "&limit=", punctuation+"&limit=", 1)
	})
}

// RelativeNext sends a relative next link, which is valid (RFC 8288).
func RelativeNext() Fault {
	return spoil("relative-next", func(answer *response, r *http.Request) {
		answer.next = strings.TrimPrefix(answer.next, baseURL(r))
	})
}
