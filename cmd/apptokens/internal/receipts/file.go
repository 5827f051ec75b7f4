// Package receipts keeps a file of the outcomes of tokens, one receipt per line. The file is evidence: a receipt is on
// disk before anybody acts on it, and no byte is ever removed except the torn end of a receipt.
package receipts

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// File is a file of receipts, locked against other processes until it is closed. A nil *File records nothing. A File is
// not safe for concurrent use.
type File struct {
	disk   disk
	path   string
	org    string
	size   int64             // of whole lines
	last   map[token]Receipt // of every org
	broken error             // why no more can be recorded
}

type token struct{ org, app, id string }

// disk is the part of *os.File that recording needs.
type disk interface {
	io.WriterAt
	io.Closer
	Stat() (os.FileInfo, error)
	Fd() uintptr
	Sync() error
	Truncate(size int64) error
}

// ErrLocked means that another process has the file open.
var ErrLocked = errors.New("another sweep is writing to it")

// Open opens the file of receipts at path, or creates it with mode 0600, for the org with the URL org. It removes a
// last line that a crash or a full disk cut off, and completes one that lacks only its line end. It rejects, and does
// not change, a file that is not regular, that another process has opened, or that has a line that is not a receipt. It
// keeps and ignores receipts of other orgs.
//
// Open follows symbolic links, even to a file that does not exist yet. Line ends may be CR LF.
func Open(path, org string) (*File, error) {
	info, missing := os.Stat(path)
	if missing == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path) // opening a pipe or a device may block forever
	}
	// Without O_APPEND, because Windows does not truncate a file that is opened with it.
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	f := &File{disk: file, path: path, org: normalize(org), last: map[token]Receipt{}}
	if err = lock(file); err == nil {
		err = f.load(file)
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if missing != nil {
		syncDirectory(path)
	}
	return f, nil
}

// load reads the whole file before it repairs the end.
func (f *File) load(file io.Reader) error {
	reader := bufio.NewReaderSize(file, maxLine)
	for number := 1; ; number++ {
		line, err := reader.ReadSlice('\n')
		atEnd := errors.Is(err, io.EOF)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return notReceipt(number, line, fmt.Errorf("it is longer than %d bytes", maxLine))
		case err != nil && !atEnd:
			return err
		case atEnd && len(line) == 0:
			return nil
		case atEnd && isTorn(line):
			return f.disk.Truncate(f.size)
		}
		r, err := decode(line)
		if err != nil {
			return notReceipt(number, line, err)
		}
		f.take(r)
		f.size += int64(len(line))
		if atEnd {
			return f.write([]byte("\n"))
		}
	}
}

func notReceipt(number int, line []byte, why error) error {
	advice := "choose a file of receipts or a new one"
	if bytes.HasSuffix(line, []byte{0}) { // file systems leave zeros where a crash lost what was written
		advice = "if the machine crashed, remove that line from a copy of the file and use the copy"
	}
	return fmt.Errorf("line %d is not a receipt: %w; %s", number, why, advice)
}

// take keeps the last receipt of each token.
func (f *File) take(r Receipt) { f.last[token{normalize(r.Org), r.AppID, r.TokenID}] = r }

// Elsewhere returns, for each other org, how many of its tokens are not known to be gone.
func (f *File) Elsewhere() map[string]int {
	open := map[string]int{}
	if f == nil {
		return open
	}
	for t, r := range f.last {
		if t.org != f.org && !r.isGone() {
			open[t.org]++
		}
	}
	return open
}

// Unfinished returns the last receipt of each token of the org that is not known to be gone, oldest first. A failed
// revocation may still have taken effect, and so may one with an outcome that only a later version knows.
func (f *File) Unfinished() []Receipt { return f.receipts(false) }

// Finished returns the last receipt of each token of the org that is known to be gone, oldest first.
func (f *File) Finished() []Receipt { return f.receipts(true) }

func (f *File) receipts(gone bool) (found []Receipt) {
	if f == nil {
		return nil
	}
	for t, r := range f.last {
		if t.org == f.org && gone == r.isGone() {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b Receipt) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.AppID, b.AppID), cmp.Compare(a.TokenID, b.TokenID))
	})
	return found
}

// Append records receipts. When it returns nil, all of them are on disk. When it returns an error, it has undone its
// write, and the next call may succeed. If it cannot undo the write, every later call returns the same error.
func (f *File) Append(all ...Receipt) error {
	if f == nil || len(all) == 0 {
		return nil
	}
	var lines []byte
	for _, r := range all {
		line, err := encode(r)
		if err != nil {
			return fmt.Errorf("receipt of app %q, token %q: %w", r.AppID, r.TokenID, err)
		}
		lines = append(lines, line...)
	}
	if err := f.write(lines); err != nil {
		return fmt.Errorf("receipts: %w", err)
	}
	for _, r := range all {
		f.take(r)
	}
	return nil
}

func (f *File) write(lines []byte) error {
	if f.broken != nil {
		return f.broken
	}
	info, err := f.disk.Stat()
	if err != nil {
		return err
	}
	if there, err := os.Stat(f.path); err != nil || !os.SameFile(info, there) {
		return fmt.Errorf("%s was moved or deleted meanwhile; nothing more is written to it", f.path)
	}
	if info.Size() != f.size {
		return fmt.Errorf("another program has changed %s meanwhile; nothing more is written to it", f.path)
	}
	if _, err = f.disk.WriteAt(lines, f.size); err == nil {
		err = f.disk.Sync()
	}
	if err == nil {
		f.size += int64(len(lines))
	} else if f.disk.Truncate(f.size) != nil {
		f.broken = err
	}
	return err
}

// Close unlocks the file.
func (f *File) Close() error {
	if f == nil {
		return nil
	}
	unlock(f.disk.Fd())
	return f.disk.Close()
}

// syncDirectory keeps a crash from losing a new file. It ignores errors, because not every system can sync a directory.
func syncDirectory(path string) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if directory, err := os.Open(filepath.Dir(path)); err == nil {
		_ = directory.Sync()
		_ = directory.Close()
	}
}
