package main

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"example.com/apptokens/api/bulk"
	"example.com/apptokens/gen"
)

// filterFlags select tokens.
type filterFlags struct {
	users, clients, scopes, issuers, statuses []string

	olderThan, newerThan        string
	createdBefore, createdAfter string
	expiresBefore, expiresAfter string
}

func (f *filterFlags) add(command *cobra.Command) {
	flags := command.Flags()
	flags.StringArrayVar(&f.users, "user", nil, "only tokens of users with these IDs; commas, spaces and lines separate")
	flags.StringArrayVar(&f.clients, "client", nil, "only tokens of these client IDs")
	flags.StringArrayVar(&f.scopes, "scope", nil, "only tokens with one of these scopes")
	flags.StringArrayVar(&f.issuers, "issuer", nil, "only tokens of these authorization servers (URLs)")
	flags.StringArrayVar(&f.statuses, "status", nil, "only tokens with this status: "+statusNames())
	flags.StringVar(&f.olderThan, "older-than", "", "only tokens issued longer ago than this time span, such as 90d")
	flags.StringVar(&f.newerThan, "newer-than", "", "only tokens issued within this time span, such as 12h")
	flags.StringVar(&f.createdBefore, "created-before", "", "only tokens issued before this date, or time span ago")
	flags.StringVar(&f.createdAfter, "created-after", "", "only tokens issued after this date, or time span ago")
	flags.StringVar(&f.expiresBefore, "expires-before", "", "only tokens that expire before this date, or within this time span")
	flags.StringVar(&f.expiresAfter, "expires-after", "", "only tokens that expire after this date, or time span from now")
}

// filter returns the filter, and whether any flag was given.
func (f *filterFlags) filter(command *cobra.Command, now time.Time) (filter bulk.Filter, given bool, err error) {
	for _, list := range []struct {
		flag   string
		values *[]string
	}{{"user", &f.users}, {"client", &f.clients}, {"scope", &f.scopes}, {"issuer", &f.issuers}, {"status", &f.statuses}} {
		if !command.Flags().Changed(list.flag) {
			continue
		}
		given = true
		if *list.values, err = splitList(*list.values); err != nil {
			return filter, true, usageError{fmt.Errorf("--%s %w", list.flag, err)}
		}
	}
	filter = bulk.Filter{UserIDs: f.users, ClientIDs: f.clients, Scopes: f.scopes, Issuers: f.issuers}
	for _, status := range f.statuses {
		if s := gen.TokenStatus(status); s.Valid() {
			filter.Statuses = append(filter.Statuses, s)
			continue
		}
		return filter, true, usageError{fmt.Errorf("--status is %q, want %s", status, statusNames())}
	}
	for _, t := range []struct {
		flag, text string
		read       func(string, time.Time) (time.Time, error)
		field      *time.Time
	}{
		{"older-than", f.olderThan, span(ago), &filter.CreatedBefore}, {"newer-than", f.newerThan, span(ago), &filter.CreatedAfter},
		{"created-before", f.createdBefore, ago, &filter.CreatedBefore}, {"created-after", f.createdAfter, ago, &filter.CreatedAfter},
		{"expires-before", f.expiresBefore, ahead, &filter.ExpiresBefore}, {"expires-after", f.expiresAfter, ahead, &filter.ExpiresAfter},
	} {
		if !command.Flags().Changed(t.flag) {
			continue
		}
		given = true
		if !t.field.IsZero() {
			return filter, true, usageError{fmt.Errorf("--%s says again what another flag says; pass one of them", t.flag)}
		}
		if *t.field, err = t.read(t.text, now); err != nil {
			return filter, true, usageError{fmt.Errorf("--%s: %w", t.flag, err)}
		}
	}
	return filter, given, nil
}

// statusNames lists the statuses that the contract knows.
func statusNames() string {
	var names []string
	for _, status := range gen.TokenStatusValues() {
		names = append(names, string(status))
	}
	return strings.Join(names, " or ")
}

// splitList takes lists as people paste them. An empty value may be a variable that is not set, which must not mean all.
func splitList(values []string) (all []string, err error) {
	for _, value := range values {
		items := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
		if len(items) == 0 {
			return nil, errors.New("is empty")
		}
		all = append(all, items...)
	}
	return all, nil
}

// span takes time spans alone.
func span(read func(string, time.Time) (time.Time, error)) func(string, time.Time) (time.Time, error) {
	return func(text string, now time.Time) (time.Time, error) {
		if _, err := parseSpan(text); err != nil {
			return time.Time{}, err
		}
		return read(text, now)
	}
}
