// Package check rejects invalid arguments before anything is sent, and says what to pass instead.
package check

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"example.com/apptokens/api/internal/text"
)

// ErrInvalid is api.ErrInvalidArgument.
var ErrInvalid = errors.New("invalid argument")

// Invalid returns an ErrInvalid that names the argument, its value and the way out.
func Invalid(what, value, why string) error {
	return fmt.Errorf("%w: %s %q: %s", ErrInvalid, what, text.Truncate(value, 100), why)
}

// NotNil rejects what IsNil finds.
func NotNil(what string, v any) error {
	if IsNil(v) {
		return Invalid(what, "nil", "leave the option out")
	}
	return nil
}

// IsNil also finds a nil inside an interface, for example a constructor result whose error was ignored.
func IsNil(v any) bool {
	switch value := reflect.ValueOf(v); value.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Chan, reflect.Slice:
		return value.IsNil()
	default:
		return false
	}
}

// Positive rejects a duration of zero or less.
func Positive(what string, d time.Duration) error {
	if d <= 0 {
		return Invalid(what, d.String(), "it must be positive")
	}
	return nil
}

// UserAgent rejects a blank string and characters that a User-Agent header cannot contain.
func UserAgent(userAgent string) error {
	invalid := func(r rune) bool { return r != ' ' && text.NotVisible(r) }
	if strings.TrimSpace(userAgent) == "" || strings.ContainsFunc(userAgent, invalid) {
		return Invalid("user agent", userAgent, "it must be printable ASCII, and not blank")
	}
	return nil
}
