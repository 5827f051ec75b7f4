//go:build unix

package main

import (
	"os"
	"syscall"
	"time"
)

// die ends the process by a signal that no longer has a handler, so that a shell's loop ends, too.
func die(sig os.Signal) {
	_ = syscall.Kill(os.Getpid(), sig.(syscall.Signal))
	time.Sleep(time.Second) // until it is delivered
}
