package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/apptokens/api"
	"example.com/apptokens/api/bulk"
	"example.com/apptokens/cmd/apptokens/internal/output"
	"example.com/apptokens/cmd/apptokens/internal/receipts"
)

// results prints and counts the outcomes of revoke, revoke-all and sweep.
type results struct {
	rows   output.Printer
	narrow bool // the terminal has no room for the user
	apps   bool // apps are counted, not tokens
	total  int
	counts map[bulk.Outcome]int
	failed error // the first failure
	err    error // the first one of the output; the work continues
}

const userColumn = 2

func (a *app) newResults(total int) *results {
	columns := []output.Column{
		{Header: "APP", Field: "appId"}, {Header: "TOKEN", Field: "tokenId"}, {Header: "USER", Field: "userId"},
		{Header: "OUTCOME", Field: "outcome", MinWidth: len(bulk.NotAttempted)}, {Header: "ORG", Field: "org", Shrinks: true},
		{Header: "ERROR", Field: "error", Shrinks: true},
	}
	narrow := a.showTables && a.format == output.Table && a.console.columns() < 100
	if narrow {
		columns = slices.Delete(columns, userColumn, userColumn+1)
	}
	return &results{rows: a.printer(columns), narrow: narrow, total: total, counts: map[bulk.Outcome]int{}}
}

// receipt returns the record of an outcome. tokenID is empty for all tokens of an app.
func (a *app) receipt(appID, tokenID string, outcome bulk.Outcome, err error) receipts.Receipt {
	r := receipts.Receipt{
		Time: a.console.now().UTC(), Org: a.settings.OrgURL, AppID: appID, TokenID: tokenID, Outcome: outcome,
	}
	var failure *api.Error
	if errors.As(err, &failure) {
		r.Status, r.Code = failure.StatusCode, failure.Code
	}
	if err != nil {
		r.Error = shortError(err)
	}
	return r
}

// shortError leaves out the operation and the IDs, which other columns show.
func shortError(err error) string {
	var failure *api.Error
	if !errors.As(err, &failure) {
		return interrupted(err.Error())
	}
	short := *failure
	short.AppID, short.TokenID = "", ""
	return interrupted(strings.TrimPrefix(short.Error(), "apptokens: "+short.Op+": "))
}

// unprefixed removes the prefixes of packages api and bulk, for the middle of a line.
func unprefixed(err error) error {
	return reported{strings.NewReplacer("bulk: stopped: ", "", "apptokens: ", "").Replace(err.Error()), err}
}

// add counts one result and prints it. err is why it failed.
func (r *results) add(record receipts.Receipt, err error) {
	r.count(record.Outcome, err)
	r.print(record)
}

func (r *results) count(outcome bulk.Outcome, err error) {
	r.counts[outcome]++
	if r.failed == nil {
		r.failed = err
	}
}

func (r *results) print(record receipts.Receipt) {
	cells := []string{record.AppID, record.TokenID, record.UserID, string(record.Outcome), record.Org, record.Error}
	if r.narrow {
		cells = slices.Delete(cells, userColumn, userColumn+1)
	}
	r.keep(errors.Join(r.rows.Print(output.Row{Value: record, Cells: cells}), r.rows.Flush()))
}

// keep keeps only the first error of the output, because every further line fails alike.
func (r *results) keep(err error) {
	if r.err == nil {
		r.err = err
	}
}

// done returns how many tokens have an outcome.
func (r *results) done() (n int) {
	for _, count := range r.counts {
		n += count
	}
	return n
}

// left returns how many tokens are not known to be gone.
func (r *results) left() int { return r.total - r.counts[bulk.Revoked] - r.counts[bulk.Gone] }

// text returns a count for each outcome.
func (r *results) text() string {
	text := fmt.Sprintf("%d of %d revoked", r.counts[bulk.Revoked], r.total)
	if r.apps {
		text = fmt.Sprintf("all tokens of %d of %d apps revoked", r.counts[bulk.Revoked], r.total)
	}
	for _, outcome := range []bulk.Outcome{bulk.Gone, bulk.NotFound, bulk.Failed, bulk.Unknown, bulk.NotAttempted} {
		if n := r.counts[outcome]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, outcome)
		}
	}
	return text
}
