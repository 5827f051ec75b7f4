package contract

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

// Outcome is the outcome of a probe.
type Outcome string

// The outcomes of probes.
const (
	Passed  Outcome = "passed"
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped" // there was nothing to check, or it was not allowed; Detail says why
	Errored Outcome = "errored" // the server was not available or refused the credential, or the context ended
)

// Report is the result of [Check].
type Report struct {
	URL      string        `json:"url"`
	AppID    string        `json:"appId,omitempty"`
	Start    time.Time     `json:"start"`
	Duration time.Duration `json:"duration"` // nanoseconds
	Results  []Result      `json:"results"`  // in the order in which the probes ran
}

// Result is the result of one probe.
type Result struct {
	Probe    string        `json:"probe"`
	Rule     string        `json:"rule"`   // what the server must do
	Source   string        `json:"source"` // where the rule is documented or was observed
	Outcome  Outcome       `json:"outcome"`
	Detail   string        `json:"detail,omitempty"` // what went wrong, why it was skipped, or what was seen
	Requests int           `json:"requests"`
	Duration time.Duration `json:"duration"` // nanoseconds
}

// Count returns the number of probes with an outcome.
func (r Report) Count(outcome Outcome) (n int) {
	for _, result := range r.Results {
		if result.Outcome == outcome {
			n++
		}
	}
	return n
}

// WriteJUnit writes the report to w as JUnit XML, which CI systems show as a list of tests. It fails if w does.
func (r Report) WriteJUnit(w io.Writer) error {
	type message struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
	type testCase struct {
		Class   string   `xml:"classname,attr"`
		Name    string   `xml:"name,attr"`
		Time    string   `xml:"time,attr"`
		Failure *message `xml:"failure"`
		Error   *message `xml:"error"`
		Skipped *message `xml:"skipped"`
	}
	type testSuite struct {
		XMLName   xml.Name   `xml:"testsuite"`
		Name      string     `xml:"name,attr"`
		Tests     int        `xml:"tests,attr"`
		Failures  int        `xml:"failures,attr"`
		Errors    int        `xml:"errors,attr"`
		Skipped   int        `xml:"skipped,attr"`
		Time      string     `xml:"time,attr"`
		Timestamp string     `xml:"timestamp,attr"`
		Cases     []testCase `xml:"testcase"`
	}
	suite := testSuite{
		Name: "contract of " + r.URL, Tests: len(r.Results),
		Failures: r.Count(Failed), Errors: r.Count(Errored), Skipped: r.Count(Skipped),
		Time: seconds(r.Duration), Timestamp: r.Start.UTC().Format("2006-01-02T15:04:05"),
	}
	for _, result := range r.Results {
		c := testCase{Class: "contract", Name: result.Probe + ": " + result.Rule, Time: seconds(result.Duration)}
		switch result.Outcome {
		case Failed:
			c.Failure = &message{result.Detail, "The rule is from: " + result.Source}
		case Errored:
			c.Error = &message{Message: result.Detail}
		case Skipped:
			c.Skipped = &message{Message: result.Detail}
		}
		suite.Cases = append(suite.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(suite); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
