package config

import (
	"crypto"
	"os"
	"path/filepath"
	"strings"

	"example.com/apptokens/api/oauth"
)

// readKey reads a private key that is written out, or is in a file. What is neither is not shown: it may be a key that
// lost its first line.
func readKey(v value) (signer crypto.Signer, warning string, err error) {
	key := unquote(v.text)
	data, place := []byte(key), "is no key"
	if !isKey(key) {
		path := expandHome(key)
		if data, warning, err = readSecret(path); err != nil {
			return nil, "", problem(PrivateKey, v, "is neither PEM nor a JWK, nor the path of a file that can be read: %w", err)
		}
		place = "is the path of a file, " + path + ", that holds no key"
	}
	if signer, err = oauth.ParsePrivateKey(data); err != nil {
		return nil, "", problem(PrivateKey, v, "%s: %w", place, err)
	}
	return signer, warning, nil
}

// unquote takes off the quotes that env files keep.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 1 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		return strings.ReplaceAll(s[1:len(s)-1], `\"`, `"`)
	}
	return s
}

func isKey(s string) bool {
	s = strings.TrimPrefix(unquote(s), "\ufeff")
	return strings.HasPrefix(s, "{") || strings.Contains(s, "-----BEGIN")
}

func expandHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}
