package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/receipts"
)

// readReceipts returns the outcomes in a file of receipts, by token.
func readReceipts(t *testing.T, path string) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	outcomes := map[string][]string{}
	for line := range strings.Lines(string(data)) {
		var r receipts.Receipt
		if json.Unmarshal([]byte(line), &r) == nil && r.TokenID != "" {
			outcomes[r.AppID+" "+r.TokenID] = append(outcomes[r.AppID+" "+r.TokenID], string(r.Outcome))
		}
	}
	return outcomes
}

func TestReceiptsAreNotWrittenIntoAnotherFile(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 5)
	for name, test := range map[string]struct{ content, says string }{
		"a note":       {"remember the milk\n", "line 1 is not a receipt"},
		"JSON":         {`{"id":"oar1"}` + "\n", "line 1 is not a receipt"},
		"a later line": {`{"time":"2026-11-24T12:00:00Z","org":"https://acme.okta.com","appId":"0oa1","tokenId":"oar1","outcome":"planned"}` + "\nx\n", "line 2 is not a receipt"},
	} {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, []byte(test.content), 0o600); err != nil {
			t.Fatal(err)
		}
		got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes", "--receipts", file)
		if got.code != 2 || !strings.Contains(got.err, test.says) || len(org.Tokens("0oa1")) != 5 {
			t.Errorf("%s: code %d, %s", name, got.code, got.err)
		}
	}
	got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes", "--receipts", "/dev/zero")
	if got.code != 2 || !strings.Contains(got.err, "/dev/zero is not a regular file") || len(org.Tokens("0oa1")) != 5 {
		t.Errorf("a device: code %d, %s", got.code, got.err)
	}
}

// A line that broke off is cut away, a file of another org means nothing to this one, and what failed is looked for.
func TestReceiptsOfEarlierSweeps(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 3)
	id := org.Tokens("0oa1")[0].ID
	line := func(org, app, token, outcome string) string {
		return fmt.Sprintf(`{"time":"2026-11-24T12:00:00Z","org":%q,"appId":%q,"tokenId":%q,"outcome":%q}`+"\n", org, app, token, outcome)
	}
	file := filepath.Join(t.TempDir(), "receipts.jsonl")
	writeTestFile(t, file, line(org.URL, "0oa1", "oarGone", "planned")+line(org.URL, "0oa1", "oarFailed", "planned")+line(org.URL, "0oa1", "oarFailed", "failed")+
		line(org.URL, "0oa1", id, "planned")+line("https://other.okta.com", "0oa1", "oarOther", "planned")+line(org.URL, "0oaOther", "oarElsewhere", "planned")+`{"ti`)
	got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes", "--receipts", file)
	if got.code != 0 || len(org.Tokens("0oa1")) != 0 {
		t.Fatalf("code %d, %s", got.code, got.err)
	}
	for token, want := range map[string]string{
		"0oa1 oarGone": "already gone", "0oa1 oarFailed": "already gone", "0oa1 " + id: "revoked", "0oa1 oarOther": "planned", "0oaOther oarElsewhere": "planned",
	} {
		if outcomes := readReceipts(t, file)[token]; outcomes[len(outcomes)-1] != want {
			t.Errorf("%s: %q, want %q", token, outcomes, want)
		}
	}
	if text := readTestFile(t, file); strings.Contains(text, `{"ti{`) || !strings.HasSuffix(text, "\n") {
		t.Errorf("the file is\n%s", text)
	}
	// One sweep at a time writes into a file.
	held, err := receipts.Open(file, org.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if got := (command{org: org}).run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--yes", "--receipts", file); got.code != 2 || !strings.Contains(got.err, "another sweep is writing to it") {
		t.Errorf("code %d, %s", got.code, got.err)
	}
}

// What cannot be recorded is not revoked: neither before the plan is on the disk, nor after a record that failed. What was
// under way then has its result all the same.
func TestASweepWhoseReceiptsFailStops(t *testing.T) {
	t.Parallel()
	for _, recorded := range []int{0, 10} { // results that can be recorded, if the plan can
		org := newOrg(t, 30)
		client, err := api.New(org.URL, api.APIToken(org.APIToken()))
		if err != nil {
			t.Fatal(err)
		}
		var stderr bytes.Buffer
		app := newApp(&console{out: &bytes.Buffer{}, stderr: &stderr})
		app.settings.OrgURL = org.URL
		record, err := receipts.Open(filepath.Join(t.TempDir(), "receipts.jsonl"), org.URL)
		if err != nil {
			t.Fatal(err)
		}
		s := &sweep{app: app, client: client, record: record, yes: true, listing: newListing(nil)}
		ctx, cancel := context.WithCancel(t.Context())
		s.cancel = cancel
		if recorded == 0 {
			_ = record.Close()
		}
		results := 0
		var stopped error
		for event, err := range bulk.Revoke(ctx, client, bulk.Job{AppIDs: []string{"0oa1"}, Concurrency: 4}) {
			if err != nil {
				break
			}
			if _, ok := event.(bulk.Result); ok {
				if results++; results == recorded {
					_ = record.Close()
				}
			}
			if stopped = s.handle(t.Context(), event); stopped != nil {
				break
			}
		}
		if stopped == nil {
			stopped = s.recordErr
		}
		revoked, noted := 30-len(org.Tokens("0oa1")), 0
		if s.results != nil {
			noted = s.results.counts[bulk.Revoked] + s.results.counts[bulk.Failed] + s.results.counts[bulk.Unknown]
		}
		if stopped == nil || !strings.Contains(stopped.Error(), "receipts: ") || revoked > recorded+5 || noted < revoked {
			t.Errorf("%v, %d revoked, %d noted", stopped, revoked, noted)
		}
	}
}
