package config

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/text"
)

// Setting names a setting as okta.yaml does, below okta.client. In the environment it is OKTA_CLIENT_ and its name in
// capitals, with or without an underscore between words: OKTA_CLIENT_ORGURL or OKTA_CLIENT_ORG_URL,
// OKTA_CLIENT_RATELIMIT_MAXRETRIES or OKTA_CLIENT_RATE_LIMIT_MAX_RETRIES. In files, capitals make no difference.
type Setting string

// The settings. Times are whole seconds.
const (
	OrgURL            Setting = "orgUrl"
	AuthorizationMode Setting = "authorizationMode" // see Mode
	Token             Setting = "token"
	ClientID          Setting = "clientId"
	Scopes            Setting = "scopes"     // a list, or a string with commas or spaces between
	PrivateKey        Setting = "privateKey" // PEM, a JWK, or the path of a file with either, from the working directory or ~
	PrivateKeyID      Setting = "privateKeyId"
	DPoPEnabled       Setting = "dpopEnabled"
	ConnectionTimeout Setting = "connectionTimeout"
	RequestTimeout    Setting = "requestTimeout"
	MaxRetries        Setting = "rateLimit.maxRetries"
	MaxBackoff        Setting = "rateLimit.maxBackoff"
)

var settings = []Setting{
	OrgURL, AuthorizationMode, Token, ClientID, Scopes, PrivateKey, PrivateKeyID, DPoPEnabled,
	ConnectionTimeout, RequestTimeout, MaxRetries, MaxBackoff,
}

// variables returns the two spellings of a setting's environment variable.
func (s Setting) variables() [2]string {
	const prefix = "OKTA_CLIENT_"
	var words strings.Builder
	for i, r := range string(s) {
		if unicode.IsUpper(r) && i > 0 {
			words.WriteByte('_')
		}
		words.WriteRune(r)
	}
	// dpopEnabled is one word and another one, as all others are.
	together := strings.ToUpper(strings.ReplaceAll(string(s), ".", "_"))
	apart := strings.ToUpper(strings.ReplaceAll(words.String(), ".", "_"))
	return [2]string{prefix + together, prefix + apart}
}

// value is what a setting was found to be.
type value struct {
	text   string
	source string // for people
	file   string // empty where it comes from no file
	local  bool   // the file is the working directory's
}

// list reads a list with commas or white space between.
func (v value) list() []string {
	return strings.FieldsFunc(v.text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

// number reads a whole number from 0 to most, or 0 where none is set.
func (f found) number(setting Setting, most int) (int, error) {
	v, ok := f.values[setting]
	if !ok {
		return 0, nil
	}
	n, err := strconv.Atoi(v.text)
	if err != nil || n < 0 || n > most {
		return 0, problem(setting, v, "is %q; want a whole number from 0 to %d", text.Truncate(v.text, 30), most)
	}
	return n, nil
}

// problem says what is wrong with a setting, and where it came from.
func problem(setting Setting, v value, format string, args ...any) error {
	return fmt.Errorf("%w: %s (from %s) %w", api.ErrInvalidArgument, setting, v.source, fmt.Errorf(format, args...))
}

// missing says how to set something, and where it was looked for.
func (f found) missing(setting Setting, what string) error {
	looked := "the environment"
	for _, file := range f.files {
		looked += ", " + file
	}
	return fmt.Errorf("%w: %s is not set (looked in %s); set %s, or okta.client.%s in ~/.okta/okta.yaml, to %s",
		api.ErrInvalidArgument, setting, looked, setting.variables()[0], setting, what)
}
