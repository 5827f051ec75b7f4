package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
)

// net/http logs what a server sends after the end of a response, which may be a credential that it repeats.
func TestWhatAServerSendsUnaskedIsNotLogged(t *testing.T) {
	t.Parallel()
	const secret = "00canaryCanaryCanary"
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connection, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer connection.Close()
		status := "503 Service Unavailable" // the wait before the next attempt gives net/http time to log
		if requests.Add(1) > 1 {
			status = "404 Not Found"
		}
		fmt.Fprintf(connection, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n%s", status, r.Header.Get("Authorization"))
	}))
	defer server.Close()
	binary := build(t)
	command := exec.CommandContext(withTimeout(t), binary, "list", "0oa1")
	command.Env = append(os.Environ(), "OKTA_CLIENT_ORGURL="+server.URL, "OKTA_CLIENT_TOKEN="+secret)
	output, err := command.CombinedOutput()
	if err == nil || requests.Load() != 2 || strings.Contains(string(output), secret) {
		t.Errorf("%v after %d requests\n%s", err, requests.Load(), output)
	}
}
