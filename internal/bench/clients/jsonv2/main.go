// Command jsonv2 is std with encoding/json/v2.
package main

import (
	"net/http"

	"github.com/go-json-experiment/json"

	"example.com/apptokens/internal/bench/measure"
)

func main() {
	measure.Main(measure.Plain{
		HTTP:   &http.Client{Transport: measure.Transport()},
		Decode: func(resp *http.Response, into any) error { return json.UnmarshalRead(resp.Body, into) },
	})
}
