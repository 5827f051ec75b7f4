package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/receipts"
	"example.com/apptokens/gen"
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

// Whatever the file is: a sweep, and the same sweep again, either add whole receipts behind all that was there, or leave
// every byte and revoke nothing. The only bytes that ever go are the torn end of a receipt.
func TestTheFaultMatrixOfReceipts(t *testing.T) {
	t.Parallel()
	line := func(org, token, outcome string) string {
		return fmt.Sprintf(`{"time":"2026-11-24T12:00:00Z","org":%q,"appId":"0oa1","tokenId":%q,"outcome":%q}`, org, token, outcome)
	}
	const none = "no file"
	tests := map[string]struct {
		before string // ORG stands for the org's URL
		kept   string // what is still there in front of the new receipts; empty for all of before
		link   bool   // the path is a symbolic link to the file
		apps   bool   // the file is --apps-file, too
		locked bool   // by another sweep
		says   string // why it is refused; empty if it is not
	}{
		"no file":                            {before: none},
		"an empty file":                      {},
		"whole receipts":                     {before: line("ORG", "oarGone", "planned") + "\n" + line("ORG", "oarGone", "revoked") + "\n"},
		"a torn last line":                   {before: line("ORG", "oarGone", "planned") + "\n" + `{"time":"2026-11-24T12:00:00Z","org":"ht`, kept: line("ORG", "oarGone", "planned") + "\n"},
		"a disk that was full":               {before: line("ORG", "oarGone", "planned")[:60], kept: "nothing"},
		"a last line without its end":        {before: line("ORG", "oarGone", "planned"), kept: line("ORG", "oarGone", "planned") + "\n"},
		"another org":                        {before: line("https://other.okta.com", "oarOther", "planned") + "\n"},
		"another spelling of the org":        {before: line("ORG/", "oarGone", "planned") + "\n"},
		"notes without a line end":           {before: "only copy of notes", says: "line 1 is not a receipt"},
		"notes":                              {before: "only copy\nof notes\n", says: "line 1 is not a receipt"},
		"notes behind receipts":              {before: line("ORG", "oarGone", "planned") + "\nnote", says: "line 2 is not a receipt"},
		"other JSON":                         {before: `{"id":"oar1"}` + "\n", says: "line 1 is not a receipt"},
		"the file of apps":                   {before: "0oa1\n", apps: true, says: "line 1 is not a receipt"},
		"the file of apps, without line end": {before: "0oa1", apps: true, says: "line 1 is not a receipt"},
		"a link to receipts":                 {before: line("ORG", "oarGone", "planned") + "\n", link: true},
		"a link to notes":                    {before: "only copy of notes", link: true, says: "line 1 is not a receipt"},
		"a link to nothing":                  {before: none, link: true},
		"receipts of a running sweep":        {before: line("ORG", "oarGone", "planned") + "\n", locked: true, says: "another sweep is writing to it; nothing was revoked; wait for it to end, or use another file"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrgWithAda(t)
			dir := t.TempDir()
			path, file := filepath.Join(dir, "receipts"), filepath.Join(dir, "receipts")
			if test.link {
				file = filepath.Join(dir, "target")
				if err := os.Symlink(file, path); err != nil {
					t.Fatal(err)
				}
			}
			before := strings.ReplaceAll(test.before, "ORG", org.URL)
			if test.before == none {
				before = ""
			} else {
				writeTestFile(t, file, before)
			}
			if test.locked {
				hold(t, file, org.URL)
				before += `{"time":"2026-11-24T12:00` // what the other is just writing
				writeTestFile(t, file, before)
			}
			args := []string{"sweep", "--client", "0oaClient", "--yes", "--receipts", path, "0oa1"}
			if test.apps {
				args = append(args[:len(args)-1], "--apps-file", path)
			}
			kept := strings.ReplaceAll(cmp.Or(test.kept, before), "ORG", org.URL)
			for run := range 2 {
				got := command{org: org}.run(t.Context(), args...)
				after := readTestFile(t, file)
				t.Logf("run %d: %d bytes, then %d; code %d", run+1, len(before), len(after), got.code)
				if test.says != "" {
					if got.code != map[bool]int{false: exitUsage, true: exitFailed}[test.locked] || after != before || !strings.Contains(got.err, path) || !strings.Contains(got.err, test.says) || len(org.Tokens("0oa1")) != 6 {
						t.Errorf("run %d: code %d, file\n%q\nstderr %q", run+1, got.code, after, got.err)
					}
					continue
				}
				added, ok := strings.CutPrefix(after, strings.TrimPrefix(kept, "nothing"))
				if got.code != exitDone || !ok || !strings.HasSuffix(added, "\n") || len(org.Tokens("0oa1")) != 5 {
					t.Errorf("run %d: code %d, file\n%q\nwant it to begin with\n%q\nstderr %q", run+1, got.code, after, kept, got.err)
				}
				if outcomes := readReceipts(t, file)["0oa1 oarAda"]; !slices.Equal(outcomes, []string{"planned", "revoked"}) {
					t.Errorf("run %d: the token's receipts are %q", run+1, outcomes)
				}
				if strings.Contains(before, "oarGone") && test.kept != "nothing" && !slices.Contains([]string{"already gone", "revoked"}, last(readReceipts(t, file)["0oa1 oarGone"])) {
					t.Errorf("run %d: %q", run+1, readReceipts(t, file)["0oa1 oarGone"])
				}
			}
		})
	}
	t.Run("a device", func(t *testing.T) {
		t.Parallel()
		org := newOrgWithAda(t)
		got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--client", "0oaClient", "--yes", "--receipts", os.DevNull)
		if got.code != exitUsage || !strings.Contains(got.err, os.DevNull+" is not a regular file") || len(org.Tokens("0oa1")) != 6 {
			t.Errorf("code %d, %s", got.code, got.err)
		}
	})
}

