package retry

import (
	"crypto/tls"
	"errors"
)

type transient struct{ error }

func (e *transient) Unwrap() error { return e.error }

// Transient marks an error after which the same request may succeed.
func Transient(err error) error { return &transient{err} }

// IsTransient reports whether err was marked by Transient. Only the outermost error counts, because one further down
// the chain may come from another call that an editor made.
func IsTransient(err error) bool {
	_, is := err.(*transient)
	return is
}

// IsPermanent reports whether retrying after an error of a transport is pointless. An error may have a method
// Permanent.
func IsPermanent(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		plainText   tls.RecordHeaderError // the server does not speak TLS
		permanent   interface{ Permanent() bool }
	)
	return errors.As(err, &certificate) || errors.As(err, &plainText) ||
		errors.As(err, &permanent) && permanent.Permanent()
}
