package config

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/check"
	"example.com/apptokens/api/internal/text"
)

// Setting names a setting as okta.yaml does, below okta.client. In the environment it is OKTA_CLIENT_ and its name in
// capitals, with or without an underscore between words: OKTA_CLIENT_ORGURL or OKTA_CLIENT_ORG_URL,
// OKTA_CLIENT_RATELIMIT_MAXRETRIES or OKTA_CLIENT_RATE_LIMIT_MAX_RETRIES. In files, case makes no difference.
type Setting string

// The settings. Times are whole seconds; 0 stands for the default, which is no limit for requestTimeout.
const (
	OrgURL            Setting = "orgUrl"
	AuthorizationMode Setting = "authorizationMode" // see Mode
	Token             Setting = "token"
	ClientID          Setting = "clientId"
	Scopes            Setting = "scopes"     // a list, or a string separated by commas or spaces
	PrivateKey        Setting = "privateKey" // see oauth.ParsePrivateKey; or a path, possibly below ~
	PrivateKeyID      Setting = "privateKeyId"
	DPoPEnabled       Setting = "dpopEnabled"
	ConnectionTimeout Setting = "connectionTimeout"
	RequestTimeout    Setting = "requestTimeout"
	MaxRetries        Setting = "rateLimit.maxRetries"
	MaxBackoff        Setting = "rateLimit.maxBackoff"
	RateShare         Setting = "rateShare"  // see api.WithRateShare; unknown to Okta's tools
	ProxyHost         Setting = "proxy.host" // of an HTTP proxy, without a scheme
	ProxyPort         Setting = "proxy.port" // 80 by default
	ProxyUsername     Setting = "proxy.username"
	ProxyPassword     Setting = "proxy.password"

	// DisableHTTPSCheck allows plain http (see api.WithPlainHTTP). It is below okta.testing, alternatively named
	// disableHttpsCheck: OKTA_TESTING_TESTINGDISABLEHTTPSCHECK or OKTA_TESTING_DISABLE_HTTPS_CHECK.
	DisableHTTPSCheck Setting = "testing.testingDisableHttpsCheck"
)

var settings = []Setting{
	OrgURL, AuthorizationMode, Token, ClientID, Scopes, PrivateKey, PrivateKeyID, DPoPEnabled,
	ConnectionTimeout, RequestTimeout, MaxRetries, MaxBackoff, RateShare,
	ProxyHost, ProxyPort, ProxyUsername, ProxyPassword, DisableHTTPSCheck,
}

// names returns the names of a setting in a file. Okta's tools have two for some.
func (s Setting) names() []string {
	switch s {
	case DisableHTTPSCheck:
		return []string{"okta." + string(s), "okta.testing.disableHttpsCheck"}
	case PrivateKeyID: // keyId in Okta's Node SDK
		return []string{"okta.client." + string(s), "okta.client.keyId"}
	}
	return []string{"okta.client." + string(s)}
}

// variables returns the spellings of a setting's environment variable.
func (s Setting) variables() (variables []string) {
	for _, name := range s.names() {
		var apart strings.Builder
		for _, r := range name {
			if unicode.IsUpper(r) {
				apart.WriteByte('_')
			}
			apart.WriteRune(r)
		}
		for _, spelling := range []string{name, apart.String()} {
			variables = append(variables, strings.ToUpper(strings.ReplaceAll(spelling, ".", "_")))
		}
	}
	return variables
}

// value is the value of a setting.
type value struct {
	text   string
	source string // for people
	local  bool   // from the working directory's file
}

// list splits a list at commas and white space.
func (v value) list() []string {
	return strings.FieldsFunc(v.text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

// normal returns the common form of all spellings of a value. It returns an invalid value unchanged.
func normal(setting Setting, text string) string {
	switch setting {
	case OrgURL:
		if org, err := check.OrgURL(text, true); err == nil {
			return org.String()
		}
	case Scopes:
		return strings.Join(value{text: text}.list(), " ")
	case DPoPEnabled, DisableHTTPSCheck:
		return strings.ToLower(text)
	}
	return text
}

// How many bytes errors and warnings show of the path of a key, and of a value that should be a word or a number: less
// than of others, because it may be a secret by mistake.
const maxPath, maxWord = 200, 30

// number parses a whole number from 0 to most. It returns 0 if the setting is not set.
func (r *reader) number(setting Setting, most int) (int, error) {
	v, ok := r.values[setting]
	if !ok {
		return 0, nil
	}
	n, err := strconv.Atoi(v.text)
	if err != nil || n < 0 || n > most {
		return 0, problem(setting, v, "is %q; want a whole number from 0 to %d", text.Truncate(v.text, maxWord), most)
	}
	return n, nil
}

// flag parses true or false. It returns otherwise if the setting is not set.
func (r *reader) flag(setting Setting, otherwise bool) (bool, error) {
	v, ok := r.values[setting]
	switch lower := strings.ToLower(v.text); {
	case !ok:
		return otherwise, nil
	case lower != "true" && lower != "false":
		return false, problem(setting, v, "is %q; want true or false", text.Truncate(v.text, maxWord))
	default:
		return lower == "true", nil
	}
}

// problem returns an error about a setting, with its source.
func problem(setting Setting, v value, format string, args ...any) error {
	return fmt.Errorf("%w: %s (from %s) %w", api.ErrInvalidArgument, setting, v.source, fmt.Errorf(format, args...))
}

// missing returns an error about a setting that is not set, with how to set it and where Load looked.
func (r *reader) missing(setting Setting, what string) error {
	looked := strings.Join(append([]string{"the environment"}, r.looked...), ", ")
	hints := strings.Join(append(r.terraformHints(setting), r.Warnings...), "; ") // a misspelt name may be the reason
	if hints != "" {
		hints = "; " + hints
	}
	return fmt.Errorf("%w: %s is not set (looked in %s); set %s, or %s in ~/.okta/okta.yaml, to %s%s",
		api.ErrInvalidArgument, setting, looked, setting.variables()[0], setting.names()[0], what, hints)
}

// terraform maps settings to the variables of Okta's Terraform provider.
var terraform = map[Setting]string{
	OrgURL:     "https://$OKTA_ORG_NAME.$OKTA_BASE_URL",
	Token:      "$OKTA_API_TOKEN",
	ClientID:   "$OKTA_API_CLIENT_ID",
	PrivateKey: "$OKTA_API_PRIVATE_KEY",
}

// terraformHints returns how to pass on what is set for Terraform: the missing setting and, without a credential or its
// mode, all others. It names the variables, but shows no values.
func (r *reader) terraformHints(missing Setting) (hints []string) {
	decided := r.has(Token) || r.has(PrivateKey) || r.has(AuthorizationMode)
	for _, setting := range []Setting{OrgURL, Token, ClientID, PrivateKey} {
		if setting != missing && (decided || r.has(setting)) {
			continue
		}
		var set []string
		os.Expand(terraform[setting], func(variable string) string {
			if r.getenv(variable) != "" {
				set = append(set, variable)
			}
			return ""
		})
		if len(set) > 0 {
			hints = append(hints, fmt.Sprintf(`found Terraform's %s: export %s="%s"`,
				strings.Join(set, ", "), setting.variables()[0], terraform[setting]))
		}
	}
	return hints
}
