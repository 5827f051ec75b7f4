package api

import (
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/gen"
)

// ListOption configures [Client.List] and [Client.Pages].
type ListOption interface{ applyToList(*listing) error }

// GetOption configures [Client.Get].
type GetOption interface{ applyToGet(*getting) error }

// ReadOption configures listings and [Client.Get].
type ReadOption interface {
	ListOption
	GetOption
}

// CallOption configures any call.
type CallOption interface {
	ReadOption
	applyToCall(*call) error
}

type listOption func(*listing) error

func (o listOption) applyToList(l *listing) error { return o(l) }

// PageSize sets the number of tokens on one page, 1 to [MaxPageSize]. The default is MaxPageSize: a listing costs the
// fewest requests, of which an org has few. Okta's own default is 20.
func PageSize(n int) ListOption {
	return listOption(func(l *listing) error {
		if n < gen.ListTokensLimitMinimum || n > MaxPageSize {
			return check.Invalid("page size", fmt.Sprint(n), fmt.Sprintf("Okta takes %d to %d", gen.ListTokensLimitMinimum, MaxPageSize))
		}
		l.pageSize = n
		return nil
	})
}

// StartAt resumes a listing at the [Page.Next] of an earlier one of the same app, with the page size of that one. A Next of
// another app or another org is [ErrForeignLink]. The empty Next of a last page is [ErrInvalidArgument]: nothing is left to
// resume.
func StartAt(next string) ListOption {
	return listOption(func(l *listing) error {
		if next == "" {
			return check.Invalid("link to a page", next, "an empty Next means that the listing had ended")
		}
		l.start = next
		return nil
	})
}

// KeepRaw keeps the JSON of each token in [Page.Raw], byte for byte as Okta sent it.
func KeepRaw() ListOption {
	return listOption(func(l *listing) error { l.keepRaw = true; return nil })
}

type getOption func(*getting) error

func (o getOption) applyToGet(g *getting) error { return o(g) }

// RawTo stores the JSON of the token in raw, byte for byte as Okta sent it.
func RawTo(raw *jsontext.Value) GetOption {
	return getOption(func(g *getting) error {
		if raw == nil {
			return check.Invalid("raw JSON", "nil", "pass a pointer")
		}
		g.raw = raw
		return nil
	})
}

// expandScope is the only value of expand that Okta knows.
const expandScope = "scope"

// ExpandScopes asks Okta to put the details of every scope into Token.Embedded.
func ExpandScopes() ReadOption { return expandScopes{} }

type expandScopes struct{}

func (expandScopes) applyToList(l *listing) error { l.expand = true; return nil }

func (expandScopes) applyToGet(g *getting) error { g.params.Expand = new(expandScope); return nil }

// EditRequest runs an editor for every attempt of one call, after the client's own, see [WithRequestEditor].
func EditRequest(editor RequestEditor) CallOption { return editRequest{editor} }

type editRequest struct{ editor RequestEditor }

func (e editRequest) applyToList(l *listing) (err error) {
	l.editors, err = e.add(l.editors)
	return err
}

func (e editRequest) applyToGet(g *getting) error { return e.applyToCall(&g.call) }

func (e editRequest) applyToCall(c *call) (err error) {
	c.editors, err = e.add(c.editors)
	return err
}

func (e editRequest) add(editors []RequestEditor) ([]RequestEditor, error) {
	if e.editor == nil {
		return nil, check.Invalid("request editor", "nil", "leave the option out")
	}
	return append(editors, e.editor), nil
}

// apply runs options until one is invalid.
func apply[O any](options []O, one func(O) error) error {
	for _, option := range options {
		if any(option) == nil {
			return check.Invalid("option", "nil", "leave it out")
		}
		if err := one(option); err != nil {
			return err
		}
	}
	return nil
}
