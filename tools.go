//go:build ignore

// This file names the programs that go generate and the Makefile run. The tool lines in go.mod pin them, so that every
// machine runs the same ones; "go get -tool PROGRAM@latest" upgrades one. The build constraint is ignore, since under
// any other the programs would become requirements of every module that imports this package.
package apptokens

import (
	_ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen" // makes gen/
	_ "honnef.co/go/tools/cmd/staticcheck"                       // checks the code
)
