package main

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

// resources are what a process holds.
type resources struct {
	goroutines, files int
	heap              uint64
}

// measure waits until connections that were closed are gone.
func measure() resources {
	for end := time.Now().Add(time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	files, _ := os.ReadDir("/proc/self/fd") // elsewhere, files are not counted
	return resources{runtime.NumGoroutine(), len(files), stats.HeapAlloc}
}

// grownSince returns an error if more is held than chance explains, and than the org remembers of the latest proofs of
// possession, which it keeps 100,000 of (8 MiB).
func (r resources) grownSince(before resources) error {
	if r.goroutines > before.goroutines+5 || r.files > before.files+5 || r.heap > before.heap+16<<20 {
		return fmt.Errorf("a leak: %d goroutines, %d files and %d bytes, and %d, %d and %d after the second round",
			r.goroutines, r.files, r.heap, before.goroutines, before.files, before.heap)
	}
	return nil
}
