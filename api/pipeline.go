package api

import (
	"context"
	"errors"
	"net/url"
	"sync"

	"example.com/apptokens/api/internal/panics"
)

// run yields the pages in order, then the error that ended the listing, if one did. From the second page on, it fetches
// one page ahead of the loop that consumes them.
func (l *listing) run(ctx context.Context, yield func(Page, error) bool) {
	var running sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer running.Wait()
	defer cancel()
	start := func(link string) *pendingPage {
		page := &pendingPage{listing: l, link: link, next: make(chan string, 1), done: make(chan struct{})}
		page.ctx, page.cancel = context.WithCancel(ctx)
		page.target, page.refused = l.follow(link)
		running.Go(page.fetch)
		return page
	}
	current, linkError := start(l.call.start), l.call.failed(nil)
	for first := true; ; first = false {
		var ahead *pendingPage
		if !first {
			if next := <-current.next; next != "" {
				ahead = start(next)
			}
		}
		<-current.done
		switch {
		case current.panicked != nil:
			panic(current.panicked)
		case current.refused != nil:
			linkError.Err = current.refused
			yield(Page{}, linkError)
			return
		case current.err != nil:
			yield(Page{}, current.err)
			return
		}
		next := current.page.Next
		linkError = current.linkError
		if !yield(current.page, nil) || next == "" {
			return
		}
		if ahead != nil && ahead.link != next { // a second attempt at the current page gave another link
			ahead.cancel()
			if ahead.target != nil {
				delete(l.followed, ahead.target.RawQuery)
			}
			ahead = nil
		}
		if ahead == nil {
			ahead = start(next)
		}
		current = ahead
	}
}

// pendingPage is a page that is being fetched.
type pendingPage struct {
	listing *listing
	ctx     context.Context
	cancel  context.CancelFunc
	link    string        // leads to this page
	target  *url.URL      // of link
	refused error         // why link is not followed
	next    chan string   // brings the link to the page after it, or ""
	done    chan struct{} // closed when the fields below are final

	page      Page
	linkError *Error // for the listing to fail with if the link to the next page is refused; lacks the reason
	err       error
	panicked  *panics.Carried // for example by an editor; run panics with it where the loop can recover
}

func (p *pendingPage) fetch() {
	announce := func(next string) {
		select {
		case p.next <- next:
		default: // announced earlier
		}
	}
	defer close(p.done)
	defer func() { announce(p.page.Next) }()
	defer p.cancel()
	defer panics.Catch(&p.panicked)
	if p.refused != nil {
		return
	}
	p.err = p.listing.call.failed(errors.New("the goroutine of a request has exited")) // unless it returns
	p.page, p.linkError, p.err = p.listing.fetch(p.ctx, p.target, announce)
}
