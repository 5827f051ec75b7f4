package header

import (
	"runtime/debug"
	"testing"
)

func TestTheUserAgentHasTheVersionOfTheModule(t *testing.T) {
	t.Parallel()
	module := func(path, version string) *debug.Module { return &debug.Module{Path: path, Version: version} }
	replaced := func(by *debug.Module) []*debug.Module {
		return []*debug.Module{{Path: "example.com/apptokens", Version: "v0.0.0", Replace: by}}
	}
	tests := map[string]struct {
		info debug.BuildInfo
		want string
	}{
		"a release of the command": {debug.BuildInfo{Main: *module("example.com/apptokens", "v1.2.3")}, "1.2.3"},
		"built from a checkout": {debug.BuildInfo{Main: *module("example.com/apptokens", "v0.0.0-20260102030405-0123456789ab+dirty")},
			"0.0.0-20260102030405-0123456789ab+dirty"},
		"run from a checkout": {debug.BuildInfo{Main: *module("example.com/apptokens", "(devel)")}, "devel"},
		"a program that imports it": {debug.BuildInfo{Main: *module("example.com/program", "v9.9.9"), Deps: []*debug.Module{
			module("example.com/other", "v8.8.8"), module("example.com/apptokens", "v1.2.3"),
		}}, "1.2.3"},
		"replaced by a folder": {debug.BuildInfo{Deps: replaced(module("../apptokens", ""))}, "devel"},
		"replaced by a fork":   {debug.BuildInfo{Deps: replaced(module("example.com/fork", "v1.2.4"))}, "1.2.4"},
		"without build info":   {debug.BuildInfo{}, "devel"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := version(&test.info); got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}
