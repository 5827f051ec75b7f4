package interop_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// The summary's page works in a real browser, without other files.
func TestSummaryPageInABrowser(t *testing.T) {
	const peer, mode, operation = "Chromium", "summary page", "look, search, sort, axe"
	chromium, err := findChromium()
	if err != nil {
		recordImpossible(peer, mode, operation, err.Error())
		t.Skip(err)
	}
	record(t, peer, mode, operation)
	dir := t.TempDir()
	write := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-run=^TestWritePages$",
		"./cmd/apptokens/internal/summary", "-pages", dir)
	write.Dir = "../.."
	if out, err := write.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	browser := startProgram(t, "summary-page.mjs", chromium, dir)
	for range browser.lines { // which ends with the program
	}
}

// findChromium returns the path of a Chromium.
func findChromium() (string, error) {
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	if path := os.Getenv("CHROMIUM"); path != "" {
		names = []string{path}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("there is no Chromium: none of %v is a program (CHROMIUM can name one)", names)
}
