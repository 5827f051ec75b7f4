package text_test

import (
	"errors"
	"io"
	"strings"
	"testing"

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
		strings.Repeat("x", 21):       strings.Repeat("x", 20) + "…",
		strings.Repeat("é", 15):       strings.Repeat("é", 10) + "…",
		"x" + strings.Repeat("é", 15): "x" + strings.Repeat("é", 9) + "…", // no half of a character
	} {
		if got := text.Printable(in, 20); got != want {
			t.Errorf("Printable(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	if got := text.Redact("a b a", "a", ""); got != "[redacted] b [redacted]" {
		t.Error(got)
	}
	if err := text.RedactError(io.EOF, "secret"); !errors.Is(err, io.EOF) {
		t.Errorf("%v has lost its type", err)
	}
	if err := text.RedactError(errors.New("bad secret"), "secret"); err.Error() != "bad [redacted]" {
		t.Error(err)
	}
}
