package interop_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

const (
	programLife = 5 * time.Minute  // after which a program is killed, whatever it does
	lineWait    = 60 * time.Second // for what a program is to say next
	maxLine     = 1 << 20          // bytes
)

// program is a program that runs in Node. It has to end with its stdin, which a test that dies closes as well.
type program struct {
	stdin io.Writer
	lines <-chan string
}

// startProgram runs `node ARGS`. All that the program says goes to the test's log.
func startProgram(t *testing.T, args ...string) *program {
	t.Helper()
	ctx, kill := context.WithTimeout(context.Background(), programLife)
	t.Cleanup(kill)
	command := exec.CommandContext(ctx, "node", args...)
	command.Env = append(os.Environ(), "FORCE_COLOR=0") // which some CI sets to 1
	command.Stderr = t.Output()
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := make(chan string, 1000) // so many may wait to be read before the program has to
	go func() {
		defer close(lines)
		scanner := bufio.NewScanner(io.TeeReader(stdout, t.Output()))
		scanner.Buffer(nil, maxLine)
		for scanner.Scan() {
			lines <- scanner.Text()
		}
	}()
	t.Cleanup(func() {
		_ = stdin.Close()
		for range lines { // Wait wants all of it read
		}
		if err := command.Wait(); err != nil {
			t.Errorf("node %s: %v", strings.Join(args, " "), err)
		}
	})
	return &program{stdin, lines}
}

// next returns the next line of the program's stdout.
func (p *program) next(t *testing.T) string {
	t.Helper()
	select {
	case line, ok := <-p.lines:
		if !ok {
			t.Fatal("the program has ended")
		}
		return line
	case <-time.After(lineWait):
		t.Fatal("the program has nothing to say")
	}
	return ""
}

// until returns the next lines, up to and with the first that holds a text.
func (p *program) until(t *testing.T, text string) (lines []string) {
	t.Helper()
	for {
		line := p.next(t)
		lines = append(lines, line)
		if strings.Contains(line, text) {
			return lines
		}
	}
}
