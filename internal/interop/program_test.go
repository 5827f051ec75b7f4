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
	programLife = 5 * time.Minute  // after which a program is killed
	lineWait    = 60 * time.Second // for the next line of a program
	maxLine     = 1 << 20          // bytes
)

// program is a program that runs in Node. It must end at the end of its stdin, which is closed even if a test dies.
type program struct {
	stdin io.Writer
	lines <-chan string
}

// startProgram runs `node ARGS`. The program's output goes to the test's log.
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
	lines := make(chan string, 1000) // the program blocks only if more wait to be read
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
		for range lines { // all output must be read before Wait
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
		t.Fatal("the program prints nothing")
	}
	return ""
}

// until returns the next lines, up to and including the first that contains a text.
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
