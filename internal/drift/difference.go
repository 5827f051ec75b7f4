package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"
)

// effect is what a difference does to a client made from the contract.
type effect int

const (
	harmless effect = iota
	mayBreak
	breaks
)

func (e effect) String() string {
	return [...]string{"harmless", "may break clients", "breaks clients"}[e]
}

// A place says where the contract and upstream differ, and in what.
type place struct{ Where, What string }

func (p place) String() string { return p.Where + ": " + p.What }

// A difference between the contract and upstream.
type difference struct {
	place
	effect effect
}

// The checker knows no client. Ours cannot tell an optional property that is not sent from an empty one, so the loss of
// one is no small thing. It keeps enums as strings, and gets on with a value that it does not know.
var levels = map[string]checker.Level{
	checker.ResponseOptionalPropertyRemovedId:         checker.ERR,
	checker.ResponseOptionalPropertyBecameWriteOnlyId: checker.ERR,
	checker.ResponsePropertyEnumValueAddedId:          checker.WARN,
}

// compare returns the differences, the worst first, each once, however many operations have it. It alters both.
func compare(contract, upstream *openapi3.T) ([]difference, error) {
	operations := operationNames(contract)
	strip(contract)
	if !restrict(upstream, contract) {
		return nil, fmt.Errorf("%s %s has none of the paths of %s, such as %s: is it Okta's management API?",
			upstream.Info.Title, upstream.Info.Version, contractFile, contract.Paths.InMatchingOrder()[0])
	}
	for _, document := range []*openapi3.T{contract, upstream} {
		if err := normalize(document); err != nil {
			return nil, err
		}
	}
	all, err := diff.Get(diff.NewConfig(diff.WithExcludeElements(diff.GetExcludeDiffOptions())), contract, upstream)
	if err != nil || all == nil {
		return nil, err
	}
	// Versions differ. And the context would have every difference judged by what has become of security.
	all.InfoDiff, all.SecurityContext = nil, nil
	effects := map[place]effect{}
	walk(all, func(where, what string) {
		found := place{shorten(where, operations), what}
		effects[found] = max(effects[found], judge(where, all))
	})
	return sorted(effects), nil
}

func sorted(effects map[place]effect) (differences []difference) {
	for place, effect := range effects {
		differences = append(differences, difference{place, effect})
	}
	slices.SortFunc(differences, func(a, b difference) int {
		return cmp.Or(cmp.Compare(b.effect, a.effect), cmp.Compare(a.Where, b.Where), cmp.Compare(a.What, b.What))
	})
	return differences
}

// judge tells the effect of a single difference.
func judge(where string, alone *diff.Diff) effect {
	worst := harmless
	if strings.HasPrefix(where, "servers/") || strings.Contains(where, "/servers/") {
		worst = mayBreak // the checker does not look at servers
	}
	config := checker.NewConfig(checker.GetAllChecks(), checker.WithSeverityLevels(levels))
	for _, change := range checker.CheckBackwardCompatibility(config, alone, &diff.OperationsSourcesMap{}) {
		if change.GetLevel() == checker.ERR {
			return breaks
		}
		worst = mayBreak
	}
	return worst
}

// shorten gives operations the names that the contract gives them.
func shorten(where string, operations map[string]string) string {
	for operation, name := range operations {
		if rest, found := strings.CutPrefix(where, operation); found {
			return name + rest
		}
	}
	return cmp.Or(where, "document")
}
