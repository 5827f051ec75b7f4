package main

import (
	"math/rand/v2"
	"net/http"
	"time"

	"example.com/apptokens/api/oktatest"
)

// faults are all that can go wrong, except lies that no client could notice: a full page that claims to be the last
// one, or a 404 for a token that exists.
var faults = []func(r *rand.Rand) oktatest.Fault{
	func(r *rand.Rand) oktatest.Fault {
		return oktatest.Status([]int{500, 502, 503, 504, 429, 418}[r.IntN(6)])
	},
	func(r *rand.Rand) oktatest.Fault { return oktatest.Status([]int{401, 403}[r.IntN(2)]) },
	func(r *rand.Rand) oktatest.Fault {
		return oktatest.HTML([]int{200, 403, 502}[r.IntN(3)]).On(http.MethodGet)
	},
	func(r *rand.Rand) oktatest.Fault { return oktatest.Redirect(302, "https://elsewhere.example/") },
	func(r *rand.Rand) oktatest.Fault { return oktatest.Body(503, "application/json", "\x1f\x8b not gzip") },
	func(r *rand.Rand) oktatest.Fault { return oktatest.Challenge(401, "invalid_token", "it ended") },
	func(r *rand.Rand) oktatest.Fault {
		return oktatest.SlowFirstByte(time.Duration(r.IntN(1200)) * time.Millisecond)
	},
	func(r *rand.Rand) oktatest.Fault { return oktatest.Throttle(time.Second) },
	func(r *rand.Rand) oktatest.Fault { return oktatest.UsedUp(time.Second) },
	func(r *rand.Rand) oktatest.Fault { return oktatest.Header("Date", "") },
	func(r *rand.Rand) oktatest.Fault { return oktatest.Header("X-Rate-Limit-Reset", "soon") },
	func(r *rand.Rand) oktatest.Fault { return oktatest.ForeignNext("https://elsewhere.example/api") },
	always(oktatest.ConcurrentLimit), always(oktatest.DropBefore), always(oktatest.DropAfter), always(oktatest.CutBody),
	always(oktatest.TruncateBody), always(oktatest.FoldedLinks), always(oktatest.MalformedLink), always(oktatest.NoLinks),
	always(oktatest.LoopingNext), always(oktatest.NextWithoutExpand), always(oktatest.PunctuatedCursor),
	always(oktatest.RelativeNext),
}

func always(fault func() oktatest.Fault) func(*rand.Rand) oktatest.Fault {
	return func(*rand.Rand) oktatest.Fault { return fault() }
}

// trouble makes something go wrong.
func (s *soak) trouble(r *rand.Rand) {
	switch r.IntN(20) {
	case 0:
		s.org.RotateNonce()
	case 1:
		s.org.RevokeAccessTokens()
	default:
		s.org.Inject(faults[r.IntN(len(faults))](r).Times(1 + r.IntN(3)))
	}
}
