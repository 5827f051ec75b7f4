// Package interop holds the tests against programs of other projects, see "make interop". It is a separate module, so
// that their dependencies stay out of the main one.
package interop
