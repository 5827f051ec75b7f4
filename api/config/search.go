package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"example.com/apptokens/api"
)

// Option says where [Load] looks.
type Option func(*places)

// places are where settings are looked for, in this order.
type places struct {
	explicit map[Setting]value
	getenv   func(string) string
	files    []layer
}

// layer is one place, and what it says.
type layer struct {
	path     string // of a file; empty for another place
	usual    bool   // nobody named the file, so it may be missing
	local    bool   // the file is the working directory's
	values   map[Setting]value
	warnings []string
}

func (l *layer) has(settings ...Setting) bool {
	return slices.ContainsFunc(settings, func(setting Setting) bool { _, ok := l.values[setting]; return ok })
}

// With gives a setting a value that comes before all others. source is what errors call it, such as "--org-url".
func With(setting Setting, text, source string) Option {
	return func(p *places) { p.explicit[setting] = value{text: text, source: source} }
}

// WithEnvironment replaces [os.Getenv].
func WithEnvironment(getenv func(string) string) Option {
	return func(p *places) { p.getenv = getenv }
}

// WithFiles replaces the files that are read, ./.okta.yaml and ~/.okta/okta.yaml, the first one before the others. A
// file that somebody named is trusted wherever it is, and must be a regular file that can be read: not a pipe, as
// /dev/stdin or a shell's <(command) is.
func WithFiles(paths ...string) Option {
	return func(p *places) {
		p.files = nil
		for _, path := range paths {
			p.files = append(p.files, layer{path: path})
		}
	}
}

// localFile is the working directory's file.
const localFile = ".okta.yaml"

func usualPlaces() places {
	p := places{explicit: map[Setting]value{}, getenv: os.Getenv}
	p.files = append(p.files, layer{path: localFile, usual: true, local: true})
	if home, err := os.UserHomeDir(); err == nil {
		p.files = append(p.files, layer{path: filepath.Join(home, ".okta", "okta.yaml"), usual: true})
	}
	return p
}

// search takes each setting from where it is.
func (r *reader) search() error {
	for setting, v := range r.explicit {
		if v.text == "" {
			return problem(setting, v, "is empty")
		}
	}
	environment, err := readEnvironment(r.getenv)
	if err != nil {
		return err
	}
	layers := []layer{{values: r.explicit}, {values: environment}}
	if layers, err = r.readFiles(layers); err != nil {
		return err
	}
	r.distrust(layers)
	r.merge(layers)
	return nil
}

func readEnvironment(getenv func(string) string) (map[Setting]value, error) {
	values := map[Setting]value{}
	for _, setting := range settings {
		for _, variable := range setting.variables() {
			text, before := getenv(variable), values[setting]
			switch {
			case text == "":
			case before.text == "":
				values[setting] = value{text: text, source: variable}
			case normal(setting, before.text) != normal(setting, text):
				return nil, fmt.Errorf("%w: %s and %s are both set, and differ; unset one",
					api.ErrInvalidArgument, before.source, variable)
			}
		}
	}
	return values, nil
}

// readFiles adds what the files say. One of the usual ones that cannot be read is needed only if something is missing
// before it; what comes after it must not take its place then.
func (r *reader) readFiles(layers []layer) ([]layer, error) {
	for _, file := range r.files {
		err := file.read()
		switch {
		case file.usual && errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil && !file.usual:
			return nil, fmt.Errorf("%w: %s: %w", api.ErrInvalidArgument, file.path, err)
		case err != nil && !complete(layers):
			r.looked = append(r.looked, fmt.Sprintf("%s (which cannot be read: %v)", file.path, err))
			return layers, nil
		case err != nil:
			r.warn("%s cannot be read, and is ignored: %v", file.path, err)
			continue
		case len(file.values) == 0:
			r.looked = append(r.looked, file.path+" (which has no setting below okta.client)")
		default:
			r.looked = append(r.looked, file.path)
		}
		layers, r.Warnings = append(layers, file), append(r.Warnings, file.warnings...)
	}
	return layers, nil
}

// complete reports whether there is an org and a credential, so that files may only add to them.
func complete(layers []layer) bool {
	has := func(setting Setting) bool {
		return slices.ContainsFunc(layers, func(l layer) bool { return l.has(setting) })
	}
	return has(OrgURL) && (has(Token) || has(PrivateKey) && has(ClientID))
}

// read reads the file, and warns of what is wrong with it.
func (l *layer) read() error {
	data, mode, err := readFile(l.path)
	if err != nil {
		return err
	}
	l.values = map[Setting]value{}
	if err := l.parse(data); err != nil {
		return err
	}
	secret := l.has(Token, ProxyPassword) || isKey(l.values[PrivateKey].text)
	l.warnings = append(l.warnings, exposure(l.path, mode, secret)...)
	return nil
}

// identity are the settings of a credential. They are not mixed: the files behind the first one with a credential add
// nothing to them.
var identity = []Setting{AuthorizationMode, Token, ClientID, Scopes, PrivateKey, PrivateKeyID, DPoPEnabled}

// merge takes each setting from the first place that has it, and the credential from the first that has one.
func (r *reader) merge(layers []layer) {
	decided, identified := false, false // by an earlier layer; by an earlier file
	for _, l := range layers {
		for _, setting := range slices.Sorted(maps.Keys(l.values)) {
			v, isSet := l.values[setting], r.has(setting)
			switch {
			case setting == OrgURL && r.values[OrgURL].local:
				r.hiddenOrg = v
			case isSet, identified && slices.Contains(identity, setting):
			case decided && (setting == Token || setting == PrivateKey): // one of the other kind
				r.warn("%s (from %s) is ignored, since another credential comes before it", setting, v.source)
			case decided && setting == AuthorizationMode && (Mode(v.text) == ModePrivateKey) != r.has(PrivateKey):
			default:
				r.values[setting] = v
			}
		}
		decided = decided || l.has(Token, PrivateKey)
		identified = identified || l.path != "" && l.has(Token, PrivateKey)
	}
}

func (r *reader) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
}

func (r *reader) has(setting Setting) bool { _, ok := r.values[setting]; return ok }
