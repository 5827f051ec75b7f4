package interop_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"gopkg.in/yaml.v3"

	"example.com/apptokens/gen"
)

// This is what all versions of Okta's SDK for Go have in common.

// decode sets a configuration as the SDK does with the file in the home folder.
func (s settings) decode(t *testing.T, config any) {
	t.Helper()
	file, err := yaml.Marshal(map[string]any{"okta": map[string]any{"client": s}})
	if err == nil {
		err = yaml.Unmarshal(file, config)
	}
	if err != nil {
		t.Error(err)
	}
}

func newHTTPClient() *http.Client { return &http.Client{Timeout: callTimeout} }

// hostOf returns the host with its port, which the SDK's NewConfiguration drops.
func hostOf(orgURL string) string {
	target, err := url.Parse(orgURL)
	if err != nil {
		panic(err)
	}
	return target.Host
}

// goResponse is the type of a response in a version of the SDK.
type goResponse[R any] interface {
	HasNextPage() bool
	Next(page any) (R, error)
}

// maxPages ends a listing that would go on forever.
const maxPages = 6

// collect follows the links of a listing from its first page.
func collect[T any, R goResponse[R]](page []T, resp R, err error) (tokens []gen.Token, pages int, _ error) {
	for pages = 1; ; pages++ {
		converted, err := convert[[]gen.Token](page, err)
		if err != nil {
			return nil, 0, err
		}
		tokens = append(tokens, converted...)
		if pages == maxPages || !resp.HasNextPage() {
			return tokens, pages, nil
		}
		page = nil
		resp, err = resp.Next(&page)
	}
}

// convert converts a result by way of JSON, which has all properties that the SDK knows.
func convert[To any](from any, err error) (to To, _ error) {
	if err != nil {
		return to, goFailure(err)
	}
	text, err := json.Marshal(from)
	if err != nil {
		return to, err
	}
	return to, json.Unmarshal(text, &to)
}

// goFailure decodes the body itself, because the SDK does so only for the statuses in Okta's document, which lacks 401.
// The text of the SDK's error starts with the status.
func goFailure(err error) error {
	var generic interface{ Body() []byte }
	var failed failure
	if !errors.As(err, &generic) {
		return err
	}
	if _, noStatus := fmt.Sscan(err.Error(), &failed.Status); noStatus != nil {
		return err
	}
	var body gen.Error
	_ = json.Unmarshal(generic.Body(), &body) // the body is empty if OAuth fails
	failed.Code, failed.Message = body.Code, body.Summary
	return &failed
}
