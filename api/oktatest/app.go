package oktatest

import (
	"time"

	"example.com/apptokens/gen"
)

// app is an app with its tokens.
type app struct {
	id, title string
	key       uint64 // masks its cursors
	records   []record
	index     map[string]int
}

// record is a token in a compact form, because an org may hold millions.
type record struct {
	id               string // empty once revoked
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

func (a *app) revoke(r *record) {
	delete(a.index, r.id)
	*r = record{}
}

func (a *app) revokeAll() {
	clear(a.records)
	clear(a.index)
}

// page returns up to limit tokens, starting at a position, and the position of the next token, or 0 if there is none.
// Revoking tokens does not change positions.
func (a *app) page(from, limit int) (records []record, next int) {
	for i := from; i < len(a.records); i++ {
		if a.records[i].id == "" {
			continue
		}
		if len(records) == limit {
			return records, i
		}
		records = append(records, a.records[i])
	}
	return records, 0
}
