package oktatest

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// cursor makes a position opaque: a number that only this app of this org can read, so that clients which count or
// guess get an error.
func (a *app) cursor(position int) string {
	masked := binary.BigEndian.AppendUint64(nil, uint64(position)*cursorFactor^a.key)
	return base64.RawURLEncoding.EncodeToString(masked)
}

// Their product is 1 modulo 2^64. The factor spreads neighbouring positions over all bits.
const (
	cursorFactor  = 0x9e3779b97f4a7c15
	cursorInverse = 0xf1de83e19937733d
)

// punctuation may end a cursor and means nothing, see [PunctuatedCursor].
const punctuation = ",;"

func (a *app) position(cursor string) (int, bool) {
	masked, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(cursor, punctuation))
	if err != nil || len(masked) != 8 {
		return 0, false
	}
	position := (binary.BigEndian.Uint64(masked) ^ a.key) * cursorInverse
	if position == 0 || position >= uint64(len(a.records)) {
		return 0, false
	}
	return int(position), true
}
