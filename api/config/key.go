package config

import (
	"crypto"
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"example.com/apptokens/api/internal/text"
	"example.com/apptokens/api/oauth"
)

// readKey reads a private key from the setting itself or from the file that it names. If it is neither, the error does
// not show the value, which may be a key without its first line.
func readKey(v value, id string) (signer crypto.Signer, warnings []string, err error) {
	if placeholder.MatchString(v.text) {
		return nil, nil, problem(PrivateKey, v, "is still a placeholder; replace it with the key or the path of its file")
	}
	data, place := []byte(unquote(v.text)), "is not a private key"
	if !isKey(v.text) {
		path := keyPath(v.text)
		content, mode, err := readFile(path)
		if err != nil {
			return nil, nil, problem(PrivateKey, v, "is neither PEM nor a JWK, nor the path of a file that can be read: %w", err)
		}
		shown := text.Printable(path, maxPath)
		data, warnings = content, exposure(shown, mode, true)
		place = "is the path of a file, " + shown + ", that does not hold a private key"
	}
	if signer, err = oauth.ParsePrivateKeyByID(data, id); err != nil {
		return nil, nil, problem(PrivateKey, v, "%s: %w", place, err)
	}
	return signer, warnings, nil
}

// placeholder matches the placeholders of templates and samples. It matches only a whole value, because a password or a
// path may contain these characters.
var placeholder = regexp.MustCompile(`^(\$?\{[^{}":]*\}|<[^<>]*>|\$[A-Z0-9_]+|%[A-Z0-9_]+%|YOUR_[A-Z_]+)$`)

// unquote removes the quotes that env files keep.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 1 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		return strings.ReplaceAll(s[1:len(s)-1], `\"`, `"`)
	}
	return s
}

// isKey reports whether a text is a key, possibly in base64, rather than a path.
func isKey(s string) bool {
	s = strings.TrimPrefix(unquote(s), "\ufeff")
	decoded, _ := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
	return strings.HasPrefix(s, "{") || strings.HasPrefix(string(decoded), "{") ||
		strings.Contains(s+string(decoded), "-----BEGIN")
}

// keyPath returns the path of a key file.
func keyPath(key string) string {
	path := unquote(key)
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}
