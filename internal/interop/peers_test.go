package interop_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"example.com/apptokens/gen"
)

// peer is another project's client of the API. Its errors are *failure if there is a response.
type peer interface {
	list(t *testing.T, app string, pageSize int) (tokens []gen.Token, pages int, err error) // with the details of scopes
	get(t *testing.T, app, token string) (gen.Token, error)
	revoke(t *testing.T, app, token string) error
	revokeAll(t *testing.T, app string) error
}

const peersApp = "0oa1"

// failure is an unsuccessful response, as a peer reports it.
type failure struct {
	Status        int
	Code, Message string // empty without an error object
}

func (f *failure) Error() string { return fmt.Sprintf("%d %s: %s", f.Status, f.Code, f.Message) }

// sameTokens compares tokens as JSON, in which equal times are written the same.
func sameTokens(got, want []gen.Token) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d tokens, want %d", len(got), len(want))
	}
	for i := range got {
		got, err1 := json.Marshal(got[i])
		want, err2 := json.Marshal(want[i])
		if err := errors.Join(err1, err2); err != nil || !slices.Equal(got, want) {
			return fmt.Errorf("token %d is %s, want %s (%v)", i, got, want, err)
		}
	}
	return nil
}

func isFailure(err error, status int, code string) error {
	var failed *failure
	if !errors.As(err, &failed) || failed.Status != status || failed.Code != code {
		return fmt.Errorf("error %v, want %d %s", err, status, code)
	}
	return nil
}
