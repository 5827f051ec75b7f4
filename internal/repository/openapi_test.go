package repository_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v3"

	"example.com/apptokens"
	"example.com/apptokens/api"
)

// load reads the contract.
func load(t *testing.T) *openapi3.T {
	t.Helper()
	contract, err := openapi3.NewLoader().LoadFromData(apptokens.OpenAPI)
	if err != nil {
		t.Fatal(err)
	}
	return contract
}

func TestTheContractIsValid(t *testing.T) {
	t.Parallel()
	contract := load(t)
	// Examples are validated against their schemas as well.
	if err := contract.Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Fatal(err)
	}
	for path, item := range contract.Paths.Map() {
		for method, operation := range item.Operations() {
			wantScope := "okta.apps.manage"
			if method == "GET" {
				wantScope = "okta.apps.read"
			}
			security := operation.Security
			if security == nil || len(*security) != 2 || (*security)[0]["apiToken"] == nil || (*security)[1]["oauth2"][0] != wantScope {
				t.Errorf("%s %s: security %v; want an API token, or %s", method, path, security, wantScope)
			}
			if operation.Responses.Default() == nil {
				t.Errorf("%s %s has no default response", method, path)
			}
			for status, response := range operation.Responses.Map() {
				for mediaType := range response.Value.Content {
					if mediaType != "application/json" {
						t.Errorf("%s %s, %s: media type %q: api/call.go, api/decode.go, api/contract/response.go, api/oktatest/response.go and this test know application/json alone: edit them",
							method, path, status, mediaType)
					}
				}
				// Okta sends none with a 405, nor with some 400s.
				header, want := response.Value.Headers["X-Okta-Request-Id"], status != "400" && status != "default"
				if header == nil || header.Value.Required != want {
					t.Errorf("%s %s, %s: X-Okta-Request-Id is %+v; want one, required: %v", method, path, status, header, want)
				}
			}
		}
	}
}

// OpenAPI 3.0 ignores what stands beside a $ref, and linters refuse it.
func TestNothingStandsBesideARef(t *testing.T) {
	t.Parallel()
	var document map[string]any
	if err := yaml.Unmarshal(apptokens.OpenAPI, &document); err != nil {
		t.Fatal(err)
	}
	var walk func(where string, node any)
	walk = func(where string, node any) {
		switch node := node.(type) {
		case map[string]any:
			if ref, found := node["$ref"]; found && len(node) > 1 {
				t.Errorf("%s: %v has siblings: move them to its target or, if only the generator needs them, to gen/overlay.yaml",
					where, ref)
			}
			for name, value := range node {
				walk(where+"/"+name, value)
			}
		case []any:
			for i, value := range node {
				walk(fmt.Sprint(where, "/", i), value)
			}
		}
	}
	walk("", document)
}

// What Okta's document does not say is marked, so that a comparison can leave it out.
func TestWhatGoesBeyondUpstreamIsMarked(t *testing.T) {
	t.Parallel()
	oktasOwn := []string{"Revoked", "Forbidden", "NotFound", "TooManyRequests"}
	check := func(name string, extensions map[string]any) {
		if isMarked := extensions["x-beyond-upstream"] == true; isMarked == slices.Contains(oktasOwn, name) {
			t.Errorf("openapi.yaml: %s has x-beyond-upstream: %v; if that is right, edit oktasOwn here", name, isMarked)
		}
	}
	for name, header := range load(t).Components.Headers {
		check(name, header.Value.Extensions)
	}
	for name, response := range load(t).Components.Responses {
		check(name, response.Value.Extensions)
	}
}

// What the client refuses to send is what the contract refuses, too.
func TestIDsHaveThePatternOfTheClientsGuard(t *testing.T) {
	t.Parallel()
	ids := []string{""}
	for i := 0; len(ids[i]) < 4; i++ { // all that these characters make
		for _, c := range strings.Split(".aZ9-_~/%é \n", "") {
			ids = append(ids, ids[i]+c)
		}
	}
	for name, parameter := range load(t).Components.Parameters {
		if parameter.Value.In != openapi3.ParameterInPath {
			continue
		}
		pattern := regexp.MustCompile(parameter.Value.Schema.Value.Pattern)
		for _, id := range ids {
			if allowed := api.CheckID("ID", id) == nil; pattern.MatchString(id) != allowed {
				t.Fatalf("%q: api.CheckID allows it: %v, the pattern of %s in openapi.yaml: %v; change one of them",
					id, allowed, name, !allowed)
			}
		}
	}
}
