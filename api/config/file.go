package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// maxFile bounds what is read, in bytes.
const maxFile = 1 << 20

// readFile reads a regular file. A FIFO or a device might never end, and is refused without a wait.
func readFile(path string) (data []byte, mode fs.FileMode, err error) {
	if mode, err = regular(os.Stat(path)); err != nil { // to open some devices does something
		return nil, 0, err
	}
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, withoutPath(err)
	}
	defer file.Close()
	if mode, err = regular(file.Stat()); err != nil {
		return nil, 0, err
	}
	if data, err = io.ReadAll(io.LimitReader(file, maxFile+1)); err != nil {
		return nil, 0, withoutPath(err)
	}
	if len(data) > maxFile {
		return nil, 0, errors.New("it is larger than a mebibyte")
	}
	return data, mode, nil
}

func regular(info fs.FileInfo, err error) (fs.FileMode, error) {
	switch {
	case err != nil:
		return 0, withoutPath(err)
	case !info.Mode().IsRegular():
		return 0, errors.New("it is not a regular file")
	}
	return info.Mode(), nil
}

// exposure warns of a file that others can read, if it holds a secret, or can change.
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

// withoutPath keeps of an error what happened: what was taken for a path may be a key.
func withoutPath(err error) error {
	var failure *fs.PathError
	if errors.As(err, &failure) {
		return failure.Err
	}
	return err
}
