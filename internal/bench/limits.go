package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// The server's rate limit. A window of 4 seconds stands for Okta's minute.
const (
	limit  = 100
	window = 4 * time.Second
)

// request is a request that the server counted.
type request struct {
	Time   time.Time
	Client string
	Window int
	Status int
}

func (r request) limited() bool { return r.Status == 429 }

// contest runs jobs at the same time and returns what the server saw.
func (l *lab) contest(jobs ...job) ([]request, error) {
	time.Sleep(window) // until an earlier window has ended
	if _, err := l.fetch("/reset"); err != nil {
		return nil, err
	}
	var commands []*exec.Cmd
	for _, j := range jobs {
		j.app, j.operation = "0oaLimited", "revoke"
		command, _, err := l.start(j)
		if err != nil {
			return nil, err
		}
		commands = append(commands, command)
	}
	for _, command := range commands {
		if err := command.Wait(); err != nil {
			return nil, fmt.Errorf("%s: %w", strings.Join(command.Args, " "), err)
		}
	}
	resp, err := l.fetch("/requests")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var requests []request
	err = json.NewDecoder(resp.Body).Decode(&requests)
	return requests, err
}

// tally counts the requests within the limit, by window and client, and the responses with status 429.
func tally(requests []request) (taken []map[string]int, limited int) {
	for _, r := range requests {
		for len(taken) < r.Window {
			taken = append(taken, map[string]int{})
		}
		if r.limited() {
			limited++
			continue
		}
		taken[r.Window-1][r.Client]++
	}
	return taken, limited
}

// used returns the used part of the limit, in all windows but the last, which is never full.
func used(taken []map[string]int) float64 {
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

// rateLimit measures many revocations under a rate limit, by one process and by several.
func (l *lab) rateLimit() error {
	const revocations = 1000
	t := l.report.table(fmt.Sprintf("%d revocations under a limit of %d per %v, 20 ms each", revocations, limit, window),
		"clients", "time, s", "of the least possible", "limit used", "answered 429")
	least := time.Duration(revocations/limit-1) * window

	requests, err := l.contest(job{client: "apptokens", n: revocations, workers: 16})
	if err != nil {
		return err
	}
	taken, limited := tally(requests)
	took := float64(elapsed(requests)) / float64(least)
	t.row("1 process, 16 goroutines", seconds(elapsed(requests)), percent(took), percent(used(taken)), fmt.Sprint(limited))
	l.report.target("limit: time of one process, of the least possible", took, 1.05)
	l.report.target("limit: 429s of one process", float64(limited), 0)

	var jobs []job
	for range 8 {
		jobs = append(jobs, job{client: "apptokens", n: revocations / 8, workers: 4})
	}
	if requests, err = l.contest(jobs...); err != nil {
		return err
	}
	taken, limited = tally(requests)
	rate := float64(limited) / float64(len(requests))
	t.row("8 processes, 4 goroutines each", seconds(elapsed(requests)),
		percent(float64(elapsed(requests))/float64(least)), percent(used(taken)), percent(rate))
	l.report.floor("limit: used by 8 processes", used(taken), 0.95)
	l.report.target("limit: 429s of 8 processes, of all responses", rate, 0.02)
	return nil
}

// share runs a client with half of the rate limit beside one without a share.
func (l *lab) share() error {
	half := job{client: "apptokens", n: 250, workers: 4, share: "0.5"}
	greedy := job{client: "apptokens", n: 250, workers: 4}
	requests, err := l.contest(half, greedy)
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
