package gen

import (
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MarshalJSON writes the token as Okta does, so that what Okta sent encodes to the same JSON. The one difference to
// encoding/json is in the times: they have three decimals (08.000Z, where time.Time writes 08Z).
//
// A struct that embeds a Token gets this method with it, and would encode as the token alone: give the token a field
// name.
func (t Token) MarshalJSON() ([]byte, error) {
	type plain Token // without this method, which would call itself
	return json.Marshal(plain(t), oktaTimes)
}

var oktaTimes = json.WithMarshalers(json.MarshalToFunc(func(enc *jsontext.Encoder, t time.Time) error {
	return enc.WriteToken(jsontext.String(t.Format("2006-01-02T15:04:05.000Z07:00")))
}))
