package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/cmd/apptokens/internal/summary"
	"example.com/apptokens/gen"
)

func TestSummaryCounts(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 120), oktatest.WithApp("0oa2", 80), oktatest.WithApp("0oaEmpty", 0), oktatest.WithClock(func() time.Time { return clock }))
	t.Cleanup(org.Close)
	userID := org.Tokens("0oa1")[0].UserID
	his, _ := heldBy(org.Org, userID, "0oa1", "0oa2")
	got := command{org: org}.run(t.Context(), "summary", "0oa1", "0oa2", "0oaEmpty", "-o", "json")
	var s summary.Summary
	if err := json.Unmarshal([]byte(got.out), &s); err != nil || got.code != 0 {
		t.Fatalf("%v, code %d, %s", err, got.code, got.err)
	}
	if s.Tokens != 200 || len(s.Apps) != 3 || s.Apps[0] != (summary.Count{ID: "0oa1", Name: "App 0oa1", Tokens: 120}) || s.Apps[2].Tokens != 0 || s.Org != org.URL {
		t.Errorf("%+v", s)
	}
	counted := map[string]int{}
	for _, user := range s.Users {
		counted[user.ID] += user.Tokens
	}
	if counted[userID] != len(his) {
		t.Errorf("%d tokens of %s in %v, want %d", counted[userID], userID, counted, len(his))
	}
	for args, want := range map[string]string{
		"--user " + userID:         fmt.Sprintf("%d tokens of 1 user in 2 apps", len(his)),
		"--older-than 52w":         "0 tokens of 0 users in 2 apps",
		"--expires-before 365d":    "200 tokens of 16 users in 2 apps",
		"-o csv":                   "app,0oa1,App 0oa1,120\n",
		"-o jsonl":                 `{"by":"app","id":"0oa1","name":"App 0oa1","tokens":120}` + "\n",
		"-o html":                  "<!doctype html>",
		"--created-after 2020-1-1": "", // no date
	} {
		got := command{org: org}.run(t.Context(), append([]string{"summary", "0oa1", "0oa2"}, strings.Fields(args)...)...)
		if want == "" && got.code != 2 || want != "" && (got.code != 0 || !strings.Contains(strings.ToLower(got.out), strings.ToLower(want))) {
			t.Errorf("%s: code %d, %s%.300s, want %q", args, got.code, got.err, got.out, want)
		}
	}
}

// The table shows the ten with the most tokens, and how many others there are; but every age, every expiry and every status.
func TestTheSummaryOnAScreenIsShort(t *testing.T) {
	t.Parallel()
	for users, note := range map[int]string{10: "", 11: "and 1 more", 13: "and 3 more"} {
		org := newOrg(t, 0)
		for i := range users {
			for range users - i {
				org.Add("0oa1", gen.Token{UserID: fmt.Sprintf("00u%02d", i), Status: gen.TokenStatus(fmt.Sprint("S", i))})
			}
		}
		got := command{org: org}.run(t.Context(), "summary", "0oa1")
		_, section, _ := strings.Cut(got.out, "\nBY USER")
		section, _, _ = strings.Cut(section, "\nBY SCOPE")
		lines := strings.Split(strings.TrimSpace(section), "\n")[1:]
		if note != "" {
			if last := lines[len(lines)-1]; last != note {
				t.Errorf("%d users: the last line is %q, want %q", users, last, note)
			}
			lines = lines[:len(lines)-1]
		}
		if got.code != exitDone || len(lines) != 10 || !strings.HasPrefix(lines[9], "00u09 ") {
			t.Errorf("%d users: code %d, %s\n%q", users, got.code, got.err, lines)
		}
		if n := strings.Count(got.out, "\nS"); n != users {
			t.Errorf("%d statuses are shown, want %d:\n%s", n, users, got.out)
		}
	}
}

// A list of apps may have several that are deleted: one run names them all, and a fault of the credential once.
func TestEveryAppThatCannotBeListedIsNamed(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"summary", "sweep --status ACTIVE --yes"} {
		org := newOrg(t, 3)
		args := append(strings.Fields(line), "0oaGone", "0oa1", "0oaLost")
		got := command{org: org}.run(t.Context(), args...)
		if got.code != exitFailed || got.out != "" || !strings.Contains(got.err, "list (app 0oaGone): 404") || !strings.Contains(got.err, "list (app 0oaLost): 404") || len(org.Tokens("0oa1")) != 3 {
			t.Errorf("%s: code %d, stdout %q, stderr\n%s", line, got.code, got.out, got.err)
		}
		org.Inject(oktatest.Status(401).Forever())
		if got = (command{org: org}).run(t.Context(), args...); got.code != exitFailed || strings.Count(got.err, "401 Unauthorized") != 1 {
			t.Errorf("%s: code %d, stderr\n%s", line, got.code, got.err)
		}
	}
}

