// Package check rejects invalid arguments before anything is sent, and says what to pass instead.
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

// Invalid returns an ErrInvalid that names the argument, its value and the way out.
func Invalid(what, value, why string) error {
	return fmt.Errorf("%w: %s %q: %s", ErrInvalid, what, text.Truncate(value, text.MaxValue), why)
}

// That returns Invalid, unless valid is set.
func That(valid bool, what string, value any, why string) error {
	if valid {
		return nil
	}
	return Invalid(what, fmt.Sprint(value), why)
}

// NotNil rejects a nil argument of an option.
func NotNil(what string, v any) error { return That(!IsNil(v), what, "nil", "leave the option out") }

// Option returns an option that changes settings. err, if it is not nil, says why its argument is invalid.
func Option[S any](err error, set func(*S)) func(*S) error {
	return func(s *S) error {
		if err == nil {
			set(s)
		}
		return err
	}
}

// alsoError is an error that is another one as well.
type alsoError struct {
	error
	target error
}

func (e alsoError) Unwrap() error        { return e.error }
func (e alsoError) Is(target error) bool { return target == e.target }

// Also returns err, which is target as well for errors.Is, but not what target wraps.
func Also(err, target error) error {
	return alsoError{err, target}
}

// Apply applies options to settings, up to the first invalid one, whose error it returns.
func Apply[S any, O ~func(*S) error](settings *S, options []O) error {
	for _, option := range options {
		err := NotNil("option", option)
		if err == nil {
			err = option(settings)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// IsNil also finds a nil inside an interface, for example a constructor result whose error was ignored.
func IsNil(v any) bool {
	switch value := reflect.ValueOf(v); value.Kind() {
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Chan, reflect.Slice:
		return value.IsNil()
	}
	return v == nil
}

// UserAgent rejects a blank string and characters that a User-Agent header cannot contain.
func UserAgent(userAgent string) error {
	invalid := func(r rune) bool { return r != ' ' && text.NotVisible(r) }
	valid := strings.TrimSpace(userAgent) != "" && !strings.ContainsFunc(userAgent, invalid)
	return That(valid, "user agent", userAgent, "it must be printable ASCII, and not blank")
}
