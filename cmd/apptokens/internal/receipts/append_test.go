package receipts

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/apptokens/api/bulk"
)

const testOrg = "https://acme.okta.com"

// failingDisk fails where it has an error. A write that fails gets half of its bytes onto the disk.
type failingDisk struct {
	*os.File
	write, sync, truncate error
	synced                int64 // the size of the file at the last Sync
}

func (d *failingDisk) WriteAt(data []byte, offset int64) (int, error) {
	if d.write == nil {
		return d.File.WriteAt(data, offset)
	}
	n, _ := d.File.WriteAt(data[:len(data)/2], offset)
	return n, d.write
}

func (d *failingDisk) Sync() error {
	info, err := d.Stat()
	if err == nil {
		d.synced = info.Size()
	}
	return errors.Join(d.sync, err, d.File.Sync())
}

func (d *failingDisk) Truncate(size int64) error {
	if d.truncate != nil {
		return d.truncate
	}
	return d.File.Truncate(size)
}

func revoked(id string) Receipt {
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	return Receipt{Time: at, Org: testOrg, AppID: "0oa1", TokenID: id, Outcome: bulk.Revoked}
}

// openFailing returns a file with one receipt, and its disk.
func openFailing(t *testing.T) (*File, *failingDisk) {
	t.Helper()
	file, err := Open(filepath.Join(t.TempDir(), "receipts.jsonl"), testOrg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	if err := file.Append(revoked("oar1")); err != nil {
		t.Fatal(err)
	}
	disk := &failingDisk{File: file.disk.(*os.File)}
	file.disk = disk
	return file, disk
}

// tokens returns the IDs of the tokens in a file of whole receipts.
func tokens(t *testing.T, path string) (ids string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		r, err := decode([]byte(line))
		if err != nil || !strings.HasSuffix(line, "\n") {
			t.Errorf("%v in %q", err, line)
		}
		ids += r.TokenID + " "
	}
	return ids
}

func TestAFailedWriteLeavesWholeReceipts(t *testing.T) {
	t.Parallel()
	full := &os.PathError{Op: "write", Path: "receipts.jsonl", Err: syscall.ENOSPC}
	for name, fault := range map[string]failingDisk{"write": {write: full}, "sync": {sync: full}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file, disk := openFailing(t)
			disk.write, disk.sync = fault.write, fault.sync
			if err := file.Append(revoked("oar2"), revoked("oar3")); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("got %v, want that the disk is full", err)
			}
			if got := tokens(t, file.path); got != "oar1 " {
				t.Errorf("receipts of %s, want oar1", got)
			}
			disk.write, disk.sync = nil, nil
			if err := file.Append(revoked("oar4")); err != nil {
				t.Errorf("%v once there is room", err)
			}
			if disk.synced != file.size {
				t.Errorf("%d of %d bytes are on the disk", disk.synced, file.size)
			}
			if got := tokens(t, file.path); got != "oar1 oar4 " {
				t.Errorf("receipts of %s, want oar1 oar4", got)
			}
		})
	}
}

func TestNothingIsRecordedBehindAnEndThatCannotBeRemoved(t *testing.T) {
	t.Parallel()
	file, disk := openFailing(t)
	disk.write, disk.truncate = syscall.ENOSPC, syscall.EIO
	first := file.Append(revoked("oar2"))
	before, _ := os.ReadFile(file.path)
	disk.write, disk.truncate = nil, nil
	later := file.Append(revoked("oar3"))
	if after, _ := os.ReadFile(file.path); string(after) != string(before) {
		t.Errorf("the file was\n%s\nand is\n%s", before, after)
	}
	if !errors.Is(first, syscall.ENOSPC) || later == nil || later.Error() != first.Error() {
		t.Errorf("got %v, then %v", first, later)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	next, err := Open(file.path, testOrg)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(next.Append(revoked("oar4")), next.Close()); err != nil {
		t.Error(err)
	}
	if got := tokens(t, file.path); got != "oar1 oar4 " {
		t.Errorf("receipts of %s, want oar1 oar4", got)
	}
}

func TestWhatAnotherProgramWritesIsNotOverwritten(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int64{"more": 1000, "less": 10} {
		file, disk := openFailing(t)
		if err := disk.Truncate(size); err != nil {
			t.Fatal(err)
		}
		before, _ := os.ReadFile(file.path)
		err := file.Append(revoked("oar2"))
		if err == nil || !strings.Contains(err.Error(), "another program has changed "+file.path) {
			t.Errorf("%s: got %v", name, err)
		}
		if after, _ := os.ReadFile(file.path); string(after) != string(before) {
			t.Errorf("%s: the file was %q and is %q", name, before, after)
		}
	}
}

func TestAppendRefusesWhatOpenWould(t *testing.T) {
	t.Parallel()
	for says, change := range map[string]func(*Receipt){
		"it has no time":     func(r *Receipt) { r.Time = time.Time{} },
		"it has no app ID":   func(r *Receipt) { r.AppID = "" },
		"it has no token ID": func(r *Receipt) { r.TokenID = "" },
		"it has no outcome":  func(r *Receipt) { r.Outcome = "" },
		"it has no org":      func(r *Receipt) { r.Org = "" },
		"it takes ":          func(r *Receipt) { r.Error = strings.Repeat("x", maxLine) },
	} {
		file, _ := openFailing(t)
		r := revoked("oar3")
		change(&r)
		err := file.Append(revoked("oar2"), r)
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("token %q: %s", r.TokenID, says)) {
			t.Errorf("%s: got %v", says, err)
		}
		if got := tokens(t, file.path); got != "oar1 " {
			t.Errorf("%s: receipts of %s, want oar1", says, got)
		}
	}
}

func TestReceiptsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	for _, want := range samples {
		line, err := encode(want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := decode(line)
		if want.Time = want.Time.UTC(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v, got %+v, want %+v", err, got, want)
		}
		if strings.ContainsAny(string(line), "\x7f\u0085\u202e\u2028\U000e0001") || strings.Contains(string(line), `\u003c`) {
			t.Errorf("%q", line)
		}
	}
}

func TestWithoutAFileNothingIsRecorded(t *testing.T) {
	t.Parallel()
	var file *File
	if err := errors.Join(file.Append(Receipt{}), file.Close()); err != nil || file.Unfinished() != nil {
		t.Errorf("%v, unfinished %v", err, file.Unfinished())
	}
}
