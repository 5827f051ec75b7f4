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

// Catch, if it is deferred, stops a panic and stores it in carried. A panic that was carried before keeps its first
// stack.
func Catch(carried **Carried) {
	value := recover()
	if before, ok := value.(*Carried); ok {
		*carried = before
	} else if value != nil {
		*carried = &Carried{value, debug.Stack()}
	}
}

func (c *Carried) Error() string { return fmt.Sprintf("%v\n\n%s", c.value, c.stack) }

// Unwrap returns the value, if it is an error.
func (c *Carried) Unwrap() error {
	err, _ := c.value.(error)
	return err
}
