package receipts

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// lock locks the file until it is closed or the process ends. On Windows only the holder of a lock can read or write
// what it covers, so it covers the last possible byte: other programs can still read the receipts.
func lock(file *os.File) error {
	err := windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{Offset: math.MaxUint32, OffsetHigh: math.MaxInt32})
	switch {
	case errors.Is(err, windows.ERROR_LOCK_VIOLATION):
		return ErrLocked
	case err != nil:
		return os.NewSyscallError("LockFileEx", err)
	}
	return nil
}

// unlock does nothing, because Windows ends the lock with the handle.
func unlock(uintptr) {}
