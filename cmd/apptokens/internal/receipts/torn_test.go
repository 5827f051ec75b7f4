package receipts

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"example.com/apptokens/api/bulk"
)

// samples have every field and every kind of character.
var samples = []Receipt{
	{Time: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Org: testOrg, AppID: "0oa1", TokenID: "oar0", Outcome: Planned},
	{
		Time: time.Date(2026, 11, 30, 23, 59, 59, 120_000_001, time.FixedZone("", 3600)), Org: "http://127.0.0.1:8080/path",
		AppID: "0oa1", TokenID: "oar1", UserID: "00u1", ClientID: "0oa1", Issuer: "https://acme.okta.com/oauth2/default",
		Scopes: []string{"openid", "a\"b"}, Outcome: bulk.Gone, Status: 429, Code: "E0000047",
		Error: "\x00\x1b\t\"\\/<&>\x7f\u0085\u2028\u202eé€👩🏽‍🚒\U000e0001 \uFFFD",
	},
	{
		Time: time.Date(2028, 2, 29, 9, 0, 0, 5000, time.UTC), Org: testOrg, AppID: "0oa1", TokenID: "oar2",
		Outcome: bulk.Failed, Error: `"`,
	},
}

func lines(t testing.TB) (all []string) {
	t.Helper()
	for _, r := range samples {
		line, err := encode(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(line))
	}
	return all
}

// openContent returns what Open makes of a file.
func openContent(t testing.TB, path, content string) (string, error) {
	t.Helper()
	_ = os.Remove(path) // some file systems wait for the disk when a file is overwritten
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	file, openErr := Open(path, testOrg)
	if openErr == nil {
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(got), openErr
}

func TestEveryTornReceiptIsRemoved(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "receipts.jsonl")
	whole := lines(t)[0]
	for _, line := range lines(t) {
		for i := range len(line) {
			want := whole
			if i == len(line)-1 {
				want += line // which lacks only its end
			}
			if got, err := openContent(t, path, whole+line[:i]); err != nil || got != want {
				t.Fatalf("%q: %v, the file is\n%s", line[:i], err, got)
			}
		}
	}
}

// FuzzOpen: whatever the file holds, nothing is removed but the torn end of a receipt, and nothing is changed if the
// file is refused.
func FuzzOpen(f *testing.F) {
	all := lines(f)
	for _, line := range all {
		f.Add([]byte(line))
		f.Add([]byte(all[0] + line[:len(line)/2]))
		f.Add([]byte(line[:len(line)-1] + "\r\n" + line[:len(line)-1]))
	}
	f.Add([]byte("only copy of notes"))
	f.Add([]byte("\ufeff" + all[0] + "\n"))
	path := filepath.Join(f.TempDir(), "receipts.jsonl")
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := openContent(t, path, string(content))
		switch removed, ok := strings.CutPrefix(string(content), got); {
		case got == string(content):
		case err != nil:
			t.Errorf("%q became %q, although it was refused: %v", content, got, err)
		case got == string(content)+"\n" && !bytes.HasSuffix(content, []byte("\n")):
		case !ok || got != "" && !strings.HasSuffix(got, "\n") || !isBegun(removed, all):
			t.Errorf("%q became %q", content, got)
		}
		if err == nil {
			if again, err := openContent(t, path, got); err != nil || again != got {
				t.Errorf("%q was repaired to %q, and that to %q: %v", content, got, again, err)
			}
		}
	})
}

// FuzzEncode: a receipt is one line without a control character, is read as it was written, and is known when torn.
func FuzzEncode(f *testing.F) {
	for _, r := range samples {
		f.Add(r.Org, r.AppID, r.TokenID, r.UserID, string(r.Outcome), r.Error, r.Status, r.Time.Unix())
	}
	f.Fuzz(func(t *testing.T, org, app, id, user, outcome, message string, status int, seconds int64) {
		r := Receipt{
			Time: time.Unix(seconds, 0).UTC(), Org: org, AppID: app, TokenID: id, UserID: user, Scopes: []string{user, id},
			Outcome: bulk.Outcome(outcome), Error: message, Status: status,
		}
		line, err := encode(r)
		if err != nil {
			return
		}
		if text, whole := bytes.CutSuffix(line, []byte("\n")); !whole || bytes.ContainsFunc(text, unicode.IsControl) {
			t.Errorf("not one line: %q", line)
		}
		got, err := decode(line)
		isText := utf8.ValidString(strings.Join([]string{org, app, id, user, outcome, message}, " "))
		if err != nil || isText && !reflect.DeepEqual(got, r) {
			t.Errorf("%+v is read as %+v: %v", r, got, err)
		}
		if !isTorn(line[:len(line)*2/3]) || isTorn(line) {
			t.Errorf("a part of %q is not torn, or the whole is", line)
		}
	})
}

// isBegun reports whether the end of some line completes a fragment: another way than the grammar's to find what is
// torn.
func isBegun(fragment string, lines []string) bool {
	if json.Valid([]byte(fragment)) {
		return false
	}
	for _, line := range lines {
		for i := range line {
			var completed struct {
				Time, Org, AppID, TokenID, UserID, ClientID, Issuer, Outcome, Code, Error string
				Scopes                                                                    []string
				Status                                                                    json.Number
			}
			decoder := json.NewDecoder(strings.NewReader(fragment + line[i:]))
			decoder.DisallowUnknownFields()
			if decoder.Decode(&completed) == nil && completed.Outcome != "" && completed.AppID != "" {
				return true
			}
		}
	}
	return false
}
