// Command floor is net/http that counts bytes: what no client can be below.
package main

import (
	"io"
	"net/http"

	"example.com/apptokens/bench/measure"
)

func main() {
	measure.Main(counting{measure.Plain{
		HTTP: &http.Client{Transport: measure.Transport()},
		Decode: func(resp *http.Response, _ any) error {
			_, err := io.Copy(io.Discard, resp.Body)
			return err
		},
	}})
}

type counting struct{ measure.Plain }

// List counts tokens by pages, since nothing is decoded.
func (c counting) List() (int, error) {
	_, err := c.Plain.List()
	return measure.WantTokens(), err
}
