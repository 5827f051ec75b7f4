package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A contract of one operation, and what it has beyond upstream.
const smallContract = `# A contract for tests, after another
# API, version 1.2.3. Comments stay.
openapi: 3.0.3
info:
  title: Things
  version: 1.2.3
paths:
  /things/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
    get:
      operationId: getThing
      x-upstream-operation-id: fetchThing
      security: [{oauth2: [read]}]
      responses:
        '200':
          description: A thing
          headers:
            X-Request-Id: {x-beyond-upstream: true, schema: {type: string}}
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Thing'}
        '401': {x-beyond-upstream: true, description: Who are you}
components:
  schemas:
    Thing:
      type: object
      required: [id]
      properties:
        id: {type: string, readOnly: true}
        size: {type: integer}
  securitySchemes:
    oauth2:
      type: oauth2
      flows: {authorizationCode: {authorizationUrl: /authorize, tokenUrl: /token, scopes: {read: See things}}}
`

// The document that it follows says the same in other words. In other places it has what cannot be merged.
const smallUpstream = `openapi: 3.0.3
info:
  title: All Things
  version: 1.3.0
paths:
  /others:
    get:
      responses:
        '200': {description: Others, content: {application/json: {schema: {$ref: '#/components/schemas/Clash'}}}}
  /things/{thingId}:
    get:
      operationId: fetchThing
      summary: Gets it
      security: [{oauth2: [read]}]
      parameters:
        - {name: thingId, in: path, required: true, schema: {type: string}}
      responses:
        '200': {description: It, content: {application/json: {schema: {$ref: '#/components/schemas/Sized'}}}}
components:
  schemas:
    Clash: {allOf: [{type: string}, {type: integer}]}
    Identified: {type: object, required: [id], properties: {id: {type: string, readOnly: true, description: Its id}}}
    Sized: {allOf: [{$ref: '#/components/schemas/Identified'}, {type: object, properties: {size: {type: integer}}}]}
  securitySchemes:
    apiToken: {type: apiKey, in: header, name: Authorization}
    oauth2:
      type: oauth2
      flows: {authorizationCode: {authorizationUrl: /authorize, tokenUrl: /token, scopes: {read: Read, write: Write}}}
`

const probes = "package contract\n\nconst inContract = \"openapi.yaml, after Okta's management API 1.2.3\"\n"

// repository writes a small repository, and returns its folder and a file with an upstream.
func repository(t *testing.T, deliberate, upstream string) (root, upstreamFile string) {
	t.Helper()
	root = t.TempDir()
	for file, text := range map[string]string{
		contractFile:                 smallContract,
		deliberateFile:               deliberate,
		"api/contract/listprobes.go": probes,
		"upstream.yaml":              upstream,
	} {
		write(t, filepath.Join(root, file), text)
	}
	return root, filepath.Join(root, "upstream.yaml")
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, names ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(names...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// edited returns the small upstream with words replaced, which have to be there.
func edited(t *testing.T, from, to string) string {
	t.Helper()
	if !strings.Contains(smallUpstream, from) {
		t.Fatalf("no %q in the small upstream", from)
	}
	return strings.ReplaceAll(smallUpstream, from, to)
}
