package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// lab runs the server and the clients, each in its own process.
type lab struct {
	dir    string
	url    string
	server *exec.Cmd
	report *report
}

// cost is the cost of a run, as measure.Main prints it.
type cost struct {
	operations  float64
	wall, cpu   float64 // nanoseconds
	allocations float64
	bytes       float64
	peak        float64 // kilobytes
}

// startServer pins the server to the first core; clients get the second one.
func (l *lab) startServer() error {
	l.server = exec.Command("taskset", "-c", "0", filepath.Join(l.dir, "server"))
	l.server.Stderr = os.Stderr
	output, err := l.server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := l.server.Start(); err != nil {
		return fmt.Errorf("taskset, of util-linux, pins the processes: %w", err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	l.url = strings.TrimSpace(line)
	return err
}

func (l *lab) stop() {
	if l.server != nil && l.server.Process != nil {
		_ = l.server.Process.Kill()
		_ = l.server.Wait()
	}
}

// job is one run of a client.
type job struct {
	client    string
	operation string // list, list-all, get or revoke
	n         int    // number of operations, or of apps
	workers   int
	app       string
	tokens    int // of a listing
	share     string
}

func (l *lab) start(ctx context.Context, j job) (*exec.Cmd, *strings.Builder, error) {
	command := exec.CommandContext(ctx, "taskset", "-c", "1", filepath.Join(l.dir, j.client), j.operation, fmt.Sprint(j.n),
		fmt.Sprint(max(1, j.workers)))
	command.Env = append(os.Environ(), "BENCH_URL="+l.url, "BENCH_APP="+j.app, "BENCH_NAME="+j.client+j.share,
		"BENCH_SHARE="+j.share,
		fmt.Sprint("BENCH_TOKENS=", j.tokens), "HOME="+l.dir)
	var output strings.Builder
	command.Stdout, command.Stderr = &output, os.Stderr
	return command, &output, command.Start()
}

func (l *lab) run(j job) (cost, error) {
	command, output, err := l.start(context.Background(), j)
	if err != nil {
		return cost{}, err
	}
	if err := command.Wait(); err != nil {
		return cost{}, fmt.Errorf("%s %s: %w", j.client, j.operation, err)
	}
	var c cost
	_, err = fmt.Sscan(output.String(), &c.operations, &c.wall, &c.cpu, &c.allocations, &c.bytes, &c.peak)
	if err == nil && strings.HasPrefix(j.operation, "list") && int(c.operations) != j.n*j.tokens {
		err = fmt.Errorf("%s listed %.0f tokens, want %d", j.client, c.operations, j.n*j.tokens)
	}
	return c, err
}

// rounds runs jobs one after the other, n times over, so that other load on the machine affects all of them.
func (l *lab) rounds(n int, jobs ...job) (map[string][]cost, error) {
	costs := map[string][]cost{}
	for range n {
		for _, j := range jobs {
			c, err := l.run(j)
			if err != nil {
				return nil, err
			}
			costs[j.client] = append(costs[j.client], c)
		}
	}
	return costs, nil
}

func (l *lab) command(env []string, name string, args ...string) (string, error) {
	command := exec.Command(name, args...)
	command.Env = append(os.Environ(), env...)
	output, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, output)
	}
	return string(output), nil
}

// fetch sends a request to the server from this process.
func (l *lab) fetch(path string) (*http.Response, error) { return http.Get(l.url + path) }
