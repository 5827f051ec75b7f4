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

// Option changes where [Load] looks.
type Option func(*places)

// places are searched in this order.
type places struct {
	explicit map[Setting]value
	getenv   func(string) string
	files    []layer
}

// layer is one place and its settings.
type layer struct {
	path     string // of a file; empty for another place
	usual    bool   // a default file, which may be missing
	local    bool   // the working directory's file
	values   map[Setting]value
	warnings []string
}

func (l *layer) has(settings ...Setting) bool {
	return slices.ContainsFunc(settings, func(setting Setting) bool { _, ok := l.values[setting]; return ok })
}

// With sets a setting with precedence over all other places. Errors name source, such as "--org-url".
func With(setting Setting, text, source string) Option {
	return func(p *places) { p.explicit[setting] = value{text: text, source: source} }
}

// WithEnvironment replaces [os.Getenv].
func WithEnvironment(getenv func(string) string) Option {
	return func(p *places) { p.getenv = getenv }
}

// WithFiles replaces the default files, ./.okta.yaml and ~/.okta/okta.yaml; earlier files take precedence. These files
// are trusted wherever they are. They must be readable regular files, not pipes such as /dev/stdin or a shell's
// <(command).
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

// search finds the value of each setting.
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

// readFiles adds the files. A default file that cannot be read matters only if the places before it are incomplete;
// then no later file may take its place.
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

// complete reports whether the layers have an org and a credential.
func complete(layers []layer) bool {
	has := func(setting Setting) bool {
		return slices.ContainsFunc(layers, func(l layer) bool { return l.has(setting) })
	}
	return has(OrgURL) && (has(Token) || has(PrivateKey) && has(ClientID))
}

// read reads the file, and collects its warnings.
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

// identity are the settings of a credential. They are not mixed: files after the first one with a credential add
// nothing to it.
var identity = []Setting{AuthorizationMode, Token, ClientID, Scopes, PrivateKey, PrivateKeyID, DPoPEnabled}

// merge takes each setting from the first place that has it, and the credential from the first place with one.
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
				r.warn("%s (from %s) is ignored, because another credential takes precedence", setting, v.source)
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
