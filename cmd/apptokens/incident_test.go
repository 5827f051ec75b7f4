package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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

// An incident: 20 apps, 5,000 tokens, a rate limit, a server that has a bad day, and a person who kills the command.
func TestASweepThatIsKilledIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	binary := build(t)
	var apps []string
	options := []oktatest.Option{oktatest.WithRateLimit(150, time.Second)}
	for i := range 20 {
		apps = append(apps, fmt.Sprintf("0oa%d", i))
		options = append(options, oktatest.WithApp(apps[i], 250))
	}
	org := oktatest.NewServer(options...)
	t.Cleanup(org.Close)
	userID := org.Tokens(apps[0])[0].UserID
	his, others := heldBy(org.Org, userID, apps...)
	org.Inject(oktatest.Status(503).On(http.MethodDelete).After(30).Times(12), oktatest.DropAfter().On(http.MethodDelete).After(70).Times(4),
		oktatest.DropBefore().On(http.MethodGet).After(20).Times(2))

	dir := t.TempDir()
	file := filepath.Join(dir, "receipts.jsonl")
	if err := os.WriteFile(filepath.Join(dir, "apps.txt"), []byte("# all\n"+strings.Join(apps, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	sweep := func(ctx context.Context) (*exec.Cmd, *bytes.Buffer) {
		command := exec.CommandContext(ctx, binary, "sweep", "--apps-file", "apps.txt", "--user", userID, "--yes", "--receipts", file)
		command.Dir, command.Env = dir, []string{"HOME=" + dir, "OKTA_CLIENT_ORGURL=" + org.URL, "OKTA_CLIENT_TOKEN=" + org.APIToken()}
		var stderr bytes.Buffer
		command.Stderr = &stderr
		return command, &stderr
	}
	ctx := withTimeout(t)
	killed, _ := sweep(ctx)
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	for revoked := 0; revoked < len(his)/3 && ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
		revoked = 0
		for _, request := range org.Requests() {
			if request.Method == http.MethodDelete && request.Status == http.StatusNoContent {
				revoked++
			}
		}
	}
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait()
	if left, _ := heldBy(org.Org, userID, apps...); len(left) == 0 {
		t.Fatal("it was killed too late")
	}

	again, stderr := sweep(ctx)
	if err := again.Run(); err != nil {
		t.Fatalf("%v\n%s", err, stderr)
	}
	verify(t, org, apps, userID, others)
	var recorded []string
	for token, outcomes := range readReceipts(t, file) {
		if last := outcomes[len(outcomes)-1]; last == "revoked" || last == "already gone" {
			recorded = append(recorded, token)
		} else {
			t.Errorf("%s: %q", token, outcomes)
		}
	}
	if slices.Sort(recorded); !slices.Equal(recorded, his) {
		t.Errorf("the receipts name %d tokens, the user held %d", len(recorded), len(his))
	}
}
