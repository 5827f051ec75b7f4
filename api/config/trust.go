package config

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"example.com/apptokens/api/internal/check"
)

var proxySettings = []Setting{ProxyHost, ProxyPort, ProxyUsername, ProxyPassword}

// distrust determines where the credential comes from, and removes from the working directory's file what could expose
// a credential from elsewhere. (checkOrg checks its org.)
func (r *reader) distrust(layers []layer) {
	i := slices.IndexFunc(layers, func(l layer) bool { return l.local })
	if i < 0 {
		return
	}
	local := layers[i]
	first := slices.IndexFunc(layers, func(l layer) bool { return l.has(Token, PrivateKey) })
	r.localCredential = first == i && isLocalKey(local.values[PrivateKey].text)
	var risky []Setting
	if !r.localCredential {
		risky = append(risky, DisableHTTPSCheck, DPoPEnabled)
	}
	password := slices.ContainsFunc(layers, func(l layer) bool { return !l.local && l.has(ProxyUsername, ProxyPassword) })
	if !r.localCredential || password {
		risky = append(risky, proxySettings...)
	}
	for _, setting := range risky {
		if v, ok := local.values[setting]; ok {
			r.warn("%s (from %s) is ignored: a file of the working directory must not expose a credential from elsewhere; "+
				"name the file (--config) to trust it", setting, v.source)
			delete(local.values, setting)
		}
	}
}

// isLocalKey reports whether a private key is written out, or in a file below the working directory, after following
// symbolic links.
func isLocalKey(key string) bool {
	if key == "" || isKey(key) {
		return true
	}
	here, err1 := realPath(".")
	file, err2 := realPath(keyPath(key))
	relative, err3 := filepath.Rel(here, file)
	return errors.Join(err1, err2, err3) == nil && filepath.IsLocal(relative)
}

func realPath(path string) (string, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(absolute)
}

// checkOrg rejects an org that only the working directory's file names, unless the credential comes from there, too. It
// warns if that file hides the user's own org.
func (r *reader) checkOrg() error {
	org := r.values[OrgURL]
	if !org.local {
		return nil
	}
	hidden := ""
	if parsed, err := check.OrgURL(r.hiddenOrg.text, true); err == nil {
		hidden = parsed.String()
	}
	switch {
	case hidden == r.OrgURL:
	case !r.localCredential:
		return problem(OrgURL, org, "is %s, but %s: a file of the working directory must not decide where a credential "+
			"from elsewhere goes; if the org is right, set %s to it (--org-url), or name the file (--config)",
			r.OrgURL, r.credentialSource(), OrgURL.variables()[0])
	case hidden != "":
		r.warn("the org is %s (from %s), which hides %s (from %s)", r.OrgURL, org.source, hidden, r.hiddenOrg.source)
	}
	return nil
}

// nameLocalSettings warns of settings that the working directory's file adds to a credential from elsewhere: a short
// request timeout or a tiny share of the rate limit can stop a revocation. (checkOrg checks its org.)
func (r *reader) nameLocalSettings() {
	var names []string
	for _, setting := range settings {
		if setting != OrgURL && r.values[setting].local {
			names = append(names, string(setting))
		}
	}
	if len(names) > 0 && !r.localCredential {
		r.warn("settings apply that come from %s in the working directory, unlike the credential: %s; if they are not "+
			"yours, remove them, or override them in the environment", localFile, strings.Join(names, ", "))
	}
}

func (r *reader) credentialSource() string {
	setting := Token
	if r.has(PrivateKey) {
		setting = PrivateKey
	}
	source := "the " + string(setting) + " comes from " + r.values[setting].source
	if r.values[setting].local {
		source += ", which names a file outside the working directory"
	}
	return source
}
