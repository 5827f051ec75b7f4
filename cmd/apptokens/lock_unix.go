//go:build unix

package main

import (
	"errors"
	"os"
	"syscall"
)

// lock keeps a second sweep from writing into the same file. It ends with the process.
func lock(file *os.File) error {
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return errors.New("another sweep is writing to it")
	}
	return nil
}
