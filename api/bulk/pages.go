package bulk

import (
	"context"
	"iter"
	"slices"
	"sync"

	"example.com/apptokens/api"
	"example.com/apptokens/api/internal/panics"
)

// DefaultConcurrency is how many apps are listed, and tokens revoked, at once. More rarely helps: the rate limit
// dominates.
const DefaultConcurrency = 8

// These bound the pages that are ahead of the loop: of one app, and of all.
const appAhead, allAhead = 8, 64

// Page is one page of the listing of an app.
type Page struct {
	AppID string
	api.Page
}

// Pages lists several apps at once, and yields their pages in the order of appIDs. An app whose ID is
// repeated is listed once. An error ends the listing of the app in Page.AppID; if the loop continues, so do the other
// listings. The last page of an app has no Next. [api.StartAt] works with one app only, because a link belongs to one.
//
// concurrency bounds the apps that are listed at once; 0 means [DefaultConcurrency]. Each listing has one request in
// flight at its first page, and up to two from then on. Apps whose turn has not come keep up to eight pages each, and 64
// in all, besides those that [api.Client.Pages] holds. A loop that ends early cancels requests in flight and leaks no
// goroutine.
func Pages(
	ctx context.Context, client *api.Client, appIDs []string, concurrency int, opts ...api.ListOption,
) iter.Seq2[Page, error] {
	known := map[string]bool{}
	appIDs = slices.DeleteFunc(slices.Clone(appIDs), func(appID string) bool {
		repeated := known[appID]
		known[appID] = true
		return repeated
	})
	return func(yield func(Page, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		l := lister{ctx: ctx, client: client, options: opts, left: make(chan struct{})}
		defer l.running.Wait()
		defer close(l.left)
		defer cancel() // first, so that a listing that was waiting sends nothing more
		atOnce := concurrency
		if atOnce <= 0 {
			atOnce = DefaultConcurrency
		}
		if atOnce = min(atOnce, len(appIDs)); atOnce > 1 {
			l.ahead = min(appAhead, allAhead/atOnce)
		}
		var listings []<-chan delivery
		for i := range appIDs {
			for len(listings) < min(i+atOnce, len(appIDs)) {
				listings = append(listings, l.list(appIDs[len(listings)]))
			}
			for d := range listings[i] {
				if d.panicked != nil {
					panic(d.panicked)
				}
				if !yield(d.page, d.err) {
					return
				}
			}
		}
	}
}

// lister lists apps ahead of the loop over their pages.
type lister struct {
	ctx     context.Context
	client  *api.Client
	options []api.ListOption
	ahead   int           // pages of an app that may wait for their turn
	left    chan struct{} // closed when the loop has ended
	running sync.WaitGroup
}

// delivery is a page, the error that ended a listing, or a panic, which goes on where the loop can recover from it.
type delivery struct {
	page     Page
	err      error
	panicked *panics.Carried
}

// list begins to list an app.
func (l *lister) list(appID string) <-chan delivery {
	pages := make(chan delivery, l.ahead)
	deliver := func(d delivery) {
		select {
		case pages <- d:
		case <-l.left: // and the context has ended
		}
	}
	l.running.Go(func() {
		defer close(pages)
		var panicked *panics.Carried
		defer func() {
			if panicked != nil {
				deliver(delivery{panicked: panicked})
			}
		}()
		defer panics.Catch(&panicked)
		for page, err := range l.client.Pages(l.ctx, appID, l.options...) {
			deliver(delivery{page: Page{appID, page}, err: err})
		}
	})
	return pages
}
