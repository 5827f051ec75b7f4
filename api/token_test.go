package api_test

import (
	stdjson "encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"

	"example.com/apptokens/api"
)

// recorded is a token as an Okta org sent it, in November 2025; its host and a title are shortened.
const recorded = `{
	"id":"oar1gytf4dW8R5tmZ1d7","status":"ACTIVE",
	"created":"2025-11-06T14:20:08.000Z","lastUpdated":"2025-11-06T14:20:08.000Z","expiresAt":"2025-11-13T14:20:08.000Z",
	"issuer":"https://org.example/oauth2/ausrdd8du39KFvOkt1d7",
	"clientId":"0oardd5r32PWsF4421d7","userId":"00unkw1sfbTw08c0g1d7","scopes":["openid","offline_access"],
	"_links":{
		"app":{"href":"https://org.example/api/v1/apps/0oardd5r32PWsF4421d7","title":"My Native App-2"},
		"authorizationServer":{"href":"https://org.example/api/v1/authorizationServers/ausrdd8du39KFvOkt1d7","title":"as"},
		"self":{"href":"https://org.example/api/v1/apps/0oardd5r32PWsF4421d7/tokens/oar1gytf4dW8R5tmZ1d7"},
		"revoke":{"href":"https://org.example/api/v1/apps/0oardd5r32PWsF4421d7/tokens/oar1gytf4dW8R5tmZ1d7","hints":{"allow":["DELETE"]}},
		"client":{"href":"https://org.example/oauth2/v1/clients/0oardd5r32PWsF4421d7","title":"My Native App-2"},
		"user":{"href":"https://org.example/api/v1/users/00unkw1sfbTw08c0g1d7","title":"Some User"}}}`

// recordedWithout are the fields that it leaves empty.
var recordedWithout = []string{"Embedded"}

// expanded is what expand=scope adds.
const expanded = `{"id":"oar1","_embedded":{"scopes":[{"id":"scppb56cIl4GvGxy70g3","name":"offline_access",
	"description":"Keeps the user signed in","_links":{"scope":{"href":"https://org.example/scopes/scppb56cIl4GvGxy70g3","title":"offline_access"}}}]}}`

func TestTokensEncodeToWhatTheyWereDecodedFrom(t *testing.T) {
	t.Parallel()
	codecs := map[string]struct {
		unmarshal func([]byte, any) error
		marshal   func(any) ([]byte, error)
	}{
		"encoding/json": {stdjson.Unmarshal, stdjson.Marshal},
		"json v2": {
			func(data []byte, v any) error { return json.Unmarshal(data, v) },
			func(v any) ([]byte, error) { return json.Marshal(v) },
		},
	}
	texts := map[string]string{
		"recorded":             recorded,
		"expanded":             expanded,
		"whole seconds, zone":  `{"id":"oar1","created":"2025-11-06T14:20:08.000+02:00"}`,
		"milliseconds":         `{"id":"oar1","created":"2025-11-06T14:20:08.120Z"}`,
		"a status yet unknown": `{"id":"oar1","status":"SUSPENDED"}`,
	}
	for codecName, codec := range codecs {
		for name, text := range texts {
			t.Run(codecName+", "+name, func(t *testing.T) {
				t.Parallel()
				var token api.Token
				if err := codec.unmarshal([]byte(text), &token); err != nil {
					t.Fatal(err)
				}
				encoded, err := codec.marshal(token)
				if err != nil {
					t.Fatal(err)
				}
				var got, want any
				if err := stdjson.Unmarshal(encoded, &got); err != nil {
					t.Fatal(err)
				}
				if err := stdjson.Unmarshal([]byte(text), &want); err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("encoded\n%s\nwant\n%s", encoded, text)
				}
			})
		}
	}
}

func TestTheRecordedTokenFillsEveryField(t *testing.T) {
	t.Parallel()
	var token api.Token
	if err := json.Unmarshal([]byte(recorded), &token); err != nil {
		t.Fatal(err)
	}
	value := reflect.ValueOf(token)
	for i := range value.NumField() {
		name := value.Type().Field(i).Name
		if value.Field(i).IsZero() == slices.Contains(recordedWithout, name) {
			continue
		}
		t.Errorf("%s is %v: record a token that has it, or list it in recordedWithout if it has none", name, value.Field(i))
	}
	links := reflect.ValueOf(token.Links)
	for i := range links.NumField() {
		if links.Field(i).IsZero() {
			t.Errorf("link %s is missing", links.Type().Field(i).Name)
		}
	}
}