func TestAnInterruptedSummarySaysSo(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 6)
	org.Inject(oktatest.SlowFirstByte(time.Minute))
	got := command{org: org}.run(interruptAfter(t, org, 1), "summary", "0oa1")
	if want := "apptokens: interrupted: no summary is printed\n"; got.code != exitFailed || got.err != want || got.out != "" {
		t.Errorf("code %d, stderr %q, stdout %q; want %q", got.code, got.err, got.out, want)
	}
}

func TestSummaryWritesAPage(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 5)
	file := filepath.Join(t.TempDir(), "tokens.html")
	if got := (command{org: org}).run(t.Context(), "summary", "0oa1", "--html", file); got.code != 0 || !strings.HasPrefix(got.out, "5 tokens of ") || got.err != "" {
		t.Errorf("code %d, %s%s", got.code, got.out, got.err)
	}
	page, err := os.ReadFile(file)
	if err != nil || !strings.Contains(strings.ToLower(string(page)), "<!doctype html>") {
		t.Errorf("%v, %.100s", err, page)
	}
	// A listing that fails leaves the file as it was.
	org.Inject(oktatest.Status(403))
	if got := (command{org: org}).run(t.Context(), "summary", "0oa1", "--html", file); got.code != 1 || !strings.Contains(got.err, "no partial summary is printed") {
		t.Errorf("code %d, %s", got.code, got.err)
	}
	if again, err := os.ReadFile(file); err != nil || string(again) != string(page) {
		t.Errorf("%v: the file has changed", err)
	}
	for name, args := range map[string][]string{
		"a file by position": {"summary", "0oa1", file}, "html of a list": {"list", "0oa1", "-o", "html"}, "no app": {"summary", "--html", file}, "no file": {"summary", "0oa1", "--html", ""},
	} {
		if got := (command{org: org}).run(t.Context(), args...); got.code != 2 {
			t.Errorf("%s: code %d, %s", name, got.code, got.err)
		}
	}
}

// The page takes the place of the one before: who reads that one, or a copy that shares its bytes, sees no half a page.
func TestAPageIsNotWrittenInPlace(t *testing.T) {
	t.Parallel()
	page, old := filepath.Join(t.TempDir(), "page.html"), filepath.Join(t.TempDir(), "old.html")
	writeTestFile(t, page, "<!doctype html>old")
	if err := os.Link(page, old); err != nil {
		t.Fatal(err)
	}
	got := command{org: newOrg(t, 2)}.run(t.Context(), "summary", "0oa1", "--html", page)
	if got.code != exitDone || readTestFile(t, old) != "<!doctype html>old" || readTestFile(t, page) == "<!doctype html>old" {
		t.Errorf("code %d, stderr %q; the old page is %.40q, the new one %.40q", got.code, got.err, readTestFile(t, old), readTestFile(t, page))
	}
}

func TestAPageThatCannotBeWrittenIsNamed(t *testing.T) {
	t.Parallel()
	page := filepath.Join(t.TempDir(), "missing", "page.html")
	got := command{org: newOrg(t, 2)}.run(t.Context(), "summary", "0oa1", "--html", page)
	if want := "apptokens: --html: cannot write " + page + ": no such file or directory\n"; got.code != exitFailed || got.err != want {
		t.Errorf("code %d, stderr %q, want 1, %q", got.code, got.err, want)
	}
}

// The page replaces a page, or nothing: not somebody's notes, and not a list of apps.
func TestAPageReplacesNothingElse(t *testing.T) {
	t.Parallel()
	org := newOrg(t, 2)
	dir := t.TempDir()
	notes, link, page := filepath.Join(dir, "notes.txt"), filepath.Join(dir, "link.html"), filepath.Join(dir, "page.html")
	writeTestFile(t, notes, "only copy of notes")
	writeTestFile(t, page, "")
	if err := os.Symlink(notes, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{notes, link, os.DevNull, dir} {
		got := command{org: org}.run(t.Context(), "summary", "0oa1", "--html", path)
		if got.code != exitUsage || !strings.Contains(got.err, "choose another file") || readTestFile(t, notes) != "only copy of notes" {
			t.Errorf("%s: code %d, %s", path, got.code, got.err)
		}
	}
	for range 2 { // a page is replaced by a page
		if got := (command{org: org}).run(t.Context(), "summary", "0oa1", "--html", page); got.code != exitDone || !strings.HasPrefix(strings.ToLower(readTestFile(t, page)), "<!doctype html>") {
			t.Errorf("code %d, %s", got.code, got.err)
		}
	}
}
