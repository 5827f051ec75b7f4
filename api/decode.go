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
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"example.com/apptokens/api/internal/retry"
	"example.com/apptokens/api/internal/text"
)

const (
	// maxBody bounds what is read of a response, decompressed. A page of 200 tokens has about 300 KiB.
	maxBody = 16 << 20
	// maxCommas bounds the values in a body. A page of 200 tokens has about 10,000.
	maxCommas = 400_000
)

// lenient accepts what encoding/json does: duplicate names and invalid UTF-8. Neither is a reason to leave an incident
// without a listing.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// bodies are buffers for bodies, which are read whole before they are decoded. They double: 72 KiB become 18 MiB, which
// is just over maxBody.
var bodies = sync.Pool{New: func() any { return bytes.NewBuffer(make([]byte, 0, 72<<10)) }}

// decode reads the whole body of a successful response into value. With keepRaw, it also returns the JSON as it came.
// The warning names what could not be read but is not an error.
func decode(resp *http.Response, value any, keepRaw bool) (raw []byte, warning string, err error) {
	if contentType := resp.Header.Get("Content-Type"); !isJSON(contentType) {
		return nil, "", unexpected("the content type is %q, not JSON", clean(resp.Request, contentType, text.MaxValue))
	}
	buffer := bodies.Get().(*bytes.Buffer)
	defer func() {
		buffer.Reset()
		if buffer.Cap() <= 1<<20 {
			bodies.Put(buffer)
		}
	}()
	if _, err := buffer.ReadFrom(io.LimitReader(resp.Body, maxBody+1)); err != nil {
		return nil, "", err
	}
	body := buffer.Bytes()
	switch {
	case len(body) > maxBody:
		return nil, "", unexpected("the response is over %d MiB", maxBody>>20)
	case bytes.Count(body, []byte(",")) > maxCommas, bytes.Count(body, []byte("{")) > maxObjects(body):
		return nil, "", unexpected("the response has over %d values or %d objects", maxCommas, maxObjects(body))
	}
	if keepRaw {
		raw = slices.Clone(bytes.TrimSpace(body))
	}
	err = json.Unmarshal(body, value, lenient)
	if errors.As(err, new(*json.SemanticError)) { // perhaps because of a time
		err = json.Unmarshal(body, value, lenient, json.WithUnmarshalers(oddTimes(&warning)))
	}
	switch {
	case err == nil:
		return raw, warning, nil
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, "", retry.Transient(unexpected("the JSON of the response ends early"))
	default:
		return nil, "", unexpected("the JSON of the response does not match the contract%s", where(err))
	}
}

// maxObjects bounds the objects in a body, so that memory stays a small multiple of its bytes: an empty object takes a
// hundred times as much memory as its JSON. Those of Okta have 75 bytes on average, and a page of 200 tokens has 4,000.
func maxObjects(body []byte) int { return min(100_000, 4_096+len(body)/64) }

// where returns the position of an error of package json, without what the error quotes of the body.
func where(err error) string {
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok { // its pointer contains only names of the contract
		return fmt.Sprintf(", at %q (byte %d)", semantic.JSONPointer, semantic.ByteOffset)
	}
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		return fmt.Sprintf(", at byte %d", syntactic.ByteOffset)
	}
	return ""
}

func isJSON(contentType string) bool {
	mediaType, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	mediaType = strings.TrimSpace(mediaType)
	return mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
}

// oddTimes reads times with readTime, and warns of the first that it cannot read. One odd time is not a reason to leave
// an incident without a listing.
func oddTimes(warning *string) *json.Unmarshalers {
	return json.UnmarshalFromFunc(func(decoder *jsontext.Decoder, t *time.Time) error {
		if decoder.PeekKind() == 'n' { // null is not odd
			return decoder.SkipValue()
		}
		var said string
		err := json.UnmarshalDecode(decoder, &said)
		if *t = readTime(said); err == nil && t.IsZero() && *warning == "" {
			*warning = fmt.Sprintf("a time in the response cannot be read, at %q", decoder.StackPointer())
		}
		return err
	})
}

// readTime reads times that are not quite RFC 3339; it returns the zero time if it cannot. A time without a zone is
// UTC, as all of Okta's times are.
func readTime(text string) time.Time {
	text = strings.ToUpper(strings.TrimSpace(text))
	leap := time.Duration(0)
	if len(text) >= len("2006-01-02T15:04:60") && text[16:19] == ":60" {
		text, leap = text[:16]+":59"+text[19:], time.Second
	}
	for _, layout := range []string{
		time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05",
		"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700 MST", time.DateTime,
	} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Add(leap)
		}
	}
	return time.Time{}
}
