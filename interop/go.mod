module example.com/apptokens/interop

go 1.26.0

require (
	example.com/apptokens v0.0.0
	github.com/go-jose/go-jose/v4 v4.1.9
)

require (
	github.com/apapsch/go-jsonmerge/v2 v2.0.0 // indirect
	github.com/go-json-experiment/json v1.27.2 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/oapi-codegen/runtime v1.8.0 // indirect
	golang.org/x/oauth2 v0.37.0 // indirect
)

replace example.com/apptokens => ../
