package config

import "strings"

// lookUp returns the setting that a name in a file stands for, or reports that the name is a section of some.
func lookUp(name string) (found Setting, section bool) {
	for _, setting := range settings {
		for _, known := range setting.names() {
			switch {
			case strings.EqualFold(known, name):
				return setting, false
			case len(known) > len(name) && known[len(name)] == '.' && strings.EqualFold(known[:len(name)], name):
				section = true
			}
		}
	}
	return "", section
}

// unsupported are the settings that Okta's tools know and this package does not, with the one to use in place of those
// that matter.
var unsupported = map[string]Setting{
	"cache": "", "logging": "", "useragent": "", "useragentextra": "", "raiseexception": "", "requestexecutor": "",
	"encryptiontype": "", "dpopkeyrotationinterval": "", "ratelimit.enable": "", "useproxy": "",
	"oktadomain": OrgURL, "authenticationscheme": AuthorizationMode, "kid": PrivateKeyID, "jwk": PrivateKey,
	"clientassertion": PrivateKey,
}

// unknown reports whether to warn of a name that stands for no setting, and what was meant.
func unknown(name string) (hint string, warn bool) {
	meant, known := unsupported[strings.TrimPrefix(strings.ToLower(name), "okta.client.")]
	if known && meant == "" {
		return "", false
	}
	if !known {
		meant = nearest(name)
	}
	if meant == "" {
		return "", true
	}
	return "; did you mean " + string(meant) + "?", true
}

// nearest returns the setting or the section whose last word is most like a name's, if it is like it at all.
func nearest(name string) (nearest Setting) {
	last := func(name string) string { return strings.ToLower(name[strings.LastIndex(name, ".")+1:]) }
	word := last(name)
	distance := min(len(word)/2, 3) + 1 // letters that may be wrong, and one
	for _, setting := range settings {
		for end, r := range string(setting) + "." {
			if r != '.' {
				continue
			}
			if d := editDistance(word, last(string(setting[:end]))); d < distance {
				nearest, distance = setting[:end], d
			}
		}
	}
	return nearest
}

// editDistance is how many letters have to be put in, taken out or replaced to make b of a (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
