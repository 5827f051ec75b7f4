// Command std is net/http and encoding/json, as most people would write it.
package main

import (
	"encoding/json"
	"net/http"

	"example.com/apptokens/internal/bench/measure"
)

func main() {
	measure.Main(measure.Plain{
		HTTP:   &http.Client{Transport: measure.Transport()},
		Decode: func(resp *http.Response, into any) error { return json.NewDecoder(resp.Body).Decode(into) },
	})
}
