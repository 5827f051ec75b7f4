// Package measure runs one client program of the benchmark and prints what it cost.
package measure

import (
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Client is a client of the API. Its methods may be called concurrently.
type Client interface {
	List(appID string) (tokens int, err error)
	Get() error
	Revoke() error
}

// AllLister is a Client that lists several apps in one call.
type AllLister interface {
	ListAll(appIDs []string) (tokens int, err error)
}

// The server, and what to request from it. App may have a %d for the number of an operation.
var (
	URL      = os.Getenv("BENCH_URL")
	App      = os.Getenv("BENCH_APP")
	APIToken = "00-benchmark-token"
	ID       = "oar00000000000000199"
)

// Transport returns a transport that sends the server the name of the client and the number of tokens to list.
func Transport() http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = t.MaxIdleConns // concurrent requests go to one host
	return transport{t}
}

type transport struct{ *http.Transport }

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	req.Header["X-Client"], req.Header["X-Tokens"] = name, tokens
	return t.Transport.RoundTrip(req)
}

var name, tokens = []string{os.Getenv("BENCH_NAME")}, []string{os.Getenv("BENCH_TOKENS")}

// Main runs the operation in the program's arguments, OPERATION N WORKERS, and prints one line: operations, wall and
// CPU nanoseconds, allocations, bytes, peak resident kilobytes.
func Main(client Client) {
	operation, n, workers := os.Args[1], number(os.Args[2]), number(os.Args[3])
	one := map[string]func(i int) (int, error){
		"list":   func(i int) (int, error) { return client.List(numbered(i)) },
		"get":    func(int) (int, error) { return 1, client.Get() },
		"revoke": func(int) (int, error) { return 1, client.Revoke() },
	}[operation]
	if operation == "list-all" {
		var appIDs []string
		for i := range n {
			appIDs = append(appIDs, numbered(i))
		}
		one, n = func(int) (int, error) { return client.(AllLister).ListAll(appIDs) }, 1
	}
	if operation != "list" && App == "0oaFast" { // warm up connections and caches
		for range 20 {
			if _, err := one(0); err != nil {
				fail(err)
			}
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, wall := cpuTime(), time.Now()
	done := run(one, n, workers)
	elapsed, used := time.Since(wall), cpuTime()-cpu
	runtime.ReadMemStats(&after)
	fmt.Println(done, elapsed.Nanoseconds(), used.Nanoseconds(), after.Mallocs-before.Mallocs,
		after.TotalAlloc-before.TotalAlloc, peak())
}

// numbered returns the app of an operation.
func numbered(i int) string { return strings.ReplaceAll(App, "%d", strconv.Itoa(i)) }

func run(one func(i int) (int, error), n, workers int) (done int) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	jobs := make(chan int, n)
	for i := range n {
		jobs <- i
	}
	close(jobs)
	for range workers {
		wg.Go(func() {
			for i := range jobs {
				operations, err := one(i)
				if err != nil {
					fail(err)
				}
				mu.Lock()
				done += operations
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return done
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		fail(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// peak returns the peak resident set size in kilobytes, as Linux reports it.
func peak() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		fail(err)
	}
	return u.Maxrss
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		fail(err)
	}
	return n
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, os.Getenv("BENCH_NAME")+":", err)
	os.Exit(1)
}

// WantTokens returns the number of tokens that the server was asked for.
func WantTokens() int { return number(tokens[0]) }
