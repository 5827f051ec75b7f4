//go:build unix

package main

import (
	"os"
	"syscall"
	"time"
)

// die ends the process by a signal that has no handler any more, so that a shell's loop ends with it.
func die(sig os.Signal) {
	_ = syscall.Kill(os.Getpid(), sig.(syscall.Signal))
	time.Sleep(time.Second) // until it is delivered
}
