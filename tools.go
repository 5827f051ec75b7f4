//go:build tools

// Package apptokens pins in go.mod the programs that the Makefile and go generate run, so that every machine runs the
// same ones and nothing is downloaded but modules.
package apptokens

import (
	_ "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen"
	_ "honnef.co/go/tools/cmd/staticcheck"
)
