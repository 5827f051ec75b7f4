# All it takes is Go and make (bench also wants taskset, of util-linux). The tools are pinned: in go.mod, see tools.go, or
# here.

GO ?= go
FUZZTIME ?= 30s
DURATION ?= 2m
# Checks workflows, and is not part of what is built: in go.mod, it would bring in dependencies for nothing.
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
# Makes releases; it is much larger than what it releases.
GORELEASER := github.com/goreleaser/goreleaser/v2@v2.16.0
GENERATED := gen/tokens.gen.go api/REFERENCE.md

# The race detector needs a C compiler.
ifeq ($(shell $(GO) env CGO_ENABLED),1)
RACE := -race
endif

.DEFAULT_GOAL := help
.PHONY: help demo test interop interop-test generate check canary drift upstream rehearse lint bench soak fuzz \
	apidiff release-check release

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

demo: ## list, revoke and prove, against an org inside the process
	$(GO) run ./cmd/apptokens demo

test: ## run all tests, api's also under the contract, with the race detector if it can be; say what was skipped
	@echo "race detector: $(if $(RACE),on,off (no C compiler))"
	$(GO) run ./internal/tests -shuffle=on $(RACE) ./... -- -tags contract ./api -- -C internal/bench .

interop: ## test with other people's linters, servers, clients and browsers; wants node and npm, and Chromium
	@if command -v node >/dev/null && command -v npm >/dev/null; then $(MAKE) --no-print-directory interop-test; \
	else echo "interop: skipped, nothing was checked: it needs node and npm"; fi

interop-test: internal/interop/node_modules/.package-lock.json
	cd internal/interop && $(GO) test -count=1 -timeout 10m

internal/interop/node_modules/.package-lock.json: internal/interop/package-lock.json
	cd internal/interop && npm ci --loglevel=error

generate: ## make gen/ and api/REFERENCE.md from openapi.yaml
	$(GO) generate ./...

check: ## fail if "make generate" changes something
	@before=$$(cksum $(GENERATED)); $(GO) generate ./... && after=$$(cksum $(GENERATED)) && \
	stale=$$(printf '%s\n' "$$before" "$$after" | sort | uniq -u | awk '{ print $$3 }' | sort -u) && \
	if [ -n "$$stale" ]; then \
		echo "stale, and now regenerated: commit" $$stale >&2; exit 1; \
	fi
	@echo "what is generated is fresh: $(GENERATED)"

canary: ## generate and test with the newest oapi-codegen, in a copy, and show what would change
	@.ci/canary

drift: ## compare openapi.yaml with what Okta publishes, UPSTREAM=FILE; fails if something is unexpected
	@$(GO) run ./internal/drift compare "$(UPSTREAM)"

upstream: ## record the version of what Okta publishes, FROM=FILE; writes internal/drift/CHECKLIST.md: what to edit
	@$(GO) run ./internal/drift record "$(FROM)"
	@$(MAKE) --no-print-directory generate

rehearse: ## make changes that Okta could make, each in a copy, and see that they are followed rightly or fail where to edit
	$(GO) run ./internal/rehearse

apidiff: ## compare what is exported with the last release: is the next version a major, a minor or a patch?
	@.ci/apidiff

release-check: ## build what a release holds for this platform into build/dist, and install and run its Debian package
	sed "s/goos: \[.*/goos: [$$($(GO) env GOOS)]/; s/goarch: \[.*/goarch: [$$($(GO) env GOARCH)]/" .ci/goreleaser.yaml | \
		$(GO) run $(GORELEASER) release --config - --clean --snapshot --skip=docker
	@command -v dpkg >/dev/null || { echo "release-check: there is no dpkg: the package was not installed"; exit; }; \
	root=$$(mktemp -d) && trap 'rm -rf "$$root"' EXIT && mkdir -p "$$root/var/lib/dpkg" && \
	dpkg --root="$$root" --force-not-root --install build/dist/apptokens_*_linux_$$($(GO) env GOARCH).deb && \
	find "$$root/usr" -type f -printf '/usr/%P\n' && "$$root/usr/bin/apptokens" version

release: ## publish the tag that is checked out, with its section of CHANGELOG.md
	@tag=$$(git describe --tags --exact-match) && mkdir -p build && \
	sed -n "/^## \[$${tag#v}\]/,/^## /{/^## /!p}" CHANGELOG.md > build/notes.md && \
	if [ ! -s build/notes.md ]; then echo "CHANGELOG.md has no section [$${tag#v}]" >&2; exit 1; fi
	$(GO) run $(GORELEASER) release --config .ci/goreleaser.yaml --clean --release-notes build/notes.md

lint: ## gofmt, go vet, staticcheck and actionlint
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not gofmt-ed: $$unformatted" >&2; exit 1; fi
	$(GO) vet ./...
	$(GO) vet -tags contract ./api
	cd internal/bench && $(GO) vet ./...
	cd internal/interop && $(GO) vet ./...
	$(GO) vet -tags documents ./internal/drift
	$(GO) tool staticcheck ./...
# Shellcheck and pyflakes are left out: only some machines have them, and a check that is not the same everywhere is none.
	$(GO) run $(ACTIONLINT) -shellcheck= -pyflakes= .github/workflows/*.yml

bench: ## compare with the peers side by side, for some minutes; writes internal/bench/ and the table in the README
	cd internal/bench && $(GO) run .

soak: ## use everything for DURATION (default 2m) against an org on which everything goes wrong, and play a week of it
	$(GO) test ./internal/soak -count=1 -v -args -days=7 -seed=0
	$(GO) run ./internal/soak -duration $(DURATION)

# Unless it is told not to, go test may spend the whole time on making a single input shorter.
fuzz: ## fuzz every parser, each for FUZZTIME (default 30s)
	@found=$$($(GO) test -list '^Fuzz' ./...) || { echo "$$found"; exit 1; }; \
	targets=$$(echo "$$found" | awk '/^Fuzz/ { names[n++] = $$1 } /^ok/ { while (n) print $$2, names[--n] }'); \
	[ -n "$$targets" ] || { echo "fuzz: found no target" >&2; exit 1; }; \
	echo "$$targets" | while read -r package target; do \
		echo "fuzz: $$target of $$package"; \
		$(GO) test "$$package" -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x || exit 1; \
	done && echo "fuzz: $$(echo "$$targets" | wc -l) targets, each for $(FUZZTIME)"
