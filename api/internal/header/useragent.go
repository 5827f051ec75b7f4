package header

import (
	"cmp"
	"runtime/debug"
	"strings"
	"sync"
)

// UserAgent returns the default User-Agent: apptokens-go and the version of this module in the running program.
var UserAgent = sync.OnceValue(func() string {
	info, _ := debug.ReadBuildInfo()
	return "apptokens-go/" + version(cmp.Or(info, &debug.BuildInfo{}))
})

// version returns the module's version, without its v. It is "devel" if no version is known, as in a checkout.
func version(info *debug.BuildInfo) string {
	for _, module := range append(info.Deps, &info.Main) {
		if module.Path != "example.com/apptokens" {
			continue
		}
		if module.Replace != nil {
			module = module.Replace
		}
		if number, found := strings.CutPrefix(module.Version, "v"); found {
			return number
		}
	}
	return "devel"
}
