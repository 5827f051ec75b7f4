//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package receipts

import (
	"errors"
	"os"
	"syscall"
)

// lock locks the file until it is closed or the process ends.
func lock(file *os.File) error {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return ErrLocked
	case err != nil:
		return os.NewSyscallError("flock", err)
	}
	return nil
}

// unlock ends the lock at once. Otherwise, a process that is being started holds it a little longer than the file is open.
func unlock(descriptor uintptr) { _ = syscall.Flock(int(descriptor), syscall.LOCK_UN) }
