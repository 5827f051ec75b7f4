package interop_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"text/tabwriter"
)

// sdk is another project's client, with the credentials that it is tried with.
type sdk struct {
	name, file  string // file pins the version
	connect     func(*testing.T, settings) peer
	credentials []credential
}

var sdks = []sdk{
	{"okta-sdk-golang/v5", "go.mod", connectGoV5, credentials},
	{"okta-sdk-golang/v6", "go.mod", connectGoV6, credentials},
	{"okta-sdk-nodejs", "package.json", connectNodeSDK, credentials},
	{"openapi-fetch", "package.json", connectTypeScript, credentials[:1]},
}

// deviations are the cells of the matrix in which a client differs from the contract. The first that fits counts.
var deviations = []struct {
	test     string // pattern of the name
	observed string // part of the error
	cell     string
}{
	// They drop the status and the error of the token endpoint.
	{`golang/v.,_(private|DPoP).*/401`, "Empty access token", "SDK: loses the 401"},
	// Its second attempt repeats the proof, and on a later page it takes the 401 for the end of the list.
	{`golang/v5,_DPoP.*/429`, "0 tokens, want 45", "SDK: truncates the list"},
	// Its second attempt asks for page 1 once more, because it empties the query. The listing may never end.
	{`golang/v6,_(private|DPoP).*/429`, "tokens, want 45", "SDK: starts the list anew"},
	{`nodejs,_DPoP,_EC`, "unsupported algorithm", "SDK: signs with RSA only"},
	// It proves possession of its key at the token endpoint even if the app does not ask for that.
	{`nodejs,_private.*/list`, "the scheme is DPoP", "SDK: always uses DPoP"},
	{`openapi-fetch.*/429`, "429 E0000047", "no second attempt"},
}

// sdkMatrix is printed at the end of the run.
var sdkMatrix bytes.Buffer

// Other projects' clients, with each credential, do with the in-memory org what they do with Okta.
func TestSDKsDriveTheOrg(t *testing.T) {
	cells := map[*sdk][][]string{} // by credential and operation
	t.Run("matrix", func(t *testing.T) {
		for i := range sdks {
			client := &sdks[i]
			for _, with := range client.credentials {
				column := make([]string, len(sdkOperations))
				cells[client] = append(cells[client], column)
				t.Run(client.name+", "+with.name, func(t *testing.T) {
					t.Parallel()
					c := connectSDK(t, client, with)
					for i, operation := range sdkOperations {
						t.Run(operation.name, func(t *testing.T) {
							column[i] = "FAILED"
							column[i] = judge(t, operation.run(t, c))
						})
					}
				})
			}
		}
	})
	table := tabwriter.NewWriter(&sdkMatrix, 0, 0, 2, ' ', 0)
	for i := range sdks {
		client := &sdks[i]
		fmt.Fprintf(table, "\n%s %s", client.name, client.version(t))
		for _, with := range client.credentials {
			fmt.Fprint(table, "\t", with.name)
		}
		for i, operation := range sdkOperations {
			fmt.Fprint(table, "\n  ", operation.name)
			for _, column := range cells[client] {
				fmt.Fprint(table, "\t", column[i])
			}
		}
		fmt.Fprintln(table)
	}
	_ = table.Flush()
}

// judge returns the cell of a test. It fails the test if the client differs from the contract in a way that is not
// known, or no longer differs in one that is.
func judge(t *testing.T, err error) string {
	t.Helper()
	for _, d := range deviations {
		if regexp.MustCompile(d.test).MatchString(t.Name()) {
			if err == nil || !strings.Contains(err.Error(), d.observed) {
				t.Errorf("error %v, want %q; if the client was fixed, remove the deviation", err, d.observed)
				return "CHANGED"
			}
			return d.cell
		}
	}
	if err != nil {
		t.Error(err)
		return "FAILED"
	}
	return "ok"
}

// version returns the version that the file pins.
func (s *sdk) version(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(s.file)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(s.name + `[": ]+(v?[\d.]+)`).FindSubmatch(text)
	if found == nil {
		t.Fatalf("%s does not pin %s", s.file, s.name)
	}
	return string(found[1])
}
