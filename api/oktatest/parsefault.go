package oktatest

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// form is the text form of a fault.
type form struct {
	name, arguments, help string
	build                 func(*arguments) Fault
}

var forms = []form{
	{"status", "CODE", "an error, with Okta's error object",
		func(a *arguments) Fault { return Status(a.status()) }},
	{"concurrent-limit", "", "429: too many requests at once", plain(ConcurrentLimit)},
	{"used-up", "DURATION", "429: no requests left until the window ends",
		func(a *arguments) Fault { return UsedUp(a.duration()) }},
	{"throttle", "DURATION", "429 as a proxy sends it, with a Retry-After",
		func(a *arguments) Fault { return Throttle(a.duration()) }},
	{"challenge", "CODE,ERROR,TEXT", "an OAuth error: a header and no body",
		func(a *arguments) Fault { return Challenge(a.status(), a.text(), a.text()) }},
	{"redirect", "CODE,URL", "a redirect", func(a *arguments) Fault { return Redirect(a.status(), a.text()) }},
	{"html", "CODE", "a sign-in page", func(a *arguments) Fault { return HTML(a.status()) }},
	{"body", "CODE,TYPE,TEXT", "a body of any content type",
		func(a *arguments) Fault { return Body(a.status(), a.text(), a.text()) }},
	{"drop-before", "", "the connection breaks; nothing is done", plain(DropBefore)},
	{"drop-after", "", "the request is carried out; the connection breaks", plain(DropAfter)},
	{"cut-body", "", "the connection breaks in the middle of the body", plain(CutBody)},
	{"truncate-body", "", "half the body, as if it were complete", plain(TruncateBody)},
	{"slow-first-byte", "DURATION", "the response is late",
		func(a *arguments) Fault { return SlowFirstByte(a.duration()) }},
	{"slow-body", "DURATION", "the body pauses in the middle",
		func(a *arguments) Fault { return SlowBody(a.duration()) }},
	{"header", "NAME,VALUE", "another header; an empty VALUE removes it",
		func(a *arguments) Fault { return Header(a.header(), a.text()) }},
	{"folded-links", "", "all links on one line", plain(FoldedLinks)},
	{"foreign-links", "HEADER", "another Link header", func(a *arguments) Fault { return ForeignLinks(a.text()) }},
	{"malformed-link", "", "a malformed Link header", plain(MalformedLink)},
	{"no-links", "", "no Link header", plain(NoLinks)},
	{"no-next", "", "a listing that ends too early", plain(NoNext)},
	{"foreign-next", "URL", "a next link that leads elsewhere",
		func(a *arguments) Fault { return ForeignNext(a.text()) }},
	{"looping-next", "", "a next link to the page itself", plain(LoopingNext)},
	{"next-without-expand", "", "a next link that lacks expand", plain(NextWithoutExpand)},
	{"punctuated-cursor", "", `a next link with "," and ";" in it`, plain(PunctuatedCursor)},
	{"relative-next", "", "a next link without its origin", plain(RelativeNext)},
}

func plain(fault func() Fault) func(*arguments) Fault {
	return func(*arguments) Fault { return fault() }
}

func (f form) String() string {
	if f.arguments == "" {
		return f.name
	}
	return f.name + ":" + f.arguments
}

// FaultUsage returns a help text with one line for each fault that [ParseFault] reads.
func FaultUsage() string {
	var usage strings.Builder
	for _, f := range forms {
		fmt.Fprintf(&usage, "  %-25s  %s\n", f, f.help)
	}
	return usage.String()
}

// ParseFault parses a fault in the form NAME[@WHEN][:ARGUMENTS], for command lines and files:
//
//	status:503
//	cut-body@after=1,times=2
//	redirect@on=DELETE,forever:302,https://acme.okta.com/login
//
// [FaultUsage] lists the names and their arguments. WHEN is a comma-separated list of after=N, times=N, forever and
// on=METHOD, which stand for the methods of [Fault].
func ParseFault(text string) (Fault, error) {
	head, list, _ := strings.Cut(text, ":")
	name, when, timed := strings.Cut(head, "@")
	var names []string
	for _, f := range forms {
		if names = append(names, f.name); f.name != name {
			continue
		}
		fault, err := f.parse(list)
		if err == nil && timed {
			fault, err = fault.when(when)
		}
		if err != nil {
			return Fault{}, fmt.Errorf("fault %q: %w", text, err)
		}
		return fault, nil
	}
	return Fault{}, fmt.Errorf("fault %q: unknown name; choose from %s", text, strings.Join(names, ", "))
}

func (f form) parse(list string) (Fault, error) {
	if f.arguments == "" && list == "" {
		return f.build(nil), nil
	}
	want := strings.Count(f.arguments, ",") + 1
	a := &arguments{values: strings.SplitN(list, ",", want)}
	if f.arguments == "" || len(a.values) != want {
		return Fault{}, fmt.Errorf("want %s", f)
	}
	fault := f.build(a)
	if a.err != nil {
		return Fault{}, fmt.Errorf("%w; want %s", a.err, f)
	}
	return fault, nil
}

// methods are those of requests that can meet a fault.
var methods = []string{
	http.MethodGet, http.MethodDelete, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodHead,
	http.MethodOptions,
}

// when applies conditions such as "after=1,times=2".
func (f Fault) when(list string) (Fault, error) {
	for condition := range strings.SplitSeq(list, ",") {
		name, value, _ := strings.Cut(condition, "=")
		n, err := strconv.ParseUint(value, 10, 31)
		switch {
		case condition == "forever":
			f = f.Forever()
		case name == "on" && slices.Contains(methods, strings.ToUpper(value)):
			f = f.On(strings.ToUpper(value))
		case name == "after" && err == nil:
			f = f.After(int(n))
		case name == "times" && err == nil && n > 0:
			f = f.Times(int(n))
		default:
			return f, fmt.Errorf("%q is not a condition; want after=N, times=N, forever or on=METHOD", condition)
		}
	}
	return f, nil
}

// arguments are the arguments of a fault, which are read in order. err is the last error in them.
type arguments struct {
	values []string
	err    error
}

func (a *arguments) text() string {
	value := a.values[0]
	a.values = a.values[1:]
	return value
}

func (a *arguments) status() int {
	value := a.text()
	status, err := strconv.Atoi(value)
	if err != nil || status < 200 || status > 599 {
		a.err = fmt.Errorf("%q is not a status from 200 to 599", value)
	}
	return status
}

// header is the name of a header that can be replaced: a fault that does nothing would let a test pass.
func (a *arguments) header() string {
	name := a.text()
	switch http.CanonicalHeaderKey(name) {
	case "Link", "Content-Length", "Transfer-Encoding":
		a.err = fmt.Errorf("%q cannot be replaced (links have faults of their own)", name)
	default:
		if !headerName.MatchString(name) {
			a.err = fmt.Errorf("%q is not the name of a header", name)
		}
	}
	return name
}

var headerName = regexp.MustCompile(`^[\w-]+$`)

func (a *arguments) duration() time.Duration {
	value := a.text()
	duration, err := time.ParseDuration(value)
	if err != nil || duration < 0 {
		a.err = fmt.Errorf("%q is not a duration like 1.5s", value)
	}
	return duration
}
