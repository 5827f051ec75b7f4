package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

// An export is resumed after a crash: its file has a line for each page, which ends with the link to the next one.
func ExampleStartAt() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 450)) // in place of https://acme.okta.com
	defer org.Close()
	client, err := api.New(org.URL, api.APIToken(org.APIToken()))
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "export")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "tokens.jsonl")

	tokens, err := export(context.Background(), client, "0oa1", name)
	fmt.Println("first run:", tokens, err)
	info, err := os.Stat(name)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.Truncate(name, info.Size()/2); err != nil { // a crash would have left a page, and a part of another
		log.Fatal(err)
	}
	tokens, err = export(context.Background(), client, "0oa1", name)
	fmt.Println("after a crash:", tokens, err)
	tokens, err = export(context.Background(), client, "0oa1", name)
	fmt.Println("once it is complete:", tokens, err)
	// Output:
	// first run: 450 <nil>
	// after a crash: 250 <nil>
	// once it is complete: 0 <nil>
}

// exported is a line of the file.
type exported struct {
	Tokens []api.Token
	Next   string // empty on the last page
}

// export appends the pages of an app to a file, after those that are there. It returns how many tokens it has added.
func export(ctx context.Context, client *api.Client, appID, name string) (tokens int, err error) {
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	data, err := io.ReadAll(file)
	if err != nil {
		return 0, err
	}
	options := []api.ListOption{api.PageSize(200)}
	end := bytes.LastIndexByte(data, '\n') + 1
	if end > 0 {
		var last exported
		if err := json.Unmarshal(data[bytes.LastIndexByte(data[:end-1], '\n')+1:end], &last); err != nil {
			return 0, err
		}
		if last.Next == "" {
			return 0, nil // it is complete
		}
		options = append(options, api.StartAt(last.Next))
	}
	if err := file.Truncate(int64(end)); err != nil { // the crash may have torn a line
		return 0, err
	}
	encoder := json.NewEncoder(file)
	for page, err := range client.Pages(ctx, appID, options...) {
		if err != nil {
			return tokens, err
		}
		if err := encoder.Encode(exported{page.Tokens, page.Next}); err != nil {
			return tokens, err
		}
		tokens += len(page.Tokens)
	}
	return tokens, nil
}
