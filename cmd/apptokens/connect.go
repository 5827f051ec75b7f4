package main

import (
	"fmt"
	"log/slog"

	"example.com/apptokens/api"
	"example.com/apptokens/api/config"
	"example.com/apptokens/api/oauth"
)

// client returns a client of the org that flags, environment and files name, if the IDs on the command line can be
// some: a command with one that cannot be is refused before its first request.
func (a *app) client(ids ...string) (*api.Client, error) {
	if err := a.load(ids...); err != nil {
		return nil, err
	}
	options := []api.Option{api.WithUserAgent("apptokens/" + version()), api.WithObserver(a.waiting)}
	if a.verbose {
		options = append(options, api.WithLogger(a.logger()))
	}
	return a.settings.Client(options...)
}

// load reads the settings, if the IDs on the command line can be some.
func (a *app) load(ids ...string) (err error) {
	if err := checkIDs(ids...); err != nil {
		return err
	}
	if a.settings, err = config.Load(a.places()...); err != nil {
		return err
	}
	for _, warning := range a.settings.Warnings {
		fmt.Fprintln(a.err, "apptokens: warning:", warning)
	}
	if a.verbose {
		a.settings.OAuth = append(a.settings.OAuth, oauth.WithLogger(a.logger()))
	}
	return nil
}

func (a *app) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// places are where the settings come from.
func (a *app) places() []config.Option {
	places := []config.Option{config.WithEnvironment(a.getenv)}
	if a.configFiles != nil {
		places = append(places, config.WithFiles(a.configFiles...))
	}
	if a.orgURL != "" {
		places = append(places, config.With(config.OrgURL, a.orgURL, "--org-url"))
	}
	return places
}

// credential says where the credential came from, for a person whose credential was refused.
func (a *app) credential() string {
	if a.settings.Mode == config.PrivateKey {
		return "The private key comes from " + a.settings.Source(config.Key) + "."
	}
	return "The token comes from " + a.settings.Source(config.Token) + ". Is it valid, and of this org?"
}
