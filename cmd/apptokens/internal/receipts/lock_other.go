//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package receipts

import (
	"errors"
	"os"
	"runtime"
)

// lock fails, because two sweeps would overwrite each other's receipts.
func lock(*os.File) error {
	return errors.New("receipts need file locks, which " + runtime.GOOS + " lacks")
}

func unlock(uintptr) {}
