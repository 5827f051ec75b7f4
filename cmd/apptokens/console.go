package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// console is where the command reads and writes.
type console struct {
	in           io.Reader
	out, err     io.Writer
	canAsk       bool // a person sits at in and err
	showProgress bool // err is a terminal
	getenv       func(string) string

	started bool // a command's own code runs
}

// confirm asks the person to type a word. Anything else is a no.
func (c *console) confirm(question, word string) (bool, error) {
	fmt.Fprintf(c.err, "%s Type %s to go on: ", question, word)
	line, err := bufio.NewReader(c.in).ReadString('\n')
	if err != nil && err != io.EOF {
		return false, err
	}
	return strings.TrimSpace(line) == word, nil
}

// progress is a line at the bottom of the terminal that says what goes on. Without a terminal it shows nothing.
type progress struct {
	console *console
	shown   bool
}

const clearLine = "\r\x1b[K"

func (p *progress) show(format string, args ...any) {
	if !p.console.showProgress {
		return
	}
	fmt.Fprintf(p.console.err, clearLine+format, args...)
	p.shown = true
}

// clear makes room for output.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.console.err, clearLine)
		p.shown = false
	}
}

// note leaves a line on the terminal.
func (p *progress) note(format string, args ...any) {
	p.clear()
	if p.console.showProgress {
		fmt.Fprintf(p.console.err, format+"\n", args...)
	}
}
