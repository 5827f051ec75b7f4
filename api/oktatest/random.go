package oktatest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/fnv"
	"math/rand/v2"
)

// newRandom returns the source of one part of the data, so that a change to another part leaves it alone.
func newRandom(seed uint64, part string) *rand.Rand {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(part))
	return rand.New(rand.NewPCG(seed, hash.Sum64()))
}

// randomID returns an id like Okta's: a prefix for its kind, and 17 letters and digits.
func randomID(random *rand.Rand, prefix string) string {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	id := []byte(prefix)
	for range 17 {
		id = append(id, alphabet[random.IntN(len(alphabet))])
	}
	return string(id)
}

// requestID returns an id like Okta's, 32 hex digits.
func (o *Org) requestID() string { return hex.EncodeToString(o.randomBytes()) }

// errorID returns an id like Okta's, 25 characters.
func (o *Org) errorID() string { return "oae" + base64.RawURLEncoding.EncodeToString(o.randomBytes()) }

func (o *Org) randomBytes() []byte {
	bytes := binary.LittleEndian.AppendUint64(nil, o.random.Uint64())
	return binary.LittleEndian.AppendUint64(bytes, o.random.Uint64())
}
