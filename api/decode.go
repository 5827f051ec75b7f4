package api

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// maxBody bounds what is read of an answer, decompressed. A page of 200 tokens has about 300 KiB.
const maxBody = 16 << 20

// lenient accepts what encoding/json does: a name that is there twice, and text that is not quite UTF-8. Neither is a
// reason to leave an incident without a listing.
var lenient = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// decode reads the body of a successful answer, all of it, into value.
func decode(resp *http.Response, value any) error {
	if contentType := resp.Header.Get("Content-Type"); !isJSON(contentType) {
		return unexpected("the answer is %q, not JSON", clean(resp, contentType, 100))
	}
	body := &boundedReader{reader: resp.Body, left: maxBody}
	err := json.UnmarshalRead(body, value, lenient)
	switch {
	case err == nil:
		return nil
	case body.err != nil && body.err != io.EOF:
		return body.err
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return &transientError{unexpected("the JSON of the answer breaks off")}
	default:
		return unexpected("the JSON of the answer is not what the contract says%s", where(err))
	}
}

// where leaves out what json's errors quote of the body.
func where(err error) string {
	var syntactic *jsontext.SyntacticError
	var semantic *json.SemanticError
	switch {
	case errors.As(err, &semantic):
		return fmt.Sprintf(", at %q: want %v", semantic.JSONPointer, semantic.GoType)
	case errors.As(err, &syntactic):
		return fmt.Sprintf(", at %q, byte %d", syntactic.JSONPointer, syntactic.ByteOffset)
	}
	return ""
}

func isJSON(contentType string) bool {
	mediaType, _, err := mime.ParseMediaType(contentType)
	return err == nil && (mediaType == "application/json" || strings.HasSuffix(mediaType, "+json"))
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
		r.err = unexpected("the answer is over %d MiB", maxBody>>20)
	case err == io.EOF:
		r.err = io.EOF
	case err != nil:
		r.err = &transientError{fmt.Errorf("the answer breaks off: %w", err)}
	}
	return n, r.err
}
