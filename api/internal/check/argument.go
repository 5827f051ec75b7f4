// Package check refuses arguments that cannot be right: before anything is sent, and with the way out.
package check

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"example.com/apptokens/api/internal/text"
)

// ErrInvalid is api.ErrInvalidArgument.
var ErrInvalid = errors.New("invalid argument")

// Invalid names the argument, its value and the way out.
func Invalid(what, value, why string) error {
	return fmt.Errorf("%w: %s %q: %s", ErrInvalid, what, text.Truncate(value, 100), why)
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

// UserAgent refuses what no header of that name can hold.
func UserAgent(userAgent string) error {
	if strings.TrimSpace(userAgent) == "" || strings.ContainsFunc(userAgent, func(r rune) bool { return r != ' ' && text.NotVisible(r) }) {
		return Invalid("user agent", userAgent, "it must be printable ASCII, and not blank")
	}
	return nil
}
