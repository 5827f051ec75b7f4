package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/apptokens/api/oktatest"
)

// complete returns what is offered after a command line, without descriptions, and cobra's directive.
func (c command) complete(t *testing.T, line ...string) (offered []string, directive string) {
	t.Helper()
	got := c.run(t.Context(), append([]string{"__complete"}, line...)...)
	for line := range strings.Lines(got.out) {
		value, _, _ := strings.Cut(strings.TrimSpace(line), "\t")
		offered = append(offered, value)
	}
	if got.code != 0 || len(offered) == 0 {
		t.Fatalf("%v: code %d, %s", line, got.code, got.err)
	}
	last := len(offered) - 1
	return offered[:last], offered[last]
}

const (
	files, noFiles, noFilesNoSpace = ":0", ":4", ":6"
)

func TestCompletion(t *testing.T) {
	t.Parallel()
	apps := t.TempDir() + "/apps.txt"
	writeTestFile(t, apps, "0oa1\n0oa2\n")
	for line, test := range map[string]struct {
		has, hasNot []string
		directive   string
	}{
		"list --apps-file " + apps + " ": {has: []string{"0oa1", "0oa2"}, directive: noFiles},
		"list --apps-file / ":            {hasNot: []string{"0oa1"}, directive: noFiles},
		"list -o ":                       {has: []string{"table", "yaml"}, hasNot: []string{"junit", "html"}, directive: noFiles},
		"contract -o ":                   {has: []string{"table", "junit"}, hasNot: []string{"html", "jsonl", "csv"}, directive: noFiles},
		"summary -o ":                    {has: []string{"table", "html"}, hasNot: []string{"junit"}, directive: noFiles},
		"-o ":                            {has: []string{"table", "html", "junit"}, directive: noFiles},
		"serve --fault ":                 {has: []string{"cut-body", "status:"}, hasNot: []string{"status", "cut-body:"}, directive: noFilesNoSpace},
		"list --columns ":                {has: []string{"id", "+userName"}, directive: noFiles},
		"list --status ":                 {has: []string{"ACTIVE"}, directive: noFiles},
		"list --older-than ":             {directive: noFiles},
		"list --org-url ":                {directive: noFiles},
		"list --config ":                 {directive: files},
		"list --apps-file ":              {directive: files},
		"sweep --receipts ":              {directive: files},
		"summary --html ":                {directive: files},
		"get ":                           {directive: noFiles},
		"get 0oa1 ":                      {directive: noFiles},
		"revoke 0oa1 ":                   {directive: noFiles},
		"revoke-all ":                    {directive: noFiles},
		"contract ":                      {directive: noFiles},
		"serve ":                         {directive: noFiles},
		"man ":                           {directive: files},
		"list --user ":                   {directive: noFiles},
	} {
		offered, directive := command{}.complete(t, strings.Split(line, " ")...)
		for _, value := range test.has {
			if !slices.Contains(offered, value) {
				t.Errorf("%q lacks %q: %q", line, value, offered)
			}
		}
		for _, value := range test.hasNot {
			if slices.Contains(offered, value) {
				t.Errorf("%q offers %q", line, value)
			}
		}
		if directive != test.directive || len(test.has) == 0 && len(offered) > 0 {
			t.Errorf("%q: %q, directive %s, want %s", line, offered, directive, test.directive)
		}
	}
}

// The org is asked only where that was allowed, once for each app, and is not waited for.
func TestCompletionFromTheOrg(t *testing.T) {
	t.Parallel()
	allowed := map[string]string{completeVariable: "1"}
	for name, test := range map[string]struct {
		env      map[string]string
		fault    oktatest.Fault
		users    bool
		requests int
	}{
		"not allowed":         {requests: 0},
		"no credential":       {env: map[string]string{completeVariable: "1", "OKTA_CLIENT_TOKEN": ""}, requests: 0},
		"allowed":             {env: allowed, users: true, requests: 1},
		"used up":             {env: allowed, fault: oktatest.UsedUp(time.Minute), requests: 1},
		"an outage":           {env: allowed, fault: oktatest.Status(503), requests: 1},
		"a server that hangs": {env: allowed, fault: oktatest.SlowFirstByte(time.Minute), requests: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			org := newOrg(t, 3)
			if test.requests > 0 && !test.users {
				org.Inject(test.fault.Forever())
			}
			start := time.Now()
			users, directive := command{org: org, env: test.env}.complete(t, "list", "0oa1", "--user", "")
			if (len(users) == 3) != test.users || directive != noFiles || len(org.Requests()) != test.requests {
				t.Errorf("%q, directive %s, %d requests", users, directive, len(org.Requests()))
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}
