package retry

import (
	"crypto/tls"
	"errors"
)

// transient marks an error after which the same request may fare better.
type transient struct{ error }

func (e *transient) Unwrap() error { return e.error }

// Transient marks an error after which the same request may fare better.
func Transient(err error) error { return &transient{err} }

// IsTransient finds the mark. Only the outermost error counts: one further down the chain may come from another call,
// by way of an editor.
func IsTransient(err error) bool {
	_, is := err.(*transient)
	return is
}

// IsPermanent tells the errors of a transport that will not pass, or that say so of themselves.
func IsPermanent(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		plainText   tls.RecordHeaderError // the server does not speak TLS
		permanent   interface{ Permanent() bool }
	)
	return errors.As(err, &certificate) || errors.As(err, &plainText) || errors.As(err, &permanent) && permanent.Permanent()
}
