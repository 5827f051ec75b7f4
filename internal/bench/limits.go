package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// The server's rate limit. A window of 8 seconds stands for Okta's minute; what takes whole seconds weighs more in it.
const (
	limit  = 100
	window = 8 * time.Second
)

// limited is the app whose requests have a limit.
func limited(limit int) string { return fmt.Sprint("0oaLimited", limit) }

// request is a request that the server counted.
type request struct {
	Time       time.Time
	Client     string
	Connection string
	Window     int
	Status     int
}

func (r request) refused() bool { return r.Status == 429 }

// contest runs revocations of one app at the same time and returns what the server saw. It stops them when ctx ends.
func (l *lab) contest(ctx context.Context, app string, jobs ...job) ([]request, error) {
	if err := l.reset(app); err != nil {
		return nil, err
	}
	var commands []*exec.Cmd
	for _, j := range jobs {
		j.app, j.operation = app, "revoke"
		command, _, err := l.start(ctx, j)
		if err != nil {
			return nil, err
		}
		commands = append(commands, command)
	}
	for _, command := range commands {
		if err := command.Wait(); err != nil && ctx.Err() == nil {
			return nil, fmt.Errorf("%s: %w", strings.Join(command.Args, " "), err)
		}
	}
	return l.requests(app)
}

// reset forgets the requests to an app, and begins a new window with the next one.
func (l *lab) reset(app string) error {
	resp, err := l.fetch("/reset?app=" + url.QueryEscape(app))
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// requests returns the requests to an app.
func (l *lab) requests(app string) (requests []request, err error) {
	resp, err := l.fetch("/requests?app=" + url.QueryEscape(app))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	err = json.NewDecoder(resp.Body).Decode(&requests)
	return requests, err
}

// tally counts the requests within the limit, by window and client, and the responses with status 429.
func tally(requests []request) (taken []map[string]int, refused int) {
	for _, r := range requests {
		for len(taken) < r.Window {
			taken = append(taken, map[string]int{})
		}
		if r.refused() {
			refused++
			continue
		}
		taken[r.Window-1][r.Client]++
	}
	return taken, refused
}

// used returns the used part of a limit, in all windows but the last, which is never full.
func used(limit int, taken []map[string]int) float64 {
	if len(taken) < 2 {
		return 1
	}
	n := 0
	for _, window := range taken[:len(taken)-1] {
		for _, slots := range window {
			n += slots
		}
	}
	return float64(n) / float64(limit*(len(taken)-1))
}

func elapsed(requests []request) time.Duration {
	return requests[len(requests)-1].Time.Sub(requests[0].Time)
}

// rateLimit measures many revocations under a rate limit, by one process.
func (l *lab) rateLimit() error {
	const revocations = 1000
	t := l.report.table(fmt.Sprintf("%d revocations under a limit of %d per %v, 20 ms each", revocations, limit, window),
		"clients", "time, s", "of the least possible", "limit used", "answered 429")
	least := time.Duration(revocations/limit-1) * window
	requests, err := l.contest(context.Background(), limited(limit), job{client: "apptokens", n: revocations, workers: 16})
	if err != nil {
		return err
	}
	taken, refused := tally(requests)
	took := float64(elapsed(requests)) / float64(least)
	t.row("1 process, 16 goroutines", seconds(elapsed(requests)), percent(took), percent(used(limit, taken)),
		fmt.Sprint(refused))
	l.report.target("limit: time of one process, of the least possible", took, 1.05)
	l.report.target("limit: 429s of one process", float64(refused), 0)
	return nil
}

// grid measures how several processes share limits of several sizes, the limits side by side, while all have work.
func (l *lab) grid() error {
	const windows = 9
	limits := []int{20, 50, 60, 100}
	t := l.report.table(fmt.Sprintf("Processes of 4 goroutines each that share a limit per %v, %d windows: limit used, and answered 429",
		window, windows), "limit", "2 processes", "4 processes", "8 processes")
	cells := map[int][]string{}
	for _, processes := range []int{2, 4, 8} {
		seen := make([][]request, len(limits))
		ctx, cancel := context.WithTimeout(context.Background(), windows*window)
		defer cancel()
		var contests errgroup.Group
		for i, limit := range limits {
			jobs := slices.Repeat([]job{{client: "apptokens", n: windows * limit, workers: 4}}, processes)
			contests.Go(func() (err error) {
				seen[i], err = l.contest(ctx, limited(limit), jobs...)
				return err
			})
		}
		if err := contests.Wait(); err != nil {
			return err
		}
		for i, limit := range limits {
			taken, refused := tally(seen[i])
			rate := float64(refused) / float64(len(seen[i]))
			cells[limit] = append(cells[limit], percent(used(limit, taken))+", "+percent(rate))
			l.report.floor(fmt.Sprintf("limit of %d: used by %d processes", limit, processes), used(limit, taken), 0.95)
			l.report.target(fmt.Sprintf("limit of %d: 429s of %d processes, of all responses", limit, processes), rate, 0.02)
		}
	}
	for _, limit := range limits {
		t.row(append([]string{fmt.Sprint(limit)}, cells[limit]...)...)
	}
	return nil
}

// share runs a client with half of the rate limit beside one without a share, while both have work.
func (l *lab) share() error {
	const windows = 7
	ctx, cancel := context.WithTimeout(context.Background(), windows*window)
	defer cancel()
	half := job{client: "apptokens", n: windows * limit, workers: 4, share: "0.5"}
	greedy := job{client: "apptokens", n: windows * limit, workers: 4}
	requests, err := l.contest(ctx, limited(limit), half, greedy)
	if err != nil {
		return err
	}
	taken, _ := tally(requests)
	t := l.report.table("WithRateShare(0.5) beside a client without, by window", "window", "share of one half",
		"the other")
	most, others, full := 0, 0, 0
	for i, window := range taken {
		most = max(most, window["apptokens0.5"])
		t.row(fmt.Sprint(i+1), fmt.Sprint(window["apptokens0.5"]), fmt.Sprint(window["apptokens"]))
		if i < len(taken)-1 {
			others += window["apptokens"]
			full++
		}
	}
	l.report.target("share: most of a window that the half took", float64(most)/limit, 0.5)
	l.report.floor("share: the rest that the other one got", float64(others)/float64(full*limit/2), 0.9)
	return nil
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()) }

func percent(x float64) string { return fmt.Sprintf("%.1f %%", 100*x) }
