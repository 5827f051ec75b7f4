package interop_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/gen"
)

// peer is another project's client of the API. Its errors are *failure if there is an error object.
type peer interface {
	list(t *testing.T, app string, pageSize int) (tokens []gen.Token, pages int, err error) // with the details of scopes
	get(t *testing.T, app, token string) (gen.Token, error)
	revoke(t *testing.T, app, token string) error
	revokeAll(t *testing.T, app string) error
}

const peersApp = "0oa1"

// failure is an error of Okta's, as a peer reports it.
type failure struct {
	Status        int
	Code, Message string
}

func (f *failure) Error() string { return fmt.Sprintf("%d %s: %s", f.Status, f.Code, f.Message) }

// Clients of other projects work with the command's org as with Okta.
func TestPeersDriveTheOrg(t *testing.T) {
	ec, rsa := "--service-app=ec", "--service-app=rsa"
	tests := []struct {
		peer, mode string
		connect    func(*testing.T, settings) peer
		args       []string
	}{
		{"okta-sdk-golang", "API token", connectGo, nil},
		{"okta-sdk-golang", "DPoP, RSA key", connectGo, []string{rsa}},
		{"okta-sdk-golang", "DPoP, EC key", connectGo, []string{ec}},
		{"okta-sdk-nodejs", "API token", connectNodeSDK, nil},
		{"okta-sdk-nodejs", "DPoP, RSA key", connectNodeSDK, []string{rsa}},
		{"openapi-typescript, openapi-fetch", "API token", connectTypeScript, nil},
	}
	for _, test := range tests {
		t.Run(test.peer+", "+test.mode, func(t *testing.T) {
			run := func(operation string, check func(*testing.T)) {
				t.Run(operation, func(t *testing.T) {
					record(t, test.peer, test.mode, operation)
					check(t)
				})
			}
			drive(t, test.connect, serve(t, append(test.args, "--app", peersApp, "--tokens", "45")...), run)
		})
	}
}

// What the table calls impossible is tested, too. Once it works, it belongs among the peers above.
func TestNodeSDKCannotSignWithAnECKey(t *testing.T) {
	client := connectNodeSDK(t, serve(t, "--service-app=ec", "--app", peersApp))
	_, _, err := client.list(t, peersApp, 20)
	if err == nil || !strings.Contains(err.Error(), "unsupported algorithm") {
		t.Fatalf("error %v, want an unsupported algorithm", err)
	}
	recordImpossible("okta-sdk-nodejs", "DPoP, EC key", "all", "it signs proofs with RS256, whatever the key is")
}

// drive runs every operation through a peer. Each builds on the operations before.
func drive(t *testing.T, connectPeer func(*testing.T, settings) peer, s settings, run func(string, func(*testing.T))) {
	const app = peersApp
	org := connect(t, s["orgUrl"].(string), http.DefaultTransport)
	left := func(t *testing.T) (tokens []gen.Token) {
		t.Helper()
		for token, err := range org.List(t.Context(), app, api.ExpandScopes()) {
			if err != nil {
				t.Fatal(err)
			}
			tokens = append(tokens, token)
		}
		return tokens
	}
	all, client := left(t), connectPeer(t, s)

	run("list", func(t *testing.T) {
		tokens, pages, err := client.list(t, app, 20)
		if err != nil {
			t.Fatal(err)
		}
		if pages != 3 {
			t.Errorf("%d pages, want 3", pages)
		}
		wantTokens(t, tokens, all)
	})
	run("get", func(t *testing.T) {
		token, err := client.get(t, app, all[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		want := all[0]
		want.Embedded = gen.TokenEmbedded{}
		wantTokens(t, []gen.Token{token}, []gen.Token{want})
	})
	run("revoke", func(t *testing.T) {
		if err := client.revoke(t, app, all[0].ID); err != nil {
			t.Fatal(err)
		}
		wantTokens(t, left(t), all[1:])
	})
	run("revoke again: 404", func(t *testing.T) {
		wantFailure(t, client.revoke(t, app, all[0].ID), http.StatusNotFound, "E0000007")
	})
	run("revoke all", func(t *testing.T) {
		if err := client.revokeAll(t, app); err != nil {
			t.Fatal(err)
		}
		wantTokens(t, left(t), nil)
	})
	if _, ok := s["token"]; ok {
		run("wrong token: 401", func(t *testing.T) {
			wrong := maps.Clone(s)
			wrong["token"] = "wrong"
			_, err := connectPeer(t, wrong).get(t, app, all[0].ID)
			wantFailure(t, err, http.StatusUnauthorized, "E0000011")
		})
	}
}

// wantTokens compares tokens as JSON, in which equal times are written the same.
func wantTokens(t *testing.T, got, want []gen.Token) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d tokens, want %d", len(got), len(want))
	}
	for i := range got {
		got, err1 := json.Marshal(got[i])
		want, err2 := json.Marshal(want[i])
		if err := errors.Join(err1, err2); err != nil || !slices.Equal(got, want) {
			t.Fatalf("token %d is %s, want %s (%v)", i, got, want, err)
		}
	}
}

func wantFailure(t *testing.T, err error, status int, code string) {
	t.Helper()
	var failed *failure
	if !errors.As(err, &failed) || failed.Status != status || failed.Code != code {
		t.Errorf("error %v, want %d %s", err, status, code)
	}
}
