package repository_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/apptokens/api/oktatest"
)

const (
	commandGuide  = "cmd/apptokens/README.md"
	contractGuide = "api/contract/README.md"
	oktatestGuide = "api/oktatest/README.md"
	contributing  = ".github/CONTRIBUTING.md"
)

var guides = []string{"README.md", commandGuide, contractGuide, oktatestGuide, contributing, ".github/SECURITY.md"}

func TestTheReadmeIsShort(t *testing.T) {
	t.Parallel()
	if lines := strings.Count(document(t, "README.md"), "\n"); lines > 200 {
		t.Errorf("%d lines, want up to 200: move what only some readers need to a guide", lines)
	}
}

// The programs in the guides, each in a module of its own, build and do what they should.
func TestTheReadmesProgramsRun(t *testing.T) {
	t.Parallel()
	programs := map[string]int{"README.md": 1, commandGuide: 1, contractGuide: 1, oktatestGuide: 3}
	for _, guide := range guides {
		if found := len(fenced(t, guide, "go")); found != programs[guide] {
			t.Fatalf("%s has %d programs, and this test runs %d", guide, found, programs[guide])
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 450), oktatest.WithServiceApp(oktatest.ServiceApp{
		ClientID: "0oaServiceApp", Keys: map[string]crypto.PublicKey{"": key.Public()},
	}))
	defer org.Close()

	output := runProgram(t, fenced(t, "README.md", "go")[0], "OKTA_CLIENT_ORGURL="+org.URL, "OKTA_CLIENT_TOKEN="+org.APIToken())
	if n := strings.Count(output, "\n"); n != 450 {
		t.Errorf("%d lines, want 450\n%.500s", n, output)
	}
	runProgram(t, fenced(t, commandGuide, "go")[0], "OKTA_CLIENT_ORGURL="+org.URL, "OKTA_CLIENT_CLIENTID=0oaServiceApp",
		"OKTA_CLIENT_PRIVATEKEY="+string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	if left := len(org.Tokens("0oa1")); left != 0 {
		t.Errorf("%d tokens are left", left)
	}
}

// runProgram builds a program, and returns what it prints for app 0oa1.
func runProgram(t *testing.T, program string, env ...string) string {
	t.Helper()
	dir := consumer(t, "main.go", program)
	run(t, dir, "go", "build", "-o", "consumer", ".")
	command := exec.CommandContext(t.Context(), filepath.Join(dir, "consumer"), "0oa1")
	command.Dir, command.Env = dir, append(env, "HOME="+dir)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%.500s", err, output)
	}
	return string(output)
}

// The test in the guide to package contract finds the violations that the guide quotes, and no others.
func TestTheReadmesTestOfAMockFails(t *testing.T) {
	t.Parallel()
	dir := consumer(t, "mock_test.go", fenced(t, contractGuide, "go")[0])
	command := exec.CommandContext(t.Context(), "go", "test", ".")
	command.Dir = dir
	output, err := command.CombinedOutput()
	if err == nil {
		t.Fatalf("it passes\n%s", output)
	}
	violation := regexp.MustCompile(`(?m)contract: getToken: .*$`)
	got, want := violation.FindAllString(string(output), -1), violation.FindAllString(document(t, contractGuide), -1)
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("it found\n%s\n%s quotes\n%s", output, contractGuide, strings.Join(want, "\n"))
	}
}

// A link within the repository leads to a file, and to a heading of it.
func TestTheReadmesLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)#\s]*)(?:#([^)\s]*))?\)`)
	for _, guide := range append(guides, "internal/bench/RESULTS.md", "api/REFERENCE.md", "CHANGELOG.md") {
		for _, match := range link.FindAllStringSubmatch(document(t, guide), -1) {
			target, anchor := match[1], match[2]
			if strings.Contains(target, "://") {
				continue
			}
			file := guide
			if target != "" {
				file = filepath.Join(filepath.Dir(guide), target)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: %s: %v", guide, match[0], err)
			} else if anchor != "" && !slices.Contains(anchors(t, file), anchor) {
				t.Errorf("%s: %s: %s has no such heading, but %q", guide, match[0], file, anchors(t, file))
			}
		}
	}
}

// anchors returns what links to the headings of a document end with, on the sites that show it.
func anchors(t *testing.T, file string) (all []string) {
	t.Helper()
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(document(t, file), -1) {
		words := regexp.MustCompile(`[^\w\s-]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		all = append(all, strings.ReplaceAll(words, " ", "-"))
	}
	return all
}

func TestTheReadmesMakeTargetsExist(t *testing.T) {
	t.Parallel()
	makefile, found := "\n"+document(t, "Makefile"), 0
	for _, guide := range guides {
		for _, match := range regexp.MustCompile("(?m)(?:`|^    )make ([a-z-]+)").FindAllStringSubmatch(document(t, guide), -1) {
			found++
			if !strings.Contains(makefile, "\n"+match[1]+":") {
				t.Errorf("%s: the Makefile has no target %s", guide, match[1])
			}
		}
	}
	if found == 0 {
		t.Error("no guide names a target")
	}
}

// document returns the text of a file.
func document(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fenced returns the code blocks of a document that are in a language.
func fenced(t *testing.T, file, language string) []string {
	t.Helper()
	return blocksOf(t, document(t, file), language)
}

// fencedBelow returns those between a heading of a document and the next heading.
func fencedBelow(t *testing.T, file, heading, language string) []string {
	t.Helper()
	_, text, found := strings.Cut(document(t, file), "\n"+heading+"\n")
	if !found {
		t.Fatalf("%s has no heading %q", file, heading)
	}
	text, _, _ = strings.Cut(text, "\n##")
	return blocksOf(t, text, language)
}

func blocksOf(t *testing.T, text, language string) (blocks []string) {
	t.Helper()
	for _, rest := range strings.Split(text, "\n```"+language+"\n")[1:] {
		block, _, closed := strings.Cut(rest, "```\n")
		if !closed {
			t.Fatalf("a block is not closed: %.100s", rest)
		}
		blocks = append(blocks, block)
	}
	return blocks
}
