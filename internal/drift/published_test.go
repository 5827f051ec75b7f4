//go:build documents

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Okta's own documents are not in this repository. .ci/run has this test
// built where it finds a folder of them, and names it in OKTA_DOCUMENTS.
func TestOktasDocuments(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("OKTA_DOCUMENTS")
	if folder == "" {
		t.Fatal("OKTA_DOCUMENTS names no folder")
	}
	for _, test := range []struct {
		version string
		code    int
		want    []string
	}{
		{"2026.06.3", clean, []string{"\n0 unexpected"}},
		{"2025.08.0", clean, []string{"\n0 unexpected"}},
		{"2024.08.0", differs, []string{"Token/_links/self: readOnly false -> true", "\n4 unexpected"}},
		{"2024.07.0", differs, []string{
			"Token/_links/app: required with href",
			"Token/_links/authorizationServer: required with href",
			"Token/_links/client: required with href",
			"Token/_links/revoke: required with href",
			"Token/_links/user: required with href",
			"Token/_embedded/scopes/items/_links/scope: required with href",
			"stale, in internal/drift/deliberate.yaml", "\n28 unexpected",
		}},
	} {
		t.Run(test.version, func(t *testing.T) {
			t.Parallel()
			var report strings.Builder
			file := filepath.Join(folder, "okta-management-"+test.version+".yaml")
			if code := run(filepath.Join("..", ".."), []string{"compare", file}, &report, t.Output()); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for _, want := range test.want {
				if !strings.Contains(report.String(), want) {
					t.Errorf("no %q in the report\n%s", want, &report)
				}
			}
		})
	}
}
