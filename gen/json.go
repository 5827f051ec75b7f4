package gen

import (
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// MarshalJSON encodes the token as Okta does, so that a decoded token encodes to the JSON that Okta sent. Times have
// three decimals (08.000Z), unlike those of encoding/json (08Z).
//
// A struct that embeds a Token inherits this method and encodes as the token only: use a named field instead.
func (t Token) MarshalJSON() ([]byte, error) {
	type plain Token // has no MarshalJSON, which would call itself
	return json.Marshal(plain(t), oktaTimes)
}

var oktaTimes = json.WithMarshalers(json.MarshalToFunc(func(enc *jsontext.Encoder, t time.Time) error {
	return enc.WriteToken(jsontext.String(t.Format("2006-01-02T15:04:05.000Z07:00")))
}))
