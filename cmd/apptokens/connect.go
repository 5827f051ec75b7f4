package main

import (
	"log/slog"
	"net/http"
	"strings"

	"example.com/apptokens/api"
	"example.com/apptokens/api/config"
)

// client returns a client of the configured org that keeps its connections and opens a number of them at most. net/http
// opens more, for requests that would only have to wait for each other's. A listing may use two: it requests a page
// while the body of the one before comes.
func (a *app) client(connections int) (*api.Client, error) {
	if err := a.load(); err != nil {
		return nil, err
	}
	if transport, ok := a.settings.Transport().(*http.Transport); ok {
		transport.MaxConnsPerHost, transport.MaxIdleConnsPerHost = connections, connections
	}
	return a.settings.Client(api.WithObserver(a.watch.attempt), api.WithHoldObserver(a.watch.hold))
}

// load reads the settings, and prints their warnings.
func (a *app) load() (err error) {
	if a.settings, err = config.Load(a.places()...); err != nil {
		return err
	}
	for _, warning := range a.settings.Warnings {
		a.logf("warning: %s", warning)
	}
	if transport, ok := a.settings.Transport().(*http.Transport); ok {
		transport = transport.Clone()
		transport.OnProxyConnectResponse = config.ProxyRefusal // also of the environment's proxy
		transport.MaxIdleConnsPerHost = transport.MaxIdleConns // net/http's two are too few
		a.settings.HTTPClient = &http.Client{Transport: transport}
	}
	a.settings.UserAgent = "apptokens/" + strings.Trim(version(), "v()") // 1.2.3, or devel
	if a.verbose {
		a.settings.Logger = slog.New(slog.NewTextHandler(a.stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	return nil
}

// places returns where the settings come from.
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
