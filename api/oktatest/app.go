package oktatest

import (
	"cmp"
	"slices"
	"time"

	"example.com/apptokens/gen"
)

// app is an app with its tokens.
type app struct {
	id, title string
	key       uint64 // masks its cursors
	records   []record
	index     map[string]int // of a token in records
	added     int            // tokens so far, including revoked ones
}

// record is a token in a compact form, because an org may hold millions.
type record struct {
	id               string // empty once revoked
	position         uint32 // how many were added before
	user, server     uint8
	scopes           uint8
	created, expires int64 // milliseconds since 1970
	custom           *gen.Token
}

func newApp(seed uint64, id string, tokens int, d directory, now time.Time) *app {
	random := newRandom(seed, id)
	a := &app{id: id, title: "App " + id, key: random.Uint64(), index: make(map[string]int, tokens)}
	day := 24 * time.Hour
	for range tokens {
		a.add(record{
			id:      randomID(random, "oar"),
			user:    uint8(random.IntN(len(d.users))),
			server:  uint8(random.IntN(len(d.servers))),
			scopes:  uint8(random.IntN(len(scopeSets))),
			created: now.Add(-time.Duration(random.Int64N(int64(180 * day)))).UnixMilli(),
			expires: now.Add(time.Duration(random.Int64N(int64(90 * day)))).UnixMilli(),
		})
	}
	return a
}

func (a *app) add(r record) {
	r.position = uint32(a.added)
	a.added++
	a.index[r.id] = len(a.records)
	a.records = append(a.records, r)
}

// find returns a token, or nil.
func (a *app) find(tokenID string) *record {
	if i, ok := a.index[tokenID]; ok {
		return &a.records[i]
	}
	return nil
}

// revoke removes a token. Records of revoked tokens are dropped when they are more than the others.
func (a *app) revoke(r *record) {
	delete(a.index, r.id)
	*r = record{position: r.position}
	if 2*len(a.index) < len(a.records) {
		a.records = slices.DeleteFunc(a.records, func(r record) bool { return r.id == "" })
		for i, r := range a.records {
			a.index[r.id] = i
		}
	}
}

func (a *app) revokeAll() {
	a.records = nil
	clear(a.index)
}

// page returns up to limit tokens, starting at a position, and the position of the next token, or 0 if there is none.
// Revoking tokens does not change positions.
func (a *app) page(from, limit int) (records []record, next int) {
	start, _ := slices.BinarySearchFunc(a.records, from, func(r record, from int) int {
		return cmp.Compare(int(r.position), from)
	})
	for _, r := range a.records[start:] {
		if r.id == "" {
			continue
		}
		if len(records) == limit {
			return records, int(r.position)
		}
		records = append(records, r)
	}
	return records, 0
}
