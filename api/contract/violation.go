package contract

import (
	"fmt"
	"strings"

	"example.com/apptokens/api/internal/text"
)

// How many bytes are shown of a path or a pointer, of a value, and of a violation.
const maxPath, maxShown, maxViolation = 200, 60, 600

// Violation is a difference between traffic and the contract. It never shows the credential of the request, even if the
// response repeats it.
type Violation struct {
	Operation string // operation ID in openapi.yaml, such as listTokens; empty if the contract has no such operation
	Method    string
	Path      string // as sent, with its escapes
	Where     string // "request path", "request query limit", "response status", "response header Link" …
	Pointer   string // JSON pointer into the body (RFC 6901); empty for the whole body and elsewhere
	Rule      string // keyword of the schema, such as enum, format or required; or path, method, status, content type …
	Value     string // what was found, on one line of at most about 80 bytes
	Reason    string // what the contract requires
	RequestID string // X-Okta-Request-Id of the response
}

// Error returns one printable line of at most about 600 bytes.
func (v *Violation) Error() string {
	var b strings.Builder
	b.WriteString("contract: ")
	if v.Operation != "" {
		b.WriteString(v.Operation + ": ")
	} else {
		fmt.Fprintf(&b, "%s %s: ", v.Method, v.Path)
	}
	b.WriteString(v.Where)
	if v.Pointer != "" {
		b.WriteString(" " + v.Pointer)
	}
	fmt.Fprintf(&b, ": %s: %s", v.Rule, v.Reason)
	if v.Value != "" {
		b.WriteString(", not " + v.Value)
	}
	if v.RequestID != "" {
		b.WriteString(" (request " + v.RequestID + ")")
	}
	return text.Printable(b.String(), maxViolation)
}

// Permanent returns true: retrying is pointless, and package api does not retry.
func (v *Violation) Permanent() bool { return true }
