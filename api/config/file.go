package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
)

// maxFile bounds the size of a file, in bytes.
const maxFile = 1 << 20

// readFile reads a regular file. It checks that before opening it: a FIFO would wait for a writer, and opening a device
// may have side effects.
func readFile(path string) ([]byte, fs.FileMode, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, 0, withoutPath(err)
	case !info.Mode().IsRegular():
		return nil, 0, errors.New("it is not a regular file")
	case info.Size() > maxFile:
		return nil, 0, errors.New("it is larger than 1 MiB")
	}
	data, err := os.ReadFile(path)
	return data, info.Mode(), withoutPath(err)
}

// exposure returns a warning if others can change a file, or can read one that holds a secret.
func exposure(path string, mode fs.FileMode, secret bool) []string {
	switch {
	case runtime.GOOS == "windows":
	case secret && mode&0o004 != 0:
		return []string{fmt.Sprintf("%s holds a secret and is world-readable; chmod 600 %[1]s", path)}
	case mode&0o022 != 0:
		return []string{fmt.Sprintf("others can change %s; chmod go-w %[1]s", path)}
	}
	return nil
}

// withoutPath removes the path from an error, because it may be a key by mistake.
func withoutPath(err error) error {
	var failure *fs.PathError
	if errors.As(err, &failure) {
		return failure.Err
	}
	return err
}
