package config

import (
	"crypto"
	"os"
	"path/filepath"
	"strings"

	"example.com/apptokens/api/oauth"
)

// readKey reads a private key that is written out, or is in a file.
func readKey(v value) (signer crypto.Signer, warning string, err error) {
	data, place := []byte(v.text), "is no key"
	if !isKey(v.text) {
		path := expandHome(v.text)
		if data, warning, err = readSecret(path); err != nil {
			return nil, "", problem(Key, v, "is neither PEM nor a JWK, nor a file that can be read (%s): %v", shownPath(path), err)
		}
		place = "is a file, " + shownPath(path) + ", that holds no key"
	}
	if signer, err = oauth.ParsePrivateKey(data); err != nil {
		return nil, "", problem(Key, v, "%s: %w", place, err)
	}
	return signer, warning, nil
}

func isKey(s string) bool {
	s = strings.TrimSpace(s)
	return strings.HasPrefix(s, "{") || strings.Contains(s, "-----BEGIN")
}

// shownPath shows what is surely a path. Base64, which a key without its first line is, has none of these characters,
// and none at its beginning.
func shownPath(path string) string {
	if len(path) < 256 && (strings.HasPrefix(path, "/") || strings.ContainsAny(path, `.\:`)) {
		return path
	}
	return "not shown"
}

func expandHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}
