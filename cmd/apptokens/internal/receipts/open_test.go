package receipts_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/receipts"
)

const org = "https://acme.okta.com"

var now = time.Date(2026, 11, 24, 12, 0, 0, 5000, time.UTC)

const (
	start   = `{"time":"2026-11-24T12:00:00Z","org":"` + org + `","appId":"0oa1","tokenId":`
	planned = start + `"oar1","outcome":"planned"}`
	failed  = start + `"oar2","outcome":"failed","error":"503"}`
	later   = start + `"oar3","requestId":"r","outcome":"new"}`
)

// write returns the path of a file with some content.
func write(t testing.TB, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "receipts.jsonl")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t testing.TB, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func open(t testing.TB, path string) *receipts.File {
	t.Helper()
	file, err := receipts.Open(path, org)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func TestOpenRepairsTheEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ content, want string }{
		"nothing":                        {"", ""},
		"whole lines":                    {planned + "\n" + failed + "\n", planned + "\n" + failed + "\n"},
		"a line end is missing":          {planned + "\n" + failed, planned + "\n" + failed + "\n"},
		"line ends of Windows":           {planned + "\r\n" + failed + "\r\n", planned + "\r\n" + failed + "\r\n"},
		"half a line end of Windows":     {planned + "\r", planned + "\r\n"},
		"a field of a later version":     {later + "\n", later + "\n"},
		"torn at the start":              {planned + "\n{", planned + "\n"},
		"torn in the first line":         {planned[:20], ""},
		"torn in the time":               {planned + "\n" + `{"time":"2026-1`, planned + "\n"},
		"torn in a fraction of a second": {planned + "\n" + `{"time":"2026-11-24T12:00:00.00`, planned + "\n"},
		"torn in a key":                  {planned + "\n" + failed[:len(failed)-10], planned + "\n"},
		"torn before the brace":          {planned + "\n" + failed[:len(failed)-1], planned + "\n"},
		"torn in an escape":              {planned + "\n" + failed[:len(failed)-3] + `\u00`, planned + "\n"},
		"torn in a character":            {planned + "\n" + failed[:len(failed)-3] + "\xe2\x82", planned + "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, test.content)
			file := open(t, path)
			if got := read(t, path); got != test.want {
				t.Errorf("the file is\n%q, want\n%q", got, test.want)
			}
			next := receipts.Receipt{Time: now, Org: org, AppID: "0oa1", TokenID: "oar3", Outcome: bulk.Revoked}
			if err := file.Append(next); err != nil {
				t.Fatal(err)
			}
			added, ok := strings.CutPrefix(read(t, path), test.want)
			if !ok || strings.Count(added, "\n") != 1 || !json.Valid([]byte(added)) {
				t.Errorf("%q was added", added)
			}
		})
	}
}

func TestOpenRefusesOtherFilesAndLeavesThemAlone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ content, says string }{
		"a note":                         {"only copy of notes", "line 1 is not a receipt: invalid character 'o' looking for beginning of value; choose a file of receipts or a new one"},
		"a note after receipts":          {planned + "\nonly copy of notes", "line 2 is not a receipt"},
		"a note after a torn line":       {planned + "\n" + failed[:40] + "\nonly copy of notes", "line 2 is not a receipt"},
		"a torn line with an end":        {planned + "\n" + failed[:40] + "\n", "line 2 is not a receipt"},
		"a torn line within":             {failed[:40] + planned + "\n", "line 1 is not a receipt"},
		"a receipt with text behind":     {planned + " done", "line 1 is not a receipt"},
		"a torn receipt with text":       {`{"time":"2026-11-24 was a Tuesday`, "line 1 is not a receipt"},
		"a torn receipt of a wrong date": {`{"time":"2026-13`, "line 1 is not a receipt"},
		"a torn receipt in wrong order":  {`{"time":"2026-11-24T12:00:00Z","appId":`, "line 1 is not a receipt"},
		"a torn receipt with a blank":    {`{ "time":`, "line 1 is not a receipt"},
		"a torn wrong escape":            {failed[:len(failed)-3] + `\x`, "line 1 is not a receipt"},
		"a torn text that is not UTF-8":  {failed[:len(failed)-3] + "\xff", "line 1 is not a receipt"},
		"other JSON":                     {`{"id":"oar1"}` + "\n", "it has no time"},
		"other JSON without an end":      {`{"id":"oar1"}`, "it has no time"},
		"an array":                       {"[" + planned + "]\n", "line 1 is not a receipt"},
		"null":                           {"null", "it has no time"},
		"no app":                         {strings.Replace(planned, "appId", "app", 1) + "\n", "it has no app ID"},
		"no token":                       {strings.Replace(planned, "tokenId", "token", 1) + "\n", "it has no token ID"},
		"no outcome":                     {strings.Replace(planned, "outcome", "result", 1) + "\n", "it has no outcome"},
		"no org":                         {strings.Replace(planned, "org", "site", 1) + "\n", "it has no org"},
		"a blank line":                   {planned + "\n\n" + failed + "\n", "line 2 is not a receipt: unexpected end"},
		"blanks at the end":              {planned + "\n  ", "line 2 is not a receipt: unexpected end"},
		"zeros at the end":               {planned + "\n\x00\x00", "if the machine crashed, remove that line from a copy of the file and use the copy"},
		"zeros behind a torn line":       {planned + "\n" + failed[:40] + strings.Repeat("\x00", 1<<20), "line 2 is not a receipt: it is longer than 1048576 bytes; if the machine crashed, remove that line"},
		"a byte order mark":              {"\ufeff" + planned + "\n", "line 1 is not a receipt: invalid character '"},
		"an endless line":                {planned + "\n" + strings.Repeat("x", 1<<20), "it is longer than 1048576 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, test.content)
			file, err := receipts.Open(path, org)
			if err == nil {
				_ = file.Close()
			}
			if err == nil || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want %q", err, test.says)
			}
			if got := read(t, path); got != test.content {
				t.Errorf("the file is %.100q, want %.100q", got, test.content)
			}
		})
	}
}

