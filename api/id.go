package api

import (
	"strings"

	"example.com/apptokens/api/internal/argument"
	"example.com/apptokens/api/internal/text"
)

// CheckID returns [ErrInvalidArgument] for a string that cannot be the ID of an app or a token; what names the argument in
// the error, such as "app ID". Every call checks its IDs; a program that is about to make many may want to know before the
// first.
//
// An ID is made of letters, digits, "-", "_", "." and "~", and is neither "." nor "..". Okta's own are letters, digits,
// "-" and "_".
func CheckID(what, id string) error {
	// It lets through what needs no escaping in a path segment (RFC 3986, unreserved characters) and is not a dot segment.
	// It is a list of what is allowed, because the forbidden is hard to list: generated code turns an empty token ID into
	// the path of revoke-all and ".." into DELETE /api/v1/apps/{appId}, which deletes the app, and a Java server may take
	// "..;" for "..".
	switch {
	case id == "":
		return argument.Invalid(what, id, "it is empty")
	case id == "." || id == "..":
		return argument.Invalid(what, id, "it would lead to another resource")
	case strings.ContainsFunc(id, func(r rune) bool { return !text.IsUnreserved(r) }):
		return argument.Invalid(what, id, `an ID is made of letters, digits, "-", "_", "." and "~"`)
	}
	return nil
}
