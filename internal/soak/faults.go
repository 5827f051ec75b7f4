package main

import (
	"math/rand/v2"
	"net/http"
	"time"

	"example.com/apptokens/api/oktatest"
)

// faults are all that can go wrong, in groups of the same weight, except lies that no client could notice: a full page
// that claims to be the last one, or a 404 for a token that exists.
var faults = [][]oktatest.Fault{
	{oktatest.Status(500), oktatest.Status(502), oktatest.Status(503), oktatest.Status(504), oktatest.Status(429),
		oktatest.Status(418)},
	{oktatest.Status(401), oktatest.Status(403)},
	{oktatest.HTML(200).On(http.MethodGet), oktatest.HTML(403).On(http.MethodGet), oktatest.HTML(502).On(http.MethodGet)},
	{oktatest.Redirect(302, "https://elsewhere.example/")},
	{oktatest.Body(503, "application/json", "\x1f\x8b not gzip")},
	{oktatest.Challenge(401, "invalid_token", "it ended")},
	{oktatest.SlowFirstByte(80 * time.Millisecond), oktatest.SlowFirstByte(1100 * time.Millisecond)},
	{oktatest.SlowBody(80 * time.Millisecond), oktatest.SlowBody(1100 * time.Millisecond)},
	{oktatest.Throttle(time.Second)}, {oktatest.UsedUp(time.Second)}, {oktatest.ConcurrentLimit()},
	{oktatest.Header("Date", "")}, {oktatest.Header("X-Rate-Limit-Reset", "soon")},
	{oktatest.DropBefore()}, {oktatest.DropAfter()}, {oktatest.CutBody()}, {oktatest.TruncateBody()},
	{oktatest.FoldedLinks()}, {oktatest.MalformedLink()}, {oktatest.NoLinks()}, {oktatest.LoopingNext()},
	{oktatest.ForeignLinks(`</api/v1/apps/0oaSoak1/tokens?limit=200>; rel="next"`),
		oktatest.ForeignLinks(`<?after=a>; rel="next", <?after=b>; rel="next"`)},
	{oktatest.ForeignNext("https://elsewhere.example/api")}, {oktatest.RelativeNext()},
	{oktatest.NextWithoutExpand()}, {oktatest.PunctuatedCursor()},
}

// trouble makes something go wrong, most likely with the next requests.
func (s *soak) trouble(r *rand.Rand) {
	for range 1 + r.IntN(3) {
		switch r.IntN(20) {
		case 0:
			s.org.RotateNonce()
		case 1:
			s.org.RevokeAccessTokens()
		case 2, 3, 4:
			select {
			case s.dueEchoes[methods[r.IntN(len(methods))]] <- r.Int():
			default: // one is due already
			}
		default:
			group := faults[r.IntN(len(faults))]
			s.org.Inject(group[r.IntN(len(group))].Times(1 + r.IntN(2)))
		}
	}
}
