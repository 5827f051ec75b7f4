package config

import (
	"errors"
	"path/filepath"
	"slices"

	"example.com/apptokens/api/internal/origin"
)

// A pull request or an archive can put a file into the working directory. It may bring an org and a credential of its
// own, but must not lay its hands on another credential: neither send it to another org or proxy, nor expose it on the
// way.

var proxySettings = []Setting{ProxyHost, ProxyPort, ProxyUsername, ProxyPassword}

// distrust finds out whose the credential is, and takes from the working directory's file what could expose that of
// somebody else. (Its org is looked at by checkOrg.)
func (f *found) distrust(layers []layer) {
	i := slices.IndexFunc(layers, func(l layer) bool { return l.local })
	if i < 0 {
		return
	}
	local := layers[i]
	others := slices.Delete(slices.Clone(layers), i, i+1)
	first := slices.IndexFunc(layers, func(l layer) bool { return l.has(Token, PrivateKey) })
	f.localCredential = first == i && isLocalKey(local.values[PrivateKey].text)
	var risky []Setting
	if !f.localCredential {
		risky = append(risky, DisableHTTPSCheck, DPoPEnabled)
	}
	password := slices.ContainsFunc(others, func(l layer) bool { return l.has(ProxyUsername, ProxyPassword) })
	if !f.localCredential || password {
		risky = append(risky, proxySettings...)
	}
	for _, setting := range risky {
		if v, ok := local.values[setting]; ok {
			f.warn("%s (from %s) is ignored: a file of the working directory must not expose a credential from elsewhere; "+
				"name the file (--config) to trust it", setting, v.source)
			delete(local.values, setting)
		}
	}
}

// isLocalKey reports whether a private key is written out, or in a file of the working directory, also if links are
// followed.
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

// checkOrg refuses to send a credential from elsewhere to an org that the working directory's file alone names, and
// warns where that file hides the user's own org.
func (r *reader) checkOrg() error {
	org := r.values[OrgURL]
	if !org.local {
		return nil
	}
	hidden := ""
	if parsed, err := origin.ParseOrgURL(r.hiddenOrg.text, true); err == nil {
		hidden = parsed.String()
	}
	switch {
	case hidden == r.OrgURL:
	case !r.localCredential:
		return problem(OrgURL, org, "is %s, but %s: a file of the working directory does not decide where a credential from "+
			"elsewhere goes. If the org is the right one, set %s to it (--org-url), or name the file (--config)",
			r.OrgURL, r.credentialSource(), OrgURL.variables()[0])
	case hidden != "":
		r.warn("the org is %s (from %s), which hides %s (from %s)", r.OrgURL, org.source, hidden, r.hiddenOrg.source)
	}
	return nil
}

func (f found) credentialSource() string {
	setting := Token
	if f.has(PrivateKey) {
		setting = PrivateKey
	}
	source := "the " + string(setting) + " comes from " + f.values[setting].source
	if f.values[setting].local {
		source += ", which names a file outside the working directory"
	}
	return source
}
