package text_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/internal/text"
)

func TestPrintable(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                            "",
		"plain text":                  "plain text",
		"line\nend\ttab":              "line end tab",
		"\x1b[2J\u202eflipped":        " [2J flipped",
		"Zoë 李示例":                     "Zoë 李示例",
		"\xff\xfe":                    "\ufffd\ufffd",
		strings.Repeat("x", 20):       strings.Repeat("x", 20),
		strings.Repeat("x", 21):       strings.Repeat("x", 20) + "…",
		strings.Repeat("é", 15):       strings.Repeat("é", 10) + "…",
		"x" + strings.Repeat("é", 15): "x" + strings.Repeat("é", 9) + "…", // no half of a character
	} {
		if got := text.Printable(in, 20); got != want {
			t.Errorf("Printable(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestOnlyASCIIWithoutSpacesIsVisible(t *testing.T) {
	t.Parallel()
	for r, notVisible := range map[rune]bool{'\n': true, ' ': true, '!': false, 'a': false, '~': false, '\x7f': true, 'é': true} {
		if got := text.NotVisible(r); got != notVisible {
			t.Errorf("NotVisible(%q) = %v", r, got)
		}
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	if got := text.Redact("a b a", "a", ""); got != "[redacted] b [redacted]" {
		t.Error(got)
	}
	for in, want := range map[string]string{
		"http://alice:s3cret@proxy":               "http://[redacted]@proxy",
		`parse "http://a:%zz@b@c:1/x@y": invalid`: `parse "http://[redacted]@c:1/x@y": invalid`,
		"https://h/@ and http://u@h":              "https://h/@ and http://[redacted]@h",
		"file:///home/u@h":                        "file:///home/u@h",
		"http://h mail@h, ://, ://@":              "http://h mail@h, ://, ://[redacted]@",
	} {
		if got := text.Redact(in); got != want {
			t.Errorf("Redact(%q) = %q, want %q", in, got, want)
		}
	}
	if err := text.RedactError(io.EOF, "secret"); !errors.Is(err, io.EOF) {
		t.Errorf("%v has lost its type", err)
	}
	if err := text.RedactError(errors.New("bad secret"), "secret"); err.Error() != "bad [redacted]" {
		t.Error(err)
	}
}

func TestHasPlaceholder(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"https://{yourOktaDomain}": true, "${OKTA_TOKEN}": true, "$OKTA_TOKEN": true, "<token>": true, "YOUR_API_TOKEN": true,
		"%OKTA_TOKEN%": true, "[token]": true, "changeme": true, "CHANGE_ME": true, "replace-me": true, "xxxxxxxx": true, "TODO": true,
		"%a%": true, "Change-Me": true, "xxx": true,

		"": false, "00aToken_-~": false, "eyJhbGciOi.J9+/=": false, "token": false, "changemeter": false, "xx": false,
		"%AB%CD%": false, "[::1]:[a]": false, "[": false, "%": false, "xxxy": false, "YOURS": false,
		"https://[::1]:8080": false, "https://acme.okta.com/a%20b%20c": false, "https://acme.okta.com/%AB%CD": false,
	} {
		if got := text.HasPlaceholder(in); got != want {
			t.Errorf("HasPlaceholder(%q) = %v", in, got)
		}
	}
}

// A server may send megabytes of what looks like URLs.
func TestRedactionTakesTimeInProportionToTheText(t *testing.T) {
	t.Parallel()
	start := time.Now()
	long := strings.Repeat("://a@", 400_000)
	if got := text.Redact(long); got != strings.Repeat("://[redacted]@", 400_000) {
		t.Errorf("redacted to %.100q", got)
	}
	if took := time.Since(start); took > 20*time.Second { // milliseconds, or minutes if each URL costs a copy of the rest
		t.Errorf("took %v", took)
	}
}
