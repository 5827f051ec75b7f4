package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/apptokens/api/internal/retry"
)

const (
	// maxBody bounds what is read of a response, decompressed. A page of 200 tokens has about 300 KiB.
	maxBody = 16 << 20
	// maxCommas bounds the values of a body, which may cost a hundred times as much memory as their JSON. A page of 200
	// tokens has about 10,000.
	maxCommas = 400_000
)

// lenient accepts what encoding/json does: a name that is there twice, and text that is not quite UTF-8. Neither is a
// reason to leave an incident without a listing.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// bodies are buffers for bodies, which are whole before they are decoded.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// decode reads the body of a successful response, all of it, into value. raw, if it is not nil, gets a copy of the body.
// The warning names what could not be read, though it is not worth an error.
func decode(resp *http.Response, value any, raw *[]byte) (warning string, err error) {
	if contentType := resp.Header.Get("Content-Type"); !isJSON(contentType) {
		return "", unexpected("the response is %q, not JSON", clean(resp.Request, contentType, 100))
	}
	buffer := bodies.Get().(*bytes.Buffer)
	defer func() {
		if buffer.Reset(); buffer.Cap() <= 1<<20 {
			bodies.Put(buffer)
		}
	}()
	if _, err := buffer.ReadFrom(io.LimitReader(resp.Body, maxBody+1)); err != nil {
		return "", err
	}
	body := buffer.Bytes()
	switch {
	case len(body) > maxBody:
		return "", unexpected("the response is over %d MiB", maxBody>>20)
	case bytes.Count(body, []byte(",")) > maxCommas:
		return "", unexpected("the response holds over %d values", maxCommas)
	}
	if raw != nil {
		*raw = slices.Clone(body)
	}
	err = json.Unmarshal(body, value, lenient)
	if isTime(err) {
		warning = "a time in the response is not RFC 3339" + where(err)
		err = json.Unmarshal(body, value, lenient, json.WithUnmarshalers(lenientTimes))
	}
	switch {
	case err == nil:
		return warning, nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "", retry.Transient(unexpected("the JSON of the response ends early"))
	case errors.Is(err, ErrUnexpectedResponse):
		return "", errors.Unwrap(err) // from UnmarshalJSONFrom, which json wraps in a SemanticError
	default:
		return "", unexpected("the JSON of the response is not what the contract says%s", where(err))
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

// tokens is a page that is checked while it is decoded.
type tokens struct {
	tokens []Token
	ends   []int64 // where each token's JSON ends in the body
}

// UnmarshalJSONFrom rejects anything but an array of tokens: null, and elements that are null or have no ID.
func (t *tokens) UnmarshalJSONFrom(decoder *jsontext.Decoder) error {
	if kind := decoder.PeekKind(); kind != jsontext.KindBeginArray {
		if kind == jsontext.KindInvalid {
			return decoder.SkipValue() // for the error
		}
		return unexpected("the response is not an array of tokens")
	}
	if _, err := decoder.ReadToken(); err != nil {
		return err
	}
	t.tokens, t.ends = make([]Token, 0, MaxPageSize), append(t.ends[:0], decoder.InputOffset())
	for decoder.PeekKind() != jsontext.KindEndArray {
		t.tokens = append(t.tokens, Token{})
		last := &t.tokens[len(t.tokens)-1]
		if err := json.UnmarshalDecode(decoder, last); err != nil {
			return err
		}
		if last.ID == "" {
			return unexpected("token %d of the page has no ID", len(t.tokens))
		}
		t.ends = append(t.ends, decoder.InputOffset())
	}
	_, err := decoder.ReadToken()
	return err
}

// raw returns the JSON of each token, byte for byte.
func (t *tokens) raw(body []byte) []jsontext.Value {
	raw := make([]jsontext.Value, len(t.tokens))
	for i := range raw {
		raw[i] = bytes.TrimLeft(body[t.ends[i]:t.ends[i+1]], " \t\r\n,")
	}
	return raw
}

func isJSON(contentType string) bool {
	mediaType, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	mediaType = strings.TrimSpace(mediaType)
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}
