package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"example.com/apptokens/api/bulk"
)

// receipt is the record of what became of a token, and before that of the plan to revoke it: a program that is killed
// between a revocation and its receipt must not lose it.
type receipt struct {
	Time    time.Time    `json:"time"`
	Org     string       `json:"org"`
	AppID   string       `json:"appId"`
	TokenID string       `json:"tokenId"`
	UserID  string       `json:"userId,omitempty"`
	Outcome bulk.Outcome `json:"outcome"`
	Error   string       `json:"error,omitempty"`
}

const planned bulk.Outcome = "planned"

func (s *sweep) newReceipt(m bulk.Match, outcome bulk.Outcome, err error) receipt {
	r := receipt{Time: s.now().UTC(), Org: s.settings.OrgURL, AppID: m.AppID, TokenID: m.Token.ID, UserID: m.Token.UserID, Outcome: outcome}
	if err != nil {
		r.Error = shortError(err)
	}
	return r
}

// receipts is a file of receipts, as JSON lines. Each is on the disk before it is shown.
type receipts struct {
	file *os.File
	open map[tokenKey]receipt // planned earlier, and not known to be gone
	apps map[string]bool      // that were listed this time
}

// tokenKey names a token.
type tokenKey struct{ app, token string }

// openReceipts reads what the file holds for an org, and locks it. A last line that broke off when the disk was full, or
// the process killed, is cut away.
func openReceipts(path, org string) (*receipts, error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path) // to read a pipe or a device may never end
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	r := &receipts{file: file, open: map[tokenKey]receipt{}}
	if err := errors.Join(lock(file), r.read(org)); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

func (r *receipts) read(org string) error {
	reader, whole := bufio.NewReader(r.file), int64(0)
	for n := 1; ; n++ {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			if len(line) > 0 {
				return r.file.Truncate(whole)
			}
			return nil
		}
		if err != nil {
			return err
		}
		whole += int64(len(line))
		var one receipt
		if err := json.Unmarshal(line, &one); err != nil || one.TokenID == "" {
			return fmt.Errorf("line %d is no receipt; want a file of receipts, or a new one", n)
		}
		if one.Org == org {
			r.take(one)
		}
	}
}

// take keeps what is planned until it is known to be gone. What failed may have been revoked all the same.
func (r *receipts) take(one receipt) {
	switch key := (tokenKey{one.AppID, one.TokenID}); one.Outcome {
	case planned:
		r.open[key] = one
	case bulk.Revoked, bulk.Gone:
		delete(r.open, key)
	}
}

// write appends receipts, and returns once they are on the disk. Without a file there is nothing to do.
func (r *receipts) write(all ...receipt) error {
	if r == nil || len(all) == 0 {
		return nil
	}
	var lines bytes.Buffer
	for _, one := range all {
		line, err := encode(one)
		if err != nil {
			return err
		}
		lines.Write(append(line, '\n'))
	}
	if _, err := r.file.Write(lines.Bytes()); err != nil {
		return fmt.Errorf("receipts: %w", err)
	}
	if err := r.file.Sync(); err != nil {
		return fmt.Errorf("receipts: %w", err)
	}
	return nil
}

func (r *receipts) close() error {
	if r == nil {
		return nil
	}
	return r.file.Close()
}

// listed notes which of the tokens without an outcome are still there.
func (r *receipts) listed(page bulk.Listed) {
	if r == nil {
		return
	}
	if r.apps == nil {
		r.apps = map[string]bool{}
	}
	r.apps[page.AppID] = true
	for _, token := range page.Tokens {
		delete(r.open, tokenKey{page.AppID, token.ID})
	}
}

// missing returns receipts for tokens that an earlier sweep had planned to revoke, and that are not listed any more: it
// was killed before it could say so.
func (r *receipts) missing(now time.Time) (gone []receipt) {
	if r == nil {
		return nil
	}
	for _, one := range r.open {
		if r.apps[one.AppID] {
			one.Time, one.Outcome, one.Error = now.UTC(), bulk.Gone, ""
			gone = append(gone, one)
		}
	}
	return gone
}
