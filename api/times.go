package api

import (
	"errors"
	"reflect"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
)

// lenientTimes reads times with readTime. One odd time is not a reason to leave an incident without a listing.
var lenientTimes = json.UnmarshalFunc(func(data []byte, t *time.Time) error {
	var text string
	if err := json.Unmarshal(data, &text, lenient); err != nil {
		return err
	}
	*t = readTime(text)
	return nil
})

// isTime reports whether decoding failed because of a string that is not an RFC 3339 time.
func isTime(err error) bool {
	var semantic *json.SemanticError
	return errors.As(err, &semantic) && semantic.GoType == reflect.TypeFor[time.Time]() && semantic.JSONKind == '"'
}

// readTime reads times that are not quite RFC 3339; it returns the zero time if it cannot. A time without a zone is UTC,
// as all of Okta's times are.
func readTime(text string) time.Time {
	text = strings.ToUpper(strings.TrimSpace(text))
	leap := time.Duration(0)
	if len(text) >= len("2006-01-02T15:04:60") && text[16:19] == ":60" {
		text, leap = text[:16]+":59"+text[19:], time.Second
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05 -0700 MST", time.DateTime} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Add(leap)
		}
	}
	return time.Time{}
}
