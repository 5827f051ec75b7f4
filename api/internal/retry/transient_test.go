package retry_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"testing"

	"example.com/apptokens/api/internal/retry"
)

func TestPermanentErrorsOfTransports(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{
		io.EOF:                        false,
		errors.New("connection lost"): false,
		&tls.CertificateVerificationError{Err: errors.New("expired")}:    true,
		fmt.Errorf("get: %w", error(tls.RecordHeaderError{Msg: "http"})): true,
	} {
		if got := retry.IsPermanent(err); got != want {
			t.Errorf("%v: permanent %v, want %v", err, got, want)
		}
	}
}

func TestOnlyTheOutermostErrorIsTransient(t *testing.T) {
	t.Parallel()
	err := retry.Transient(io.EOF)
	if !retry.IsTransient(err) || !errors.Is(err, io.EOF) {
		t.Errorf("%v is not transient, or hides its cause", err)
	}
	if retry.IsTransient(fmt.Errorf("an editor: %w", err)) {
		t.Error("an error deeper down counts")
	}
}
