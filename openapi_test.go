package apptokens_test

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/apptokens"
)

func TestTheContractIsValid(t *testing.T) {
	t.Parallel()
	loader := openapi3.NewLoader()
	contract, err := loader.LoadFromData(apptokens.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	// Examples are validated against their schemas as well.
	if err := contract.Validate(t.Context(), openapi3.EnableExamplesValidation(), openapi3.AllowExtensionsWithRef()); err != nil {
		t.Fatal(err)
	}
	operations := 0
	for path, item := range contract.Paths.Map() {
		for method, operation := range item.Operations() {
			operations++
			wantScope := map[string]string{"GET": "okta.apps.read", "DELETE": "okta.apps.manage"}[method]
			security := operation.Security
			if security == nil || len(*security) != 2 || (*security)[0]["apiToken"] == nil || (*security)[1]["oauth2"][0] != wantScope {
				t.Errorf("%s %s: security %v; want an API token, or %s", method, path, security, wantScope)
			}
			if operation.Responses.Default() == nil {
				t.Errorf("%s %s has no default response", method, path)
			}
			for status, response := range operation.Responses.Map() {
				if response.Value.Headers["X-Okta-Request-Id"] == nil {
					t.Errorf("%s %s, %s: no X-Okta-Request-Id", method, path, status)
				}
			}
		}
	}
	if operations != 4 {
		t.Errorf("%d operations, want 4", operations)
	}
}

// What Okta's document does not say is marked, so that a comparison can leave it out.
func TestWhatGoesBeyondUpstreamIsMarked(t *testing.T) {
	t.Parallel()
	contract, err := openapi3.NewLoader().LoadFromData(apptokens.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	for name, header := range contract.Components.Headers {
		if header.Value.Extensions["x-beyond-upstream"] != true {
			t.Errorf("header %s is not marked", name)
		}
	}
	for name, response := range contract.Components.Responses {
		beyond := strings.Contains("BadRequest Unauthorized Unexpected", name)
		if (response.Value.Extensions["x-beyond-upstream"] == true) != beyond {
			t.Errorf("response %s: marked is %v, want %v", name, !beyond, beyond)
		}
	}
}