func TestOpenRefusesWhatIsNotARegularFile(t *testing.T) {
	t.Parallel()
	for _, path := range []string{t.TempDir(), os.DevNull} {
		if _, err := receipts.Open(path, org); err == nil || err.Error() != path+" is not a regular file" {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// The second process does not read the file: its end may be what the first is writing.
func TestOneProcessAtATimeWritesToAFile(t *testing.T) {
	t.Parallel()
	contents := map[string]string{"a torn end": planned + "\n" + failed[:40], "no line end": planned, "a note": "a note"}
	for name, content := range contents {
		path := write(t, "")
		first := open(t, path)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := receipts.Open(path, org)
		if err == nil || err.Error() != path+": another sweep is writing to it" {
			t.Errorf("%s: %v", name, err)
		}
		if got := read(t, path); got != content {
			t.Errorf("%s: the file is %q, want %q", name, got, content)
		}
		if err := first.Close(); err != nil {
			t.Fatal(err)
		}
	}
	path := write(t, planned)
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path)
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 1 {
		t.Errorf("%v, %v beside the receipts", err, names)
	}
}

func TestUnfinishedIsWhatIsNotKnownToBeGone(t *testing.T) {
	t.Parallel()
	type step struct {
		token   string
		outcome bulk.Outcome
	}
	for name, test := range map[string]struct {
		steps []step
		want  string
	}{
		"planned":                 {[]step{{"oar1", receipts.Planned}}, "oar1 planned"},
		"failed":                  {[]step{{"oar1", receipts.Planned}, {"oar1", bulk.Failed}}, "oar1 failed"},
		"failed without a plan":   {[]step{{"oar1", bulk.Failed}}, "oar1 failed"},
		"unknown to this version": {[]step{{"oar1", "unknown"}}, "oar1 unknown"},
		"not attempted":           {[]step{{"oar1", receipts.Planned}, {"oar1", bulk.NotAttempted}}, "oar1 not attempted"},
		"revoked":                 {[]step{{"oar1", receipts.Planned}, {"oar1", bulk.Revoked}}, ""},
		"gone":                    {[]step{{"oar1", receipts.Planned}, {"oar1", bulk.Gone}}, ""},
		"gone after it failed":    {[]step{{"oar1", bulk.Failed}, {"oar1", bulk.Gone}}, ""},
		"planned again":           {[]step{{"oar1", bulk.Revoked}, {"oar1", receipts.Planned}}, "oar1 planned"},
		"the oldest first": {
			[]step{{"oar3", receipts.Planned}, {"oar2", receipts.Planned}, {"oar1", receipts.Planned}, {"oar2", bulk.Revoked}},
			"oar3 planned, oar1 planned",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, "")
			file := open(t, path)
			for i, step := range test.steps {
				at := now.Add(time.Duration(i))
				r := receipts.Receipt{Time: at, Org: org, AppID: "0oa1", TokenID: step.token, Outcome: step.outcome}
				other, earlier, app := r, r, r
				other.Org, earlier.Org, app.AppID, app.Outcome = "https://other.okta.com", "acme", "0oa2", bulk.Revoked
				if err := file.Append(r, other, earlier, app); err != nil {
					t.Fatal(err)
				}
			}
			check := func(file *receipts.File) {
				var got []string
				for _, r := range file.Unfinished() {
					got = append(got, r.TokenID+" "+string(r.Outcome))
				}
				if strings.Join(got, ", ") != test.want {
					t.Errorf("unfinished: %q, want %q", got, test.want)
				}
			}
			check(file)
			if err := file.Close(); err != nil {
				t.Fatal(err)
			}
			check(open(t, path))
		})
	}
}

func TestOrgsAreTheSameInAnySpelling(t *testing.T) {
	t.Parallel()
	for _, spelling := range []string{org + "/", "https://ACME.okta.com", org + ":443"} {
		normal, err := api.ParseOrgURL(spelling)
		if err != nil {
			t.Fatal(err)
		}
		for recorded, opened := range map[string]string{spelling: normal.String(), normal.String(): spelling} {
			other := strings.Replace(failed, org, "https://other.okta.com", 1)
			path := write(t, strings.Replace(planned, org, recorded, 1)+"\n"+other+"\n")
			file, err := receipts.Open(path, opened)
			if err != nil {
				t.Fatal(err)
			}
			if got := file.Unfinished(); len(got) != 1 || got[0].TokenID != "oar1" {
				t.Errorf("%s for %s: unfinished %+v", recorded, opened, got)
			}
			if err := file.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
