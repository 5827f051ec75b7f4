// Package panics carries a panic from the goroutine where it began to one where the caller can recover.
package panics

import (
	"fmt"
	"runtime/debug"
)

// Carried is a panic of another goroutine, with the stack that it had there. Panic with it, so that the stack is shown.
type Carried struct {
	value any
	stack []byte
}

// Catch, if it is deferred, stops a panic and stores it in carried.
func Catch(carried **Carried) {
	if value := recover(); value != nil {
		*carried = &Carried{value, debug.Stack()}
	}
}

func (c *Carried) Error() string { return fmt.Sprintf("%v\n\n%s", c.value, c.stack) }

// Unwrap returns the value, if it is an error.
func (c *Carried) Unwrap() error {
	err, _ := c.value.(error)
	return err
}
