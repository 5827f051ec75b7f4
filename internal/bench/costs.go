package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	listed = 10_000
	many   = 100_000
)

// listing measures CPU and allocations of a listing, with the client on one core and the server on another.
func (l *lab) listing() error {
	var jobs []job
	for _, client := range clients {
		n := 10 // listings in one process
		if client == "okta" {
			n = 1 // takes as long as five of the others
		}
		jobs = append(jobs, job{client: client, operation: "list", n: n, app: "0oaFast", tokens: listed})
	}
	costs, err := l.rounds(9, jobs...)
	if err != nil {
		return err
	}
	t := l.report.table(fmt.Sprintf("List %d tokens, nine rounds", listed), "client", "CPU per token, µs",
		"allocations per token", "bytes per token")
	cpu, allocations := series{}, series{}
	for _, client := range clients {
		c := costs[client]
		cpu[client] = each(c, func(c cost) float64 { return c.cpu / c.operations / 1e3 })
		allocations[client] = each(c, func(c cost) float64 { return c.allocations / c.operations })
		t.row(client, cpu[client].text(2), allocations[client].text(1),
			each(c, func(c cost) float64 { return c.bytes / c.operations }).text(0))
	}
	l.report.quote("list 10,000 tokens: CPU per token, µs", cpu, 1)
	l.report.compare("… allocations per token", allocations, 1)
	l.report.target("list: CPU per token, of std", cpu.ratio("apptokens", "std"), 0.40)
	l.report.target("list: allocations per token", allocations["apptokens"].median(), 18)
	return nil
}

// slowListing measures the time of a listing from a slow server: 50 ms to the first byte, and a body at 5 MB/s.
func (l *lab) slowListing() error {
	const tokens = 5_000
	names := []string{"std", "apptokens", "okta"}
	var jobs []job
	for _, client := range names {
		jobs = append(jobs, job{client: client, operation: "list", n: 1, app: "0oaSlow", tokens: tokens})
	}
	costs, err := l.rounds(3, jobs...)
	if err != nil {
		return err
	}
	t := l.report.table(fmt.Sprintf("List %d tokens from a server that takes 50 ms to the first byte and sends 5 MB/s, three rounds", tokens), "client", "wall, s")
	wall := series{}
	for _, client := range names {
		wall[client] = each(costs[client], func(c cost) float64 { return c.wall / 1e9 })
		t.row(client, wall[client].text(2))
	}
	l.report.compare("list 5,000 tokens from a slow server, s", wall, 2)
	l.report.target("slow list: wall time, of std", wall.ratio("apptokens", "std"), 0.60)
	return nil
}

// memory measures the peak memory of a short and a long listing.
func (l *lab) memory() error {
	names := []string{"std", "apptokens"}
	most := series{}
	t := l.report.table("Peak memory of a listing, three rounds", "client", fmt.Sprintf("%d tokens, MB", listed),
		fmt.Sprintf("%d tokens, MB", many))
	for _, client := range names {
		peaks := series{}
		for _, tokens := range []int{listed, many} {
			costs, err := l.rounds(3, job{client: client, operation: "list", n: 1, app: "0oaFast", tokens: tokens})
			if err != nil {
				return err
			}
			peaks[fmt.Sprint(tokens)] = each(costs[client], func(c cost) float64 { return c.peak / 1024 })
		}
		t.row(client, peaks[fmt.Sprint(listed)].text(1), peaks[fmt.Sprint(many)].text(1))
		most[client] = peaks[fmt.Sprint(many)]
		if client == "apptokens" {
			l.report.target("list: peak memory, 100,000 tokens of 10,000", peaks.ratio(fmt.Sprint(many), fmt.Sprint(listed)),
				1.1)
		}
	}
	l.report.compare("list 100,000 tokens: peak memory, MB", most, 1)
	return nil
}

// singleCalls measures the allocations of one call.
func (l *lab) singleCalls() error {
	names := []string{"std", "generated", "apptokens", "okta"}
	t := l.report.table("Allocations of one call, of 500 in a row, three rounds", "client", "get", "revoke")
	text := map[string][]string{}
	mostAllocations := map[string]float64{"get": 1.15, "revoke": 1.6} // of std's
	for _, operation := range []string{"get", "revoke"} {
		var jobs []job
		for _, client := range names {
			jobs = append(jobs, job{client: client, operation: operation, n: 500, app: "0oaFast"})
		}
		costs, err := l.rounds(3, jobs...)
		if err != nil {
			return err
		}
		allocations := series{}
		for _, client := range names {
			allocations[client] = each(costs[client], func(c cost) float64 { return c.allocations / c.operations })
			text[client] = append(text[client], allocations[client].text(1))
		}
		l.report.compare("one "+operation+": allocations", allocations, 0)
		l.report.target("one "+operation+": allocations, of std", allocations.ratio("apptokens", "std"), mostAllocations[operation])
	}
	for _, client := range names {
		t.row(client, text[client][0], text[client][1])
	}
	return nil
}

// weight measures the size of a program that lists, and the time to build it with an empty build cache.
func (l *lab) weight() error {
	names := []string{"std", "apptokens", "okta"}
	t := l.report.table("A program that lists, stripped; built once with an empty build cache", "client", "size, MB",
		"build, s")
	size, built := series{}, series{}
	for _, client := range names {
		program := filepath.Join(l.dir, "list-"+client)
		start := time.Now()
		if err := l.compile(program, "./programs/"+client, "GOCACHE="+filepath.Join(l.dir, "cache-"+client)); err != nil {
			return err
		}
		took := time.Since(start)
		info, err := os.Stat(program)
		if err != nil {
			return err
		}
		size[client], built[client] = values{float64(info.Size()) / 1e6}, values{took.Seconds()}
		t.row(client, size[client].text(2), built[client].text(0))
	}
	l.report.quote("a program that lists, stripped, MB", size, 1)
	l.report.compare("… built with an empty cache, s", built, 0)
	l.report.target("program: size, of okta", size.ratio("apptokens", "okta"), 0.6)
	l.report.target("program: cold build, of okta", built.ratio("apptokens", "okta"), 0.5)
	return nil
}
