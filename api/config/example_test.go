package config_test

import (
	"context"
	"fmt"
	"log"
	"os"

	"example.com/apptokens/api/config"
	"example.com/apptokens/api/oktatest"
)

func ExampleLoad() {
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 450))
	defer org.Close()
	os.Setenv("OKTA_CLIENT_ORGURL", org.URL)
	os.Setenv("OKTA_CLIENT_TOKEN", org.APIToken())

	settings, err := config.Load(config.WithFiles()) // in real life, without options
	if err != nil {
		log.Fatal(err)
	}
	client, err := settings.Client()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(settings.Mode, "token from", settings.Source(config.Token))
	fmt.Println(client.RevokeAll(context.Background(), "0oa1"))
	// Output:
	// SSWS token from OKTA_CLIENT_TOKEN
	// <nil>
}
