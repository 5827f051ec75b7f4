package config

import (
	"crypto"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"example.com/apptokens/api/internal/text"
	"example.com/apptokens/api/oauth"
)

// readKey reads a private key that is written out, or is in a file. What is neither is not shown: it may be a key that
// lost its first line.
func readKey(v value, id string) (signer crypto.Signer, warnings []string, err error) {
	if placeholder.MatchString(v.text) {
		return nil, nil, problem(PrivateKey, v, "is still a placeholder; put in the key, or the path of its file")
	}
	data, place := []byte(unquote(v.text)), "is not a private key"
	if !isKey(v.text) {
		path := keyPath(v.text)
		content, mode, err := readFile(path)
		if err != nil {
			return nil, nil, problem(PrivateKey, v, "is neither PEM nor a JWK, nor the path of a file that can be read: %w", err)
		}
		shown := text.Printable(path, 200)
		data, warnings = content, exposure(shown, mode, true)
		place = "is the path of a file, " + shown + ", that does not hold a private key"
	}
	if signer, err = oauth.ParsePrivateKeyByID(data, id); err != nil {
		return nil, nil, problem(PrivateKey, v, "%s: %w", place, err)
	}
	return signer, warnings, nil
}

// placeholder matches what a template or a sample has in place of a value. It takes the whole of it, since a password
// or a path may have these characters, too.
var placeholder = regexp.MustCompile(`^(\$?\{[^{}":]*\}|<[^<>]*>|\$[A-Z0-9_]+|YOUR_[A-Z_]+)$`)

// unquote takes off the quotes that env files keep.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 1 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		return strings.ReplaceAll(s[1:len(s)-1], `\"`, `"`)
	}
	return s
}

// isKey tells a key, also in base64, from a path.
func isKey(s string) bool {
	s = strings.TrimPrefix(unquote(s), "\ufeff")
	decoded, _ := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
	return strings.HasPrefix(s, "{") || strings.Contains(s+string(decoded), "-----BEGIN") || json.Valid(decoded)
}

// keyPath is where the file of a key is.
func keyPath(key string) string {
	path := unquote(key)
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return path
}
