package receipts

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode"
	"unicode/utf16"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
)

// Planned is the outcome of a token before its revocation is attempted. A program that is killed between a revocation
// and its receipt leaves this one.
const Planned bulk.Outcome = "planned"

// Receipt is the record of what became of a token. In a file it is one line of JSON.
type Receipt struct {
	Time    time.Time `json:"time"`
	Org     string    `json:"org"` // URL
	AppID   string    `json:"appId"`
	TokenID string    `json:"tokenId,omitempty"` // empty only where a command prints what became of all tokens of an app
	UserID  string    `json:"userId,omitempty"`
	// What the token was good for.
	ClientID string   `json:"clientId,omitempty"`
	Issuer   string   `json:"issuer,omitempty"`
	Scopes   []string `json:"scopes,omitempty"`

	Outcome bulk.Outcome `json:"outcome"`
	Status  int          `json:"status,omitempty"` // HTTP status of the last response, if it was not the expected one
	Code    string       `json:"code,omitempty"`   // Okta's error code
	Error   string       `json:"error,omitempty"`
}

// Gone returns the receipt for the same token once it is known that it is gone.
func (r Receipt) Gone(now time.Time) Receipt {
	r.Time, r.Outcome, r.Status, r.Code, r.Error = now.UTC(), bulk.Gone, 0, "", ""
	return r
}

// maxLine is the most bytes of one line, with its end: many times what the longest error needs.
const maxLine = 64 << 10

// encode returns a line that decode reads. It escapes what would move a terminal's cursor or reverse the text.
func encode(r Receipt) ([]byte, error) {
	r.Time = r.Time.UTC()
	if err := r.check(); err != nil {
		return nil, err
	}
	var plain, line bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		return nil, err
	}
	for _, char := range plain.String() {
		if unicode.IsPrint(char) || char == '\n' {
			line.WriteRune(char)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, char) {
			fmt.Fprintf(&line, `\u%04x`, unit)
		}
	}
	if line.Len() > maxLine {
		return nil, fmt.Errorf("it takes %d bytes, the limit is %d", line.Len(), maxLine)
	}
	return line.Bytes(), nil
}

// decode accepts unknown fields, which a later version may have written.
func decode(line []byte) (r Receipt, err error) {
	if err := json.Unmarshal(line, &r); err != nil {
		return Receipt{}, err
	}
	return r, r.check()
}

func (r Receipt) check() error {
	switch {
	case r.Time.IsZero():
		return errors.New("it has no time")
	case r.Org == "":
		return errors.New("it has no org")
	case r.AppID == "":
		return errors.New("it has no app ID")
	case r.TokenID == "":
		return errors.New("it has no token ID")
	case r.Outcome == "":
		return errors.New("it has no outcome")
	}
	return nil
}

// normalize returns the one spelling of an org's URL that all others have in common.
func normalize(org string) (string, error) {
	parsed, err := api.ParseOrgURL(org)
	if err != nil {
		return "", err
	}
	return parsed.String(), nil
}
