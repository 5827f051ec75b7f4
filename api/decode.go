package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/apptokens/api/internal/retry"
)

// maxBody bounds what is read of a response, decompressed. A token has about 1.5 KiB.
const maxBody = 16 << 20

// lenient accepts what encoding/json does: a name that is there twice, and text that is not quite UTF-8. Neither is a
// reason to leave an incident without a listing.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// decode reads the body of a successful response, all of it, into value.
func decode(resp *http.Response, value any) error {
	if contentType := resp.Header.Get("Content-Type"); !isJSON(contentType) {
		return unexpected("the response is %q, not JSON", clean(resp.Request, contentType, 100))
	}
	body := &boundedReader{reader: resp.Body, left: maxBody}
	err := json.UnmarshalRead(body, value, lenient)
	switch {
	case err == nil:
		return nil
	case body.err != nil && body.err != io.EOF:
		return body.err
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return retry.Transient(unexpected("the JSON of the response breaks off"))
	case errors.Is(err, ErrUnexpectedResponse):
		return errors.Unwrap(err) // from UnmarshalJSONFrom, which json wraps in a SemanticError
	default:
		return unexpected("the JSON of the response is not what the contract says%s", where(err))
	}
}

// where leaves out what json's errors quote of the body.
func where(err error) string {
	var syntactic *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &semantic): // the names in its pointer are the contract's
		return fmt.Sprintf(", at %q (byte %d)", semantic.JSONPointer, semantic.ByteOffset)
	case errors.As(err, &syntactic):
		return fmt.Sprintf(", at byte %d", syntactic.ByteOffset)
	}
	return ""
}

// maxTokens bounds the tokens of one page, which cost far more memory than the shortest JSON of them. Okta's pages hold
// [MaxPageSize] at most.
const maxTokens = 20_000

// tokens is a page that is checked while it is decoded.
type tokens []Token

// UnmarshalJSONFrom refuses what is no array of tokens: null, and elements that are null or have no ID.
func (t *tokens) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	if kind := decoder.PeekKind(); kind != jsontext.KindBeginArray {
		if kind == jsontext.KindInvalid {
			return decoder.SkipValue() // for the error
		}
		return unexpected("the response is no array of tokens")
	}
	if _, err := decoder.ReadToken(); err != nil {
		return err
	}
	*t = make(tokens, 0, MaxPageSize)
	for decoder.PeekKind() != jsontext.KindEndArray {
		if len(*t) == maxTokens {
			return unexpected("the page holds over %d tokens", maxTokens)
		}
		*t = append(*t, Token{})
		last := &(*t)[len(*t)-1]
		if err := json.UnmarshalDecode(decoder, last); err != nil {
			return err
		}
		if last.ID == "" {
			return unexpected("token %d of the page has no ID", len(*t))
		}
	}
	_, err := decoder.ReadToken()
	return err
}

func isJSON(contentType string) bool {
	mediaType, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	mediaType = strings.TrimSpace(mediaType)
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}

// boundedReader ends a body that is too long with an error, and remembers how reading ended.
type boundedReader struct {
	reader io.Reader
	left   int64
	err    error
}

func (r *boundedReader) Read(p []byte) (int, error) {
	n, err := r.reader.Read(p)
	switch r.left -= int64(n); {
	case r.left < 0:
		r.err = unexpected("the response is over %d MiB", maxBody>>20)
	case err == io.EOF:
		r.err = io.EOF
	case err != nil:
		r.err = retry.Transient(fmt.Errorf("the response breaks off: %w", err))
	}
	return n, r.err
}
