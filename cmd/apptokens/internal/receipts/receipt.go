package receipts

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/output"
)

// Planned is the outcome of a token before its revocation is attempted. It remains if the program is killed between a
// revocation and its receipt.
const Planned bulk.Outcome = "planned"

// Receipt is the record of the outcome of a token. In a file it is one line of JSON.
type Receipt struct {
	Time    time.Time `json:"time"`
	Org     string    `json:"org"` // URL
	AppID   string    `json:"appId"`
	TokenID string    `json:"tokenId,omitempty"` // empty only in the output about all tokens of an app
	UserID  string    `json:"userId,omitempty"`
	// The access that the token gave.
	ClientID string   `json:"clientId,omitempty"`
	Issuer   string   `json:"issuer,omitempty"`
	Scopes   []string `json:"scopes,omitempty"`

	Outcome bulk.Outcome `json:"outcome"`
	Status  int          `json:"status,omitempty"` // HTTP status of the last response, if it was not the expected one
	Code    string       `json:"code,omitempty"`   // Okta's error code
	Error   string       `json:"error,omitempty"`
}

func (r Receipt) isGone() bool { return r.Outcome == bulk.Revoked || r.Outcome == bulk.Gone }

// Gone returns the receipt for the same token once it is known to be gone.
func (r Receipt) Gone(now time.Time) Receipt {
	r.Time, r.Outcome, r.Status, r.Code, r.Error = now.UTC(), bulk.Gone, 0, "", ""
	return r
}

// maxLine bounds the bytes of one line, with its end. The longest error needs much less.
const maxLine = 1 << 20

// encode returns a line for decode. It escapes what would move a terminal's cursor or reverse the text.
func encode(r Receipt) ([]byte, error) {
	r.Time = r.Time.UTC()
	if err := r.check(); err != nil {
		return nil, err
	}
	line, err := output.EncodeJSON(r)
	if err == nil && len(line) > maxLine {
		err = fmt.Errorf("it takes %d bytes, the limit is %d", len(line), maxLine)
	}
	return line, err
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

// normalize returns the common form of all spellings of an org's URL. It returns other URLs, such as that of a mock
// over http, unchanged.
func normalize(org string) string {
	if parsed, err := api.ParseOrgURL(org); err == nil {
		return parsed.String()
	}
	return org
}
