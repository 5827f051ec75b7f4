package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/apptokens/api"
)

// Option says where [Load] looks.
type Option func(*places)

// places are where settings are looked for, in this order.
type places struct {
	explicit []given
	getenv   func(string) string
	files    []string
}

type given struct {
	setting Setting
	value
}

// With gives a setting a value that comes before all others. source is what errors call it, such as "--org-url".
func With(setting Setting, text, source string) Option {
	return func(p *places) {
		p.explicit = append(p.explicit, given{setting, value{text: text, source: source}})
	}
}

// WithEnvironment replaces [os.Getenv].
func WithEnvironment(getenv func(string) string) Option {
	return func(p *places) { p.getenv = getenv }
}

// WithFiles replaces the files that are read, if they exist, the first one before the others. The default is
// ./.okta.yaml and ~/.okta/okta.yaml.
func WithFiles(paths ...string) Option {
	return func(p *places) { p.files = paths }
}

// localFile is the one of the working directory.
const localFile = ".okta.yaml"

// found is what the search came to.
type found struct {
	values   map[Setting]value
	warnings []string
	files    []string // that exist, and what they lack
}

func search(opts []Option) (found, error) {
	places := places{getenv: os.Getenv, files: []string{localFile}}
	if home, err := os.UserHomeDir(); err == nil {
		places.files = append(places.files, filepath.Join(home, ".okta", "okta.yaml"))
	}
	for _, option := range opts {
		option(&places)
	}
	f := found{values: map[Setting]value{}}
	for _, given := range places.explicit {
		if given.text == "" {
			return found{}, problem(given.setting, given.value, "is empty")
		}
		f.set(given.setting, given.value)
	}
	for _, setting := range settings {
		if err := f.readEnvironment(setting, places.getenv); err != nil {
			return found{}, err
		}
	}
	for _, path := range places.files {
		values, warning, err := readFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return found{}, err
		}
		if len(values) == 0 {
			f.files = append(f.files, path+" (which has no setting below okta.client)")
		} else {
			f.files = append(f.files, path)
		}
		if warning != "" {
			f.warnings = append(f.warnings, warning)
		}
		for setting, value := range values {
			value.local = path == localFile
			f.set(setting, value)
		}
	}
	return f, nil
}

// set sets what is not set yet.
func (f found) set(setting Setting, v value) {
	if _, ok := f.values[setting]; !ok {
		f.values[setting] = v
	}
}

func (f found) readEnvironment(setting Setting, getenv func(string) string) error {
	variables := setting.variables()
	first, second := getenv(variables[0]), getenv(variables[1])
	switch {
	case first != "" && second != "" && first != second:
		return fmt.Errorf("%w: %s and %s are both set, and differ; unset one", api.ErrInvalidArgument, variables[0], variables[1])
	case first != "":
		f.set(setting, value{text: first, source: variables[0]})
	case second != "":
		f.set(setting, value{text: second, source: variables[1]})
	}
	return nil
}
