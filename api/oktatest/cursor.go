package oktatest

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
)

// cursor returns an opaque form of a position. Only the same app of the same org can read it, so that a client that
// computes cursors gets an error.
func (a *app) cursor(position int) string {
	masked := binary.BigEndian.AppendUint64(nil, uint64(position)*cursorFactor^a.key)
	return base64.RawURLEncoding.EncodeToString(masked)
}

// The product of these is 1 modulo 2^64. The factor spreads neighbouring positions over all bits.
const (
	cursorFactor  = 0x9e3779b97f4a7c15
	cursorInverse = 0xf1de83e19937733d
)

// punctuation is ignored at the end of a cursor, see [PunctuatedCursor].
const punctuation = ",;"

// position returns the position of a cursor, and reports whether the cursor is valid.
func (a *app) position(cursor string) (int, bool) {
	masked, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(cursor, punctuation))
	if err != nil || len(masked) != 8 {
		return 0, false
	}
	position := (binary.BigEndian.Uint64(masked) ^ a.key) * cursorInverse
	if position == 0 || position >= uint64(a.added) {
		return 0, false
	}
	return int(position), true
}
