package oktatest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash/fnv"
	"math/rand/v2"
)

// newRandom returns the random source of one part of the data. Each part has its own, so that a change to one does not
// change the others.
func newRandom(seed uint64, part string) *rand.Rand {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(part))
	return rand.New(rand.NewPCG(seed, hash.Sum64()))
}

// randomID returns an ID like Okta's: a prefix for its kind, and 17 letters and digits.
func randomID(random *rand.Rand, prefix string) string {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	id := []byte(prefix)
	for range 17 {
		id = append(id, alphabet[random.IntN(len(alphabet))])
	}
	return string(id)
}

// requestID returns a request ID like Okta's, of 32 hex digits.
func (o *Org) requestID() string { return hex.EncodeToString(o.randomBytes()) }

// errorID returns an error ID like Okta's, of 25 characters.
func (o *Org) errorID() string { return "oae" + base64.RawURLEncoding.EncodeToString(o.randomBytes()) }

func (o *Org) randomBytes() []byte {
	bytes := binary.LittleEndian.AppendUint64(nil, o.random.Uint64())
	return binary.LittleEndian.AppendUint64(bytes, o.random.Uint64())
}
