package main

import "testing"

// What Okta demands more of a request breaks a client; what it demands less does not.
func TestARequestIsJudgedByWhatItMustBe(t *testing.T) {
	t.Parallel()
	words := func(all ...any) []any { return all }
	for _, test := range []struct {
		keyword  string
		from, to any
		want     effect
	}{
		{"required", false, true, breaks}, {"required", nil, true, breaks}, {"required", true, nil, harmless},
		{"required", nil, words("a"), breaks}, {"required", words("a"), words("a", "b"), breaks},
		{"required", words("a", "b"), words("a"), harmless}, {"required", words("a"), nil, harmless},
		{"enum", nil, words("a"), breaks}, {"enum", words("a", "b"), words("a"), breaks}, {"enum", words("a"), words("a", "b"), harmless}, {"enum", words("a"), nil, harmless},
		{"maximum", nil, 5, breaks}, {"maximum", 5, 4, breaks}, {"maximum", 5, 4.5, breaks}, {"maximum", 5, 5.5, harmless}, {"maximum", 5, 6, harmless}, {"maximum", 5, nil, harmless},
		{"minimum", nil, 1, breaks}, {"minimum", 1, 2, breaks}, {"minimum", 1.5, 1, harmless}, {"minimum", 1, nil, harmless},
		{"pattern", nil, "^0o", breaks}, {"pattern", "^0o", nil, harmless},
		{"parameters", map[string]any{}, nil, mayBreak}, {"parameters", nil, map[string]any{}, harmless}, {"parameters", nil, map[string]any{"required": true}, breaks},
	} {
		if got := (change{keyword: test.keyword, from: test.from, to: test.to}).effect(); got != test.want {
			t.Errorf("%s %v -> %v: %s, want %s", test.keyword, test.from, test.to, got, test.want)
		}
	}
}
