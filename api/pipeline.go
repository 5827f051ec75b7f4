package api

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
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
	current := p.prepare(p.listing.start)
	current.run()
	for page := 1; ; page++ {
		p.listing.followed[query(current.link)] = true
		var ahead *pending
		if page > 1 {
			ahead = p.ahead(<-current.next)
		}
		<-current.done
		if current.panicked != nil {
			panic(current.panicked)
		}
		if current.err != nil {
			yield(Page{}, current.err)
			return
		}
		next := current.page.Next
		if !yield(current.page, nil) || next == "" {
			return
		}
		if _, err := p.listing.follow(next); err != nil {
			yield(Page{}, p.listing.failed(err))
			return
		}
		if p.listing.loops(next) {
			yield(Page{}, p.listing.failed(fmt.Errorf("%w: a next link came again after page %d", ErrPaginationLoop, page)))
			return
		}
		if ahead != nil && ahead.link != next { // a second attempt at the current page gave another link
			ahead.cancel()
			ahead = nil
		}
		if ahead == nil {
			ahead = p.start(next)
		}
		current = ahead
	}
}

// ahead starts to fetch a page before the loop has asked for it.
func (p *pipeline) ahead(next string) *pending {
	if next == "" || p.listing.loops(next) {
		return nil
	}
	return p.start(next)
}

func (p *pipeline) start(link string) *pending {
	f := p.prepare(link)
	p.running.Go(f.run)
	return f
}

func (p *pipeline) prepare(link string) *pending {
	f := &pending{listing: p.listing, link: link, next: make(chan string, 1), done: make(chan struct{}), err: p.listing.failed(errAborted)}
	f.ctx, f.cancel = context.WithCancel(p.ctx)
	return f
}

// pending is a page on its way.
type pending struct {
	listing *listing
	ctx     context.Context
	cancel  context.CancelFunc
	link    string        // leads to this page
	next    chan string   // brings the link to the page after it, or is closed
	done    chan struct{} // closed when what follows is there

	page     Page
	err      error
	panicked *panicError // for example by an editor; to go on where the loop can recover from it
}

// panicError is a panic of another goroutine, with the stack that it had there.
type panicError struct {
	value any
	stack []byte
}

func (p *panicError) Error() string { return fmt.Sprintf("%v\n\n%s", p.value, p.stack) }

// Unwrap returns the value, if it is an error.
func (p *panicError) Unwrap() error {
	err, _ := p.value.(error)
	return err
}

// errAborted is left behind by a request whose goroutine exits.
var errAborted = errors.New("the goroutine of a request has exited")

func (f *pending) run() {
	defer close(f.done)
	defer close(f.next)
	defer f.cancel()
	defer func() {
		if value := recover(); value != nil {
			f.panicked = &panicError{value, debug.Stack()}
		}
	}()
	f.page, f.err = f.listing.fetch(f.ctx, f.link, func(next string) {
		select {
		case f.next <- next:
		default: // announced by an earlier attempt
		}
	})
}
