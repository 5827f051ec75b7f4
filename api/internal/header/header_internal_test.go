package header

import (
	"strings"
	"testing"
)

func TestParseLinks(t *testing.T) {
	t.Parallel()
	const next = "https://acme.okta.com/api/v1/apps/0oa1/tokens?after=a1&limit=200"
	const self = `<https://acme.okta.com/api/v1/apps/0oa1/tokens?limit=200>; rel="self"`
	tests := map[string]struct {
		lines []string
		want  string
	}{
		"no header":                 {nil, ""},
		"empty header":              {[]string{""}, ""},
		"last page":                 {[]string{self}, ""},
		"a line a link":             {[]string{self, `<` + next + `>; rel="next"`}, next},
		"folded into one line":      {[]string{self + `, <` + next + `>; rel="next"`}, next},
		"folded, next first":        {[]string{`<` + next + `>; rel="next", ` + self}, next},
		"unquoted":                  {[]string{`<` + next + `>; rel=next`}, next},
		"no white space":            {[]string{`<` + next + `>;rel=next,<x>;rel=self`}, next},
		"much white space":          {[]string{" ,\t<" + next + ">  ;\trel = \"next\" ,, "}, next},
		"several relations":         {[]string{`<` + next + `>; rel="next last"`}, next},
		"upper case":                {[]string{`<` + next + `>; REL="Next"`}, next},
		"other parameters first":    {[]string{`<` + next + `>; title="a; rel=\"prev\", b"; type=text/json; rel="next"`}, next},
		"a parameter without value": {[]string{`<` + next + `>; crossorigin; rel="next"`}, next},
		"a relation that is a URL":  {[]string{`<` + next + `>; rel="https://o/~me next"`}, next},
		"a semicolon, then a comma": {[]string{`<` + next + `>; rel="next";, <x>; rel="self"`}, next},
		"stray semicolons":          {[]string{`<` + next + `>;; rel="next";`}, next},
		"only the first rel counts": {[]string{`<` + next + `>; rel="prev"; rel="next"`}, ""},
		"a comma in the URL":        {[]string{`<https://o/t?after=1,2>; rel="next"`}, "https://o/t?after=1,2"},
		"a semicolon in the URL":    {[]string{`<https://o/t?after=1;rel=self>; rel="next"`}, "https://o/t?after=1;rel=self"},
		"relative":                  {[]string{`</api/v1/apps/0oa1/tokens?after=a1>; rel="next"`}, "/api/v1/apps/0oa1/tokens?after=a1"},
		"the same twice":            {[]string{`<` + next + `>; rel="next"`, `<` + next + `>; rel="next"`}, next},
		"another relation":          {[]string{`<` + next + `>; rel="nextish"`}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ParseLinks(test.lines)
			if err != nil || got.Next != test.want {
				t.Errorf("ParseLinks(%q) = %+v, %v; want next %q", test.lines, got, err, test.want)
			}
		})
	}
}

func TestParseLinksRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	for name, line := range map[string]string{
		"no brackets":               `https://o/t?after=a1; rel="next"`,
		"no opening bracket":        `https://o/t?after=a1>; rel="next"`,
		"an opening bracket alone":  `<`,
		"a bracket in the target":   `<<https://o/t?after=a1>; rel="next"`,
		"never closed":              `<https://o/t?after=a1; rel="next"`,
		"no target":                 `<>; rel="next"`,
		"white space in the target": `<https://o/t?after=a 1>; rel="next"`,
		"line end in the target":    "<https://o/t?after=a\n1>; rel=\"next\"",
		"letters beyond ASCII":      `<https://o/t?after=é>; rel="next"`,
		"open quotes":               `<https://o/t>; rel="next`,
		"open quotes, nothing else": `<https://o/t>; rel="next"; title="`,
		"open quotes, a backslash":  `<https://o/t>; rel="next\`,
		"open quotes, one escaped":  `<https://o/t>; rel="next\"`,
		"no relation":               `<https://o/t>; title="next"`,
		"control characters":        "<https://o/t>; rel=\"next\x01\"",
		"a relation beyond ASCII":   `<https://o/t>; rel="nëxt"`,
		"another name is missing":   `<https://o/t>; rel="next"; ="x"`,
		"no value":                  `<https://o/t>; rel=`,
		"no semicolon":              `<https://o/t> rel="next"`,
		"no comma":                  `<https://o/t>; rel="self" <https://o/t?after=1>; rel="next"`,
		"no name":                   `<https://o/t>; ="next"`,
		"two different next links":  `<https://o/t?after=1>; rel="next", <https://o/t?after=2>; rel="next"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := ParseLinks([]string{line}); err == nil {
				t.Errorf("ParseLinks(%q) = %+v; want an error", line, got)
			}
		})
	}
}

func FuzzParseLinks(f *testing.F) {
	f.Add(`<https://o/t?after=1,2;3>; rel="next last"; title="a, \"b\""`, "https://o/t?after=1")
	f.Add(`<a>;rel=self,<b>;rel=next`, "/t?x=1;y=<")
	f.Add(`<a>;;,`, "")
	f.Fuzz(func(t *testing.T, line, target string) {
		got, err := ParseLinks([]string{line})
		if err == nil && got.Next != "" && !strings.Contains(line, "<"+got.Next+">") {
			t.Errorf("ParseLinks(%q) = %+v, which the line does not hold", line, got)
		}
		// Whatever a URL may hold comes through, next to whatever line reads on its own.
		if target == "" || strings.ContainsFunc(target, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("<>\"", r) }) {
			return
		}
		if err != nil || got.Next != "" {
			line = `<x>; rel="self"`
		}
		for _, lines := range [][]string{{line, "<" + target + `>; rel="next"`}, {"<" + target + ">;rel=next," + line}} {
			if got, err := ParseLinks(lines); err != nil || got.Next != target {
				t.Errorf("ParseLinks(%q) = %+v, %v; want next %q", lines, got, err, target)
			}
		}
	})
}

func TestChallenge(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		line, code, description string
	}{
		"bearer":                {`Bearer authorization_uri="https://o/oauth2/v1/authorize", realm="https://o", scope="a b", error="invalid_token", error_description="The token, \"x\", has expired."`, "invalid_token", `The token, "x", has expired.`},
		"dpop":                  {`DPoP algs="RS256 ES256", error="invalid_dpop_proof", error_description="'htm' mismatch"`, "invalid_dpop_proof", "'htm' mismatch"},
		"unquoted":              {`Bearer error=insufficient_scope`, "insufficient_scope", ""},
		"two schemes":           {`Basic realm="x", Bearer error="invalid_token"`, "invalid_token", ""},
		"no error":              {`Bearer realm="x"`, "", ""},
		"broken":                {`Bearer error="invalid_token", error_description="never clos`, "invalid_token", ""},
		"other things":          {`;;;`, "", ""},
		"the first description": {`Bearer error="a", error_description="1", DPoP error="b", error_description="2"`, "a", "1"},
		"after another scheme, whose form is different": {`Negotiate abc==, Bearer error="invalid_token"`, "invalid_token", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, description := Challenge([]string{test.line})
			if code != test.code || description != test.description {
				t.Errorf("Challenge(%q) = %q, %q; want %q, %q", test.line, code, description, test.code, test.description)
			}
		})
	}
}

// The first line with an error counts, and its description is not taken from another one.
func TestTheFirstChallengeWithAnErrorCounts(t *testing.T) {
	t.Parallel()
	lines := []string{"Negotiate", `Bearer error="invalid_token"`, `DPoP error="invalid_dpop_proof", error_description="'htm' mismatch"`}
	if code, description := Challenge(lines); code != "invalid_token" || description != "" {
		t.Errorf("Challenge(%q) = %q, %q; want the code of the second line alone", lines, code, description)
	}
}

func FuzzChallenge(f *testing.F) {
	f.Add(`DPoP algs="RS256", error="use_dpop_nonce", error_description="\"nonce\""`)
	f.Add(`Bearer ,;=`)
	f.Fuzz(func(t *testing.T, line string) {
		code, description := Challenge([]string{line})
		if len(code)+len(description) > len(line) {
			t.Errorf("%q has the code %q and the description %q, which are longer than it", line, code, description)
		}
		if again, _ := Challenge([]string{`Bearer error="invalid_token"`, line}); again != "invalid_token" {
			t.Errorf("after %q, the challenge before it is %q", line, again)
		}
	})
}
