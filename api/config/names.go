package config

import "strings"

// lookUp returns the setting with a name in a file, or reports whether the name is a section of settings.
func lookUp(name string) (found Setting, section bool) {
	name = strings.ToLower(name)
	for _, setting := range settings {
		for _, known := range setting.names() {
			known = strings.ToLower(known)
			if known == name {
				return setting, false
			}
			section = section || strings.HasPrefix(known, name+".")
		}
	}
	return "", section
}

// unsupported maps settings that Okta's tools know and this package does not to the one to use instead. It is empty for
// those that do not matter.
var unsupported = map[string]Setting{
	"cache": "", "logging": "", "useragent": "", "useragentextra": "", "raiseexception": "", "requestexecutor": "",
	"encryptiontype": "", "dpopkeyrotationinterval": "", "ratelimit.enable": "", "useproxy": "",
	"oktadomain": OrgURL, "authenticationscheme": AuthorizationMode, "kid": PrivateKeyID, "jwk": PrivateKey,
	"clientassertion": PrivateKey,
}

// unknown reports whether to warn of an unknown name, and what was probably meant. Outside okta.client and
// okta.testing, where other tools have their own names, it warns only if the name resembles a known one.
func unknown(name string) (meant string, warn bool) {
	lower := strings.ToLower(name)
	if !strings.HasPrefix(lower, "okta.client.") && !strings.HasPrefix(lower, "okta.testing.") {
		meant = misplaced(name)
		return meant, meant != ""
	}
	setting, known := unsupported[strings.TrimPrefix(lower, "okta.client.")]
	if !known {
		setting = nearest(name)
	}
	return string(setting), !known || setting != ""
}

// firstUnknown returns a dotted name up to the first part that is not a section.
func firstUnknown(name string) string {
	for i, r := range name {
		if r == '.' {
			if setting, section := lookUp(name[:i]); setting == "" && !section {
				return name[:i]
			}
		}
	}
	return name
}

// misplaced returns the setting with the same last word as a name outside the sections, or a similar section.
func misplaced(name string) string {
	word := lastWord(name)
	for _, setting := range settings {
		if known := setting.names()[0]; lastWord(known) == word {
			return known
		}
	}
	for _, section := range []string{"okta", "okta.client", "okta.testing"} {
		if known := lastWord(section); editDistance(word, known) <= len(known)/3 {
			return section
		}
	}
	return ""
}

// lastWord returns the last part of a name, cut to what a comparison needs.
func lastWord(name string) string {
	word := name[strings.LastIndex(name, ".")+1:]
	return strings.ToLower(word[:min(len(word), 40)])
}

// nearest returns the setting or section whose last word is most similar to that of a name, if any is similar.
func nearest(name string) (nearest Setting) {
	word := lastWord(name)
	distance := min(len(word)/2, 3) + 1 // one more than the letters that may be wrong
	for _, known := range append([]Setting{"rateLimit", "proxy"}, settings...) {
		if d := editDistance(word, lastWord(string(known))); d < distance {
			nearest, distance = known, d
		}
	}
	return nearest
}

// editDistance returns how many letters must be inserted, deleted, replaced or swapped with the next one to turn a into
// b (optimal string alignment).
func editDistance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replaced := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			rows[i][j] = min(replaced, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
