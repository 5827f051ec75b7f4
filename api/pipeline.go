package api

import (
	"context"
	"fmt"
	"sync"
)

// pipeline fetches the pages of a listing, one ahead of the loop that consumes them.
type pipeline struct {
	ctx     context.Context
	listing *listing
	running sync.WaitGroup
}

// run yields the pages in order, then the error that ended the listing, if one did.
func (p *pipeline) run(yield func(Page, error) bool) {
	current := p.fetch(p.listing.start)
	current.run()
	for first := true; ; first = false {
		p.listing.remember(current.link)
		var ahead *fetch
		if !first {
			ahead = p.ahead(<-current.next)
		}
		<-current.done
		if current.err != nil {
			yield(Page{}, current.err)
			return
		}
		next := current.page.Next
		if !yield(current.page, nil) || next == "" {
			return
		}
		if p.listing.loops(next) {
			yield(Page{}, p.listing.failed(fmt.Errorf("%w: after %d pages a next link came again", ErrPaginationLoop, len(p.listing.followed))))
			return
		}
		if ahead == nil || ahead.link != next { // a second attempt at the current page gave another link
			ahead = p.start(next)
		}
		current = ahead
	}
}

// ahead starts to fetch a page before the loop has asked for it.
func (p *pipeline) ahead(next string) *fetch {
	if next == "" || p.listing.loops(next) {
		return nil
	}
	return p.start(next)
}

func (p *pipeline) start(link string) *fetch {
	f := p.fetch(link)
	p.running.Go(f.run)
	return f
}

func (p *pipeline) fetch(link string) *fetch {
	return &fetch{pipeline: p, link: link, next: make(chan string, 1), done: make(chan struct{})}
}

// fetch is a page on its way.
type fetch struct {
	*pipeline
	link string        // leads to this page
	next chan string   // brings the link to the page after it, or is closed
	done chan struct{} // closed when page and err are there
	page Page
	err  error
}

func (f *fetch) run() {
	defer close(f.done)
	defer close(f.next)
	f.page, f.err = f.listing.fetch(f.ctx, f.link, func(next string) {
		select {
		case f.next <- next:
		default: // announced by an earlier attempt
		}
	})
}
