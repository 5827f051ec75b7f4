// Package interop holds the tests that meet programs which are not ours: see "make interop". It is a module of its own,
// so that what they need stays out of the main one.
package interop
