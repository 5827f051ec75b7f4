package api

import (
	"encoding/json"
	"fmt"

	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/gen"
)

// ListOption configures [Client.List] and [Client.Pages].
type ListOption interface {
	option
	forList()
}

// GetOption configures [Client.Get].
type GetOption interface {
	option
	forGet()
}

// ReadOption configures listings and [Client.Get].
type ReadOption interface {
	ListOption
	GetOption
}

// CallOption configures any call.
type CallOption interface {
	ReadOption
	forRevoke()
}

type option interface{ apply(*callSettings) error }

// callSettings are what the options of one call set.
type callSettings struct {
	pageSize int
	start    string           // link to the first page; empty for the beginning
	expand   *string          // nil for no details
	keepRaw  bool             // of a listing
	raw      *json.RawMessage // of a token; nil without RawTo
	editors  []RequestEditor
}

// callOption implements all options of calls; the type that a constructor returns says which calls an option is for.
type callOption func(*callSettings) error

func (o callOption) apply(s *callSettings) error { return o(s) }

func (callOption) forList()   {}
func (callOption) forGet()    {}
func (callOption) forRevoke() {}

// PageSize sets the number of tokens on one page, from 1 to [MaxPageSize]. The default is MaxPageSize, which costs the
// fewest requests. (Okta's own default is 20.)
func PageSize(n int) ListOption {
	valid := gen.ListTokensLimitMinimum <= n && n <= MaxPageSize
	err := check.That(valid, "page size", n, fmt.Sprintf("Okta accepts %d to %d", gen.ListTokensLimitMinimum, MaxPageSize))
	return callOption(check.Option(err, func(s *callSettings) { s.pageSize = n }))
}

// StartAt resumes a listing at the [Page.Next] of an earlier listing of the same app. The link has the [PageSize], which
// is ignored here, and the [ExpandScopes] of that one; [KeepRaw] must be given again. A Next of another app or org is
// [ErrInvalidArgument] and [ErrForeignLink]. The empty Next of a last page is [ErrInvalidArgument]: nothing is left.
func StartAt(next string) ListOption {
	err := check.That(next != "", "link to a page", next, "an empty Next means that the listing had ended")
	return callOption(check.Option(err, func(s *callSettings) { s.start = next }))
}

// KeepRaw keeps the JSON of each token in [Page.Raw], byte for byte as Okta sent it. [Client.List] does not yield it.
func KeepRaw() ListOption {
	return callOption(check.Option(nil, func(s *callSettings) { s.keepRaw = true }))
}

// RawTo stores the JSON of the token in raw, byte for byte as Okta sent it. After a failed call, raw is nil.
func RawTo(raw *json.RawMessage) GetOption {
	return callOption(check.Option(check.NotNil("raw JSON", raw), func(s *callSettings) { *raw, s.raw = nil, raw }))
}

// expandScope is the only value of expand that Okta knows.
const expandScope = "scope"

// ExpandScopes asks Okta to put the details of every scope into Token.Embedded.
func ExpandScopes() ReadOption {
	return callOption(check.Option(nil, func(s *callSettings) { s.expand = new(expandScope) }))
}

// EditRequest runs an editor for every attempt of one call, after the client's own; see [WithRequestEditor].
func EditRequest(editor RequestEditor) CallOption {
	return callOption(check.Option(check.NotNil("request editor", editor), func(s *callSettings) {
		s.editors = append(s.editors, editor)
	}))
}
