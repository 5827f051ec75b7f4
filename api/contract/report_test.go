package contract_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"testing"
	"time"

	"example.com/apptokens/api/contract"
)

func TestJUnit(t *testing.T) {
	t.Parallel()
	report := contract.Report{
		URL: orgURL, Start: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC), Duration: 1500 * time.Millisecond,
		Results: []contract.Result{
			{Probe: "list", Rule: "lists", Source: "openapi.yaml", Outcome: contract.Passed, Duration: time.Millisecond},
			{Probe: "get", Rule: "gets", Source: "openapi.yaml", Outcome: contract.Failed, Detail: `want <200> & "more"`},
			{Probe: "revoke", Rule: "revokes", Source: "openapi.yaml", Outcome: contract.Skipped, Detail: "it revokes"},
		},
	}
	var b bytes.Buffer
	if err := report.WriteJUnit(&b); err != nil {
		t.Fatal(err)
	}
	const want = `<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="contract of https://acme.okta.com" tests="3" failures="1" errors="0" skipped="1" time="1.500" timestamp="2026-11-24T12:00:00">
  <testcase classname="contract" name="list: lists" time="0.001"></testcase>
  <testcase classname="contract" name="get: gets" time="0.000">
    <failure message="want &lt;200&gt; &amp; &#34;more&#34;">The rule is from: openapi.yaml</failure>
  </testcase>
  <testcase classname="contract" name="revoke: revokes" time="0.000">
    <skipped message="it revokes"></skipped>
  </testcase>
</testsuite>
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	if err := xml.Unmarshal(b.Bytes(), &struct{}{}); err != nil {
		t.Error(err)
	}
	for space := range len(want) {
		if err := report.WriteJUnit(&fullDisk{space}); !errors.Is(err, errFull) {
			t.Fatalf("%d bytes of %d fit: error %v", space, len(want), err)
		}
	}
}

var errFull = errors.New("no space left on device")

// fullDisk has room for some bytes.
type fullDisk struct{ space int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if d.space -= len(p); d.space < 0 {
		return 0, errFull
	}
	return len(p), nil
}
