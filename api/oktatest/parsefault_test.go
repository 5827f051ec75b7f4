package oktatest_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"example.com/apptokens/api/oktatest"
)

// A constructor that is added to fault.go has to be added to the forms, too.
func TestEveryFaultCanBeWrittenAsText(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "fault.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	constructors := 0
	for _, declaration := range file.Decls {
		f, ok := declaration.(*ast.FuncDecl)
		if !ok || f.Recv != nil || !f.Name.IsExported() {
			continue
		}
		constructors++
		name := strings.ToLower(regexp.MustCompile(`([a-z])([A-Z])`).ReplaceAllString(f.Name.Name, "$1-$2"))
		if !regexp.MustCompile(`(?m)^  ` + name + `[ :]`).MatchString(oktatest.FaultUsage()) {
			t.Errorf("%s is not among the forms of ParseFault as %s:\n%s", f.Name.Name, name, oktatest.FaultUsage())
		}
	}
	if lines := strings.Count(oktatest.FaultUsage(), "\n"); constructors < 20 || lines != constructors {
		t.Errorf("%d lines of help for %d constructors", lines, constructors)
	}
	for line := range strings.Lines(oktatest.FaultUsage()) {
		if len(line) > 80 {
			t.Errorf("wider than a terminal: %s", line)
		}
	}
}

func TestParsedFaultsHappenWhenTheyShould(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"status:503":                           "[503 204 200 204]",
		"status@times=2:503":                   "[503 503 200 204]",
		"status@forever:503":                   "[503 503 503 503]",
		"status@after=1,times=2:503":           "[200 503 503 204]",
		"status@on=DELETE:503":                 "[200 503 200 204]",
		"status@on=delete,after=1,forever:503": "[200 204 200 503]",
		"throttle@after=3:0s":                  "[200 204 200 429]",
		"concurrent-limit@after=2":             "[200 204 429 204]",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			fault, err := oktatest.ParseFault(text)
			if err != nil {
				t.Fatal(err)
			}
			org := oktatest.New(oktatest.WithApp("0oa1", 3))
			org.Inject(fault)
			var got []int
			for _, method := range []string{"GET", "DELETE", "GET", "DELETE"} {
				got = append(got, send(t, org, method, tokens).status)
			}
			if fmt.Sprint(got) != want {
				t.Errorf("statuses %v, want %s", got, want)
			}
		})
	}
}

func TestTextsThatAreNotFaults(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"":                           "choose from status, concurrent-limit, used-up,",
		"help":                       "next-without-expand, punctuated-cursor, relative-next",
		"Status:503":                 "choose from",
		"status":                     "want status:CODE",
		"status:":                    `"" is not a status from 200 to 599`,
		"status:abc":                 `"abc" is not a status from 200 to 599`,
		"status:101":                 `"101" is not a status from 200 to 599`,
		"status:600":                 `"600" is not a status from 200 to 599`,
		"status:199":                 `"199" is not a status from 200 to 599`,
		"status:1000":                `"1000" is not a status from 200 to 599`,
		"throttle":                   "want throttle:DURATION",
		"throttle:2":                 `"2" is not a duration like 1.5s`,
		"throttle:-2s":               `"-2s" is not a duration like 1.5s`,
		"drop-before:1":              "want drop-before",
		"redirect:302":               "want redirect:CODE,URL",
		"body:200,text/plain":        "want body:CODE,TYPE,TEXT",
		"header:X":                   "want header:NAME,VALUE",
		"header:,x":                  `"" is not the name of a header`,
		"header:X Y,z":               `"X Y" is not the name of a header`,
		"header:Link,<x>":            `"Link" cannot be replaced`,
		"header:content-length,5":    `"content-length" cannot be replaced`,
		"cut-body@":                  `"" is not a condition; want after=N, times=N, forever or on=METHOD`,
		"cut-body@later":             `"later" is not a condition`,
		"cut-body@after=-1":          `"after=-1" is not a condition`,
		"cut-body@after=a":           `"after=a" is not a condition`,
		"cut-body@after=1,times=x":   `"times=x" is not a condition`,
		"cut-body@times=0":           `"times=0" is not a condition`,
		"cut-body@on=LIST":           `"on=LIST" is not a condition`,
		"cut-body@on=":               `"on=" is not a condition`,
		"cut-body@times=2147483648":  `"times=2147483648" is not a condition`,
		"cut-body@times=99999999999": `"times=99999999999" is not a condition`,
	} {
		_, err := oktatest.ParseFault(text)
		if got := fmt.Sprint(err); !strings.HasPrefix(got, fmt.Sprintf("fault %q: ", text)) || !strings.Contains(got, says) {
			t.Errorf("%q: error %v, want %q", text, err, says)
		}
	}
}

// FuzzParseFault: a text is a fault that happens to a request, or is named.
func FuzzParseFault(f *testing.F) {
	for _, text := range []string{
		"status:503", "cut-body@after=1,times=2", "redirect@on=DELETE,forever:302,https://acme.okta.com", "throttle:90s", "body:200,application/json,[]",
		"challenge:401,invalid_token,", "status@times=-1:0", "foreign-next:%zz", "@:", "",
		"slow-body@after=3:2562047h47m16.8s",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fault, err := oktatest.ParseFault(text)
		if err != nil {
			if !strings.Contains(err.Error(), strconv.Quote(text)) {
				t.Errorf("%q: error %v", text, err)
			}
			return
		}
		name := text[:strings.IndexAny(text+":", "@:")]
		synctest.Test(t, func(t *testing.T) { // in which a fault may last for years
			org := oktatest.New(oktatest.WithApp("0oa1", 3))
			org.Inject(fault.After(0).On(""))
			send(t, org, "GET", tokens)
			if got := org.Requests()[0].Fault; got != name {
				t.Errorf("%q is the fault %q, want %q", text, got, name)
			}
		})
	})
}