func last(outcomes []string) string { return outcomes[len(outcomes)-1] }

// hold starts another process that keeps a file of receipts open, as a sweep does.
func hold(t *testing.T, path, org string) {
	t.Helper()
	holder := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHoldReceipts$")
	holder.Env = append(os.Environ(), "APPTOKENS_TEST_HOLD="+path, "APPTOKENS_TEST_ORG="+org)
	holder.Stderr = os.Stderr
	stdin, err1 := holder.StdinPipe()
	stdout, err2 := holder.StdoutPipe()
	if err := errors.Join(err1, err2, holder.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stdin.Close(); _ = holder.Wait() })
	if line, err := bufio.NewReader(stdout).ReadString('\n'); err != nil || line != "held\n" {
		t.Fatalf("%v, %q", err, line)
	}
}

// TestHoldReceipts is the other process of hold.
func TestHoldReceipts(t *testing.T) {
	path := os.Getenv("APPTOKENS_TEST_HOLD")
	if path == "" {
		return
	}
	file, err := receipts.Open(path, os.Getenv("APPTOKENS_TEST_ORG"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	fmt.Println("held")
	_, _ = io.Copy(io.Discard, os.Stdin)
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
}

// A token that an earlier sweep planned to revoke, and that is still listed, is not on record as gone, even if this sweep
// has nothing to do with it.
func TestALiveTokenIsNeverOnRecordAsGone(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 0)
	org.Add("0oa1", gen.Token{ID: "oarAda", UserID: "00uAda", Status: gen.TokenStatusActive}, gen.Token{ID: "oarBob", UserID: "00uBob", Status: gen.TokenStatusActive})
	file := filepath.Join(t.TempDir(), "receipts.jsonl")
	writeTestFile(t, file, fmt.Sprintf(`{"time":"2026-11-24T12:00:00Z","org":%q,"appId":"0oa1","tokenId":"oarBob","outcome":"planned"}`+"\n", org.URL))
	got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--user", "00uAda", "--yes", "--receipts", file)
	want := map[string][]string{"0oa1 oarAda": {"planned", "revoked"}, "0oa1 oarBob": {"planned"}}
	if outcomes := readReceipts(t, file); got.code != exitDone || !maps.EqualFunc(outcomes, want, slices.Equal) {
		t.Errorf("code %d, outcomes %v, want %v\n%s", got.code, outcomes, want, got.err)
	}
}

// What cannot be recorded is not revoked: neither before the plan is on the disk, nor after a record that failed. What was
// under way then still has its result.
func TestASweepWhoseReceiptsFailStops(t *testing.T) {
	t.Parallel()
	// Where no result can be recorded, neither can the plan. After 10 results, up to 4 revocations are under way.
	for recorded, most := range map[int]int{0: 0, 10: 14} {
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
		s := &sweep{app: app, client: client, record: record, yes: true, listing: newListing([]string{"0oa1"}, nil)}
		ctx, cancel := context.WithCancel(t.Context())
		s.cancel = cancel
		if recorded == 0 {
			_ = record.Close()
		}
		results := 0
		var stopped error
		everything := bulk.Filter{Where: func(api.Token) bool { return true }}
		for event, err := range bulk.Revoke(ctx, client, bulk.Job{AppIDs: []string{"0oa1"}, Filter: everything, Concurrency: 4}) {
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
		if stopped == nil || !strings.Contains(stopped.Error(), "receipts: ") || revoked > most || noted < revoked {
			t.Errorf("%d recorded: %v, %d revoked, want %d at most, %d noted", recorded, stopped, revoked, most, noted)
		}
	}
}

// A dry run fails where the sweep could not create its receipts, and creates nothing.
func TestADryRunMissesTheFolderOfItsReceipts(t *testing.T) {
	t.Parallel()
	org, dir := newOrg(t, 3), t.TempDir()
	writeTestFile(t, filepath.Join(dir, "file"), "")
	for _, folder := range []string{"missing", "file"} {
		for _, flag := range []string{"--dry-run", "--yes"} {
			path := filepath.Join(dir, folder, "receipts.jsonl")
			got := command{org: org}.run(t.Context(), "sweep", "0oa1", "--status", "ACTIVE", "--receipts", path, flag)
			entries, err := os.ReadDir(dir)
			if got.code != exitUsage || !strings.Contains(got.err, "--receipts: ") || err != nil || len(entries) != 1 || len(org.Requests()) > 0 {
				t.Errorf("%s %s: code %d, %v, %v, %d requests, %s", folder, flag, got.code, entries, err, len(org.Requests()), got.err)
			}
		}
	}
}
