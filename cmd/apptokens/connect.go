package main

import (
	"fmt"
	"log/slog"

	"example.com/apptokens/api"
	"example.com/apptokens/api/config"
)

// client returns a client of the org that flags, environment and files name, if the IDs on the command line can be
// some: a command with one that cannot be is refused before its first request.
func (a *app) client(ids ...string) (*api.Client, error) {
	if err := a.load(ids...); err != nil {
		return nil, err
	}
	options := []api.Option{api.WithObserver(a.waiting)}
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
	a.settings.UserAgent = "apptokens/" + version()
	if a.verbose {
		a.settings.Logger = slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return nil
}

// places are where the settings come from.
func (a *app) places() []config.Option {
	places := []config.Option{config.WithEnvironment(a.getenv)}
	if a.configFiles != nil {
		places = append(places, config.WithFiles(a.configFiles...))
	}
	if a.configFile != "" {
		places = append(places, config.WithFiles(a.configFile))
	}
	if a.orgURL != "" {
		places = append(places, config.With(config.OrgURL, a.orgURL, "--org-url"))
	}
	if a.rateShare != "" {
		places = append(places, config.With(config.RateShare, a.rateShare, "--rate-share"))
	}
	return places
}
