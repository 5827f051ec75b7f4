// Command floor is net/http that discards what it reads: no client can cost less.
package main

import (
	"io"
	"net/http"

	"example.com/apptokens/internal/bench/measure"
)

func main() {
	measure.Main(discarding{measure.Plain{
		HTTP: &http.Client{Transport: measure.Transport()},
		Decode: func(resp *http.Response, _ any) error {
			_, err := io.Copy(io.Discard, resp.Body)
			return err
		},
	}})
}

type discarding struct{ measure.Plain }

// List takes the number of tokens on trust, since nothing is decoded.
func (c discarding) List(appID string) (int, error) {
	_, err := c.Plain.List(appID)
	return measure.WantTokens(), err
}
