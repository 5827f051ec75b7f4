package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// verify lists with another client.
func verify(t *testing.T, org *oktatest.Server, apps []string, userID string, others []string) {
	t.Helper()
	client, err := api.New(org.URL, api.APIToken(org.APIToken()))
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, appID := range apps {
		for token, err := range client.List(t.Context(), appID) {
			if err != nil {
				t.Fatal(err)
			}
			if token.UserID == userID {
				t.Errorf("token %s of app %s is left", token.ID, appID)
			}
			left = append(left, appID+" "+token.ID)
		}
	}
	if slices.Sort(left); !slices.Equal(left, others) {
		t.Errorf("%d tokens of others are left of %d", len(left), len(others))
	}
}

// build builds the command.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "apptokens")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return binary
}
