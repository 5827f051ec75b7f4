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
	files    []place
}

// place is a file.
type place struct {
	path  string
	usual bool // nobody named it, so it may be missing
	local bool // the working directory's
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
			p.files = append(p.files, place{path: path})
		}
	}
}

func usualPlaces() places {
	p := places{explicit: map[Setting]value{}, getenv: os.Getenv}
	p.files = append(p.files, place{path: ".okta.yaml", usual: true, local: true})
	if home, err := os.UserHomeDir(); err == nil {
		p.files = append(p.files, place{path: filepath.Join(home, ".okta", "okta.yaml"), usual: true})
	}
	return p
}

// layer is what one place says.
type layer struct {
	values      map[Setting]value
	file, local bool
}

func (l layer) has(settings ...Setting) bool {
	return slices.ContainsFunc(settings, func(setting Setting) bool { _, ok := l.values[setting]; return ok })
}

// found is what the search came to.
type found struct {
	values   map[Setting]value
	warnings []string
	looked   []string // files that exist, and what is wrong with them
	getenv   func(string) string

	localCredential bool  // the credential is the working directory's own, see distrust
	hiddenOrg       value // the org of a file behind the working directory's
}

func search(opts []Option) (found, error) {
	places := usualPlaces()
	for _, option := range opts {
		option(&places)
	}
	f := found{values: map[Setting]value{}, getenv: places.getenv}
	for setting, v := range places.explicit {
		if v.text == "" {
			return found{}, problem(setting, v, "is empty")
		}
	}
	environment, err := readEnvironment(places.getenv)
	if err != nil {
		return found{}, err
	}
	layers := []layer{{values: places.explicit}, {values: environment}}
	if layers, err = f.readFiles(places.files, layers); err != nil {
		return found{}, err
	}
	f.distrust(layers)
	f.merge(layers)
	return f, nil
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
			case before.text != text:
				return nil, fmt.Errorf("%w: %s and %s are both set, and differ; unset one",
					api.ErrInvalidArgument, before.source, variable)
			}
		}
	}
	return values, nil
}

// readFiles adds what the files say. One of the usual ones that cannot be read is needed only if something is missing
// before it; what comes after it must not take its place then.
func (f *found) readFiles(files []place, layers []layer) ([]layer, error) {
	for _, file := range files {
		l, warnings, err := file.read()
		switch {
		case file.usual && errors.Is(err, fs.ErrNotExist):
		case err != nil && !file.usual:
			return nil, fmt.Errorf("%w: %s: %w", api.ErrInvalidArgument, file.path, err)
		case err != nil && !complete(layers):
			f.looked = append(f.looked, fmt.Sprintf("%s (which cannot be read: %v)", file.path, err))
			return layers, nil
		case err != nil:
			f.warn("%s cannot be read, and is ignored: %v", file.path, err)
		case len(l.values) == 0:
			f.looked = append(f.looked, file.path+" (which has no setting below okta.client)")
		default:
			f.looked = append(f.looked, file.path)
		}
		layers, f.warnings = append(layers, l), append(f.warnings, warnings...)
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
func (p place) read() (l layer, warnings []string, err error) {
	data, mode, err := readFile(p.path)
	if err != nil {
		return layer{}, nil, err
	}
	y := yamlFile{path: p.path, local: p.local, values: map[Setting]value{}}
	if err := y.parse(data); err != nil {
		return layer{}, nil, err
	}
	l = layer{values: y.values, file: true, local: p.local}
	secret := l.has(Token, ProxyPassword) || isKey(y.values[PrivateKey].text)
	return l, append(y.warnings, exposure(p.path, mode, secret)...), nil
}

// identity are the settings of a credential. They are not mixed: the files behind the first one with a credential add
// nothing to them.
var identity = []Setting{AuthorizationMode, Token, ClientID, Scopes, PrivateKey, PrivateKeyID, DPoPEnabled}

// merge takes each setting from the first place that has it, and the credential from the first that has one.
func (f *found) merge(layers []layer) {
	decided, identified := false, false // by an earlier layer; by an earlier file
	for _, l := range layers {
		for _, setting := range slices.Sorted(maps.Keys(l.values)) {
			v, isSet := l.values[setting], f.has(setting)
			switch {
			case setting == OrgURL && f.values[OrgURL].local:
				f.hiddenOrg = v
			case isSet, identified && slices.Contains(identity, setting):
			case decided && (setting == Token || setting == PrivateKey): // one of the other kind
				f.warn("%s (from %s) is ignored, since another credential comes before it", setting, v.source)
			case decided && setting == AuthorizationMode && (Mode(v.text) == ModePrivateKey) != f.has(PrivateKey):
			default:
				f.values[setting] = v
			}
		}
		decided = decided || l.has(Token, PrivateKey)
		identified = identified || l.file && l.has(Token, PrivateKey)
	}
}

func (f *found) warn(format string, args ...any) {
	f.warnings = append(f.warnings, fmt.Sprintf(format, args...))
}

func (f found) has(setting Setting) bool { _, ok := f.values[setting]; return ok }
