package contract_test

import (
	"context"
	"net/http"
	"testing"

	"example.com/apptokens/api"
	"example.com/apptokens/api/contract"
	"example.com/apptokens/api/oktatest"
)

// A time is the contract's if package api can decode it.
func TestTimesAreJudgedAsTheClientDoes(t *testing.T) {
	t.Parallel()
	for value, good := range map[string]bool{
		"2026-12-31T23:59:59Z":                           true,
		"2026-12-31T23:59:59.000Z":                       true,
		"2026-12-31T23:59:59.12345678901234567890+14:00": true,
		"2024-02-29T00:00:00-00:00":                      true,
		"0000-01-01T00:00:00Z":                           true,
		"2026-12-31T23:59:60Z":                           false,
		"2026-12-31T24:00:00Z":                           false,
		"2025-02-29T00:00:00Z":                           false,
		"10000-01-01T00:00:00Z":                          false,
		"2026-12-31T3:59:59Z":                            false,
		"2026-12-31T23:59:59":                            false,
		"2026-12-31T23:59:59,5Z":                         false,
		"2026-12-31T23:59:59.Z":                          false,
		"2026-12-31t23:59:59z":                           false,
		"2026-12-31 23:59:59Z":                           false,
		"2026-12-31T23:59:59+24:00":                      false,
		"2026-12-31T23:59:59+0100":                       false,
		"2026-12-31":                                     false,
		"yesterday":                                      false,
		"":                                               false,
	} {
		warned := false
		get := func(opts ...contract.Option) error {
			org := oktatest.New(oktatest.WithApp("0oa1", 3))
			org.Inject(oktatest.Body(200, "application/json", `{"id":"oar1","created":"`+value+`"}`))
			client, err := api.New(orgURL, api.APIToken(oktatest.DefaultAPIToken),
				api.WithObserver(func(_ context.Context, a api.Attempt) { warned = a.Warning != "" }),
				api.WithHTTPClient(&http.Client{Transport: contract.NewTransport(org.Transport(), opts...)}))
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.Get(t.Context(), "0oa1", "oar1")
			return err
		}
		violated := false
		err := get(contract.OnViolation(func(v contract.Violation) {
			violated = violated || v.Pointer == "/created" && v.Rule == "format"
		}))
		if err != nil || warned && good || violated == good { // the client reads some odd times
			t.Errorf("%q: %v, the client warns: %v, the contract is violated: %v", value, err, warned, violated)
		}
	}
}
