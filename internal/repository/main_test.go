// Package repository_test holds what concerns the repository as a whole: the contract, the documents and what they show,
// the module as others import it, and the scripts and workflows of CI.
package repository_test

import (
	"log"
	"os"
	"testing"
)

// TestMain lets all tests name files as they are seen from the top of the repository.
func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil {
		log.Fatal(err)
	}
	os.Exit(m.Run())
}
