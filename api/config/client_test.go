package config_test

import (
	"bytes"
	"context"
	"crypto"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/apptokens/api"
	"example.com/apptokens/api/config"
	"example.com/apptokens/api/oktatest"
)

func TestClients(t *testing.T) {
	t.Parallel()
	org := oktatest.NewServer(oktatest.WithApp("0oa1", 3), oktatest.WithBearerToken("access", "okta.apps.read"),
		oktatest.WithServiceApp(oktatest.ServiceApp{ClientID: "0oaService", Keys: map[string]crypto.PublicKey{"k1": key.Public()}, Scopes: []string{"okta.apps.read"}, DPoPOptional: true}))
	t.Cleanup(org.Close)
	tests := map[string]struct {
		env    environment
		scheme string
	}{
		"SSWS":         {environment{"TOKEN": org.APIToken()}, "SSWS "},
		"Bearer":       {environment{"TOKEN": "access", "AUTHORIZATIONMODE": "Bearer"}, "Bearer access"},
		"PrivateKey":   {environment{"PRIVATEKEY": jwkKey, "CLIENTID": "0oaService", "SCOPES": "okta.apps.read"}, "DPoP "},
		"without DPoP": {environment{"PRIVATEKEY": pemKey, "PRIVATEKEYID": "k1", "CLIENTID": "0oaService", "SCOPES": "okta.apps.read", "DPOPENABLED": "false"}, "Bearer access-token"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.env["ORGURL"] = org.URL
			settings, err := config.Load(config.WithEnvironment(test.env.get), config.WithFiles())
			if err != nil {
				t.Fatal(err)
			}
			client, err := settings.Client(api.WithRequestEditor(nil))
			if !errors.Is(err, api.ErrInvalidArgument) || client != nil {
				t.Errorf("options are not heeded: %v", err)
			}
			if client, err = settings.Client(); err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, err := range client.List(context.Background(), "0oa1") {
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
			if n != 3 {
				t.Errorf("listed %d of 3", n)
			}
			auth, err := settings.Auth()
			if err != nil {
				t.Fatal(err)
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, org.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := auth.Authorize(t.Context(), req); err != nil || !strings.HasPrefix(req.Header.Get("Authorization"), test.scheme) {
				t.Errorf("authorized with %q, %v; want %s", req.Header.Get("Authorization"), err, test.scheme)
			}
		})
	}
}

// Each setting of times and retries, and each field that the program sets, is heeded by calls and by token requests.
func TestSettingsAreHeeded(t *testing.T) {
	t.Parallel()
	posts, gets := http.MethodPost, http.MethodGet
	tests := map[string]struct {
		env      environment
		fault    oktatest.Fault
		method   string
		requests int // of that method
		took     time.Duration
		fails    bool
	}{
		"two retries":                            {environment{"RATELIMIT_MAXRETRIES": "2"}, oktatest.Status(503).On(gets).Forever(), gets, 3, 0, true},
		"two retries of token requests":          {environment{"RATE_LIMIT_MAX_RETRIES": "2"}, oktatest.Status(503).On(posts).Forever(), posts, 3, 0, true},
		"a connection timeout":                   {environment{"CONNECTIONTIMEOUT": "2", "RATELIMIT_MAXRETRIES": "0"}, oktatest.SlowFirstByte(time.Hour).On(gets), gets, 1, 2 * time.Second, true},
		"a long connection timeout":              {environment{"CONNECTIONTIMEOUT": "45", "RATELIMIT_MAXRETRIES": "0"}, oktatest.SlowFirstByte(time.Hour).On(gets), gets, 1, 45 * time.Second, true},
		"a connection timeout of token requests": {environment{"CONNECTION_TIMEOUT": "2", "RATELIMIT_MAXRETRIES": "0"}, oktatest.SlowFirstByte(time.Hour).On(posts), posts, 1, 2 * time.Second, true},
		"a request timeout":                      {environment{"REQUESTTIMEOUT": "3"}, oktatest.SlowFirstByte(time.Hour).On(gets), gets, 1, 3 * time.Second, true},
		"a request timeout and a rate limit":     {environment{"REQUESTTIMEOUT": "60"}, oktatest.UsedUp(20 * time.Second).On(gets), gets, 2, 21 * time.Second, false},
		"a longest back-off and a rate limit":    {environment{"RATELIMIT_MAXBACKOFF": "30"}, oktatest.UsedUp(time.Minute).On(gets), gets, 2, time.Minute + time.Second, false},
		"a longest back-off of token requests":   {environment{"RATELIMIT_MAXBACKOFF": "30"}, oktatest.UsedUp(time.Minute).On(posts), posts, 3, time.Minute + time.Second, false},
		"no longest back-off":                    {environment{"RATELIMIT_MAXBACKOFF": "0"}, oktatest.UsedUp(time.Minute).On(gets), gets, 2, time.Minute + time.Second, false},
		"a short back-off, and an outage":        {environment{"RATELIMIT_MAXBACKOFF": "1", "RATELIMIT_MAXRETRIES": "9"}, oktatest.Status(503).On(gets).Forever(), gets, 10, 0, true},
		"no request timeout":                     {environment{"REQUESTTIMEOUT": "0"}, oktatest.UsedUp(time.Minute).On(gets), gets, 2, time.Minute + time.Second, false},
		"a request timeout within a window":      {environment{"REQUESTTIMEOUT": "30"}, oktatest.UsedUp(time.Minute).On(gets), gets, 1, 0, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				org := oktatest.New(oktatest.WithApp("0oa1", 3), oktatest.WithServiceApp(oktatest.ServiceApp{ClientID: "0oaService", Keys: map[string]crypto.PublicKey{"k1": key.Public()}}))
				org.Inject(test.fault)
				test.env["ORGURL"], test.env["PRIVATEKEY"], test.env["CLIENTID"] = orgURL, jwkKey, "0oaService"
				settings, err := config.Load(config.WithEnvironment(test.env.get), config.WithFiles())
				if err != nil {
					t.Fatal(err)
				}
				var log bytes.Buffer
				settings.HTTPClient, settings.UserAgent = &http.Client{Transport: org.Transport()}, "program/1"
				settings.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
				options := append(make([]api.Option, 0, 8), api.WithRateShare(1)) // with room, in which nothing may be put
				for range 2 {
					if _, err := settings.Client(options...); err != nil {
						t.Fatal(err)
					}
				}
				client, err := settings.Client(options...)
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				_, err = client.Get(t.Context(), "0oa1", org.Tokens("0oa1")[0].ID)
				requests := 0
				for _, request := range org.Requests() {
					if request.Method == test.method {
						requests++
					}
					if got := request.Header.Get("User-Agent"); got != "program/1" {
						t.Errorf("user agent %q", got)
					}
				}
				if took := time.Since(start); (err != nil) != test.fails || requests != test.requests || took < test.took || took > test.took+10*time.Second {
					t.Errorf("%d requests in %v, %v; want %d in %v", requests, took, err, test.requests, test.took)
				}
				if !strings.Contains(log.String(), "token request") || !strings.Contains(log.String(), "apptokens: attempt") {
					t.Errorf("the log is %s", log.String())
				}
			})
		})
	}
}

// Without a connection timeout, the one of the program's HTTP client applies.
func TestTheTimeoutOfTheProgramsHTTPClientIsKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp("0oa1", 3))
		org.Inject(oktatest.SlowFirstByte(time.Hour))
		env := environment{"ORGURL": orgURL, "TOKEN": org.APIToken(), "RATELIMIT_MAXRETRIES": "0"}
		settings, err := config.Load(config.WithEnvironment(env.get), config.WithFiles())
		if err != nil {
			t.Fatal(err)
		}
		settings.HTTPClient = &http.Client{Transport: org.Transport(), Timeout: 2 * time.Second}
		client, err := settings.Client()
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		if err := client.RevokeAll(t.Context(), "0oa1"); err == nil || time.Since(start) != 2*time.Second {
			t.Errorf("%v after %v, want a time-out after 2 s", err, time.Since(start))
		}
	})
}

// An HTTP client among the options makes all requests, token requests included.
func TestAnHTTPClientAmongTheOptionsMakesTokenRequests(t *testing.T) {
	t.Parallel()
	org := oktatest.New(oktatest.WithApp("0oa1", 3), oktatest.WithServiceApp(oktatest.ServiceApp{
		ClientID: "0oaService", Keys: map[string]crypto.PublicKey{"k1": key.Public()},
	}))
	env := environment{"ORGURL": orgURL, "PRIVATEKEY": jwkKey, "CLIENTID": "0oaService", "RATELIMIT_MAXRETRIES": "0"}
	settings, err := config.Load(config.WithEnvironment(env.get), config.WithFiles())
	if err != nil {
		t.Fatal(err)
	}
	settings.HTTPClient = &http.Client{Transport: oktatest.New().Transport()} // where nobody knows the app
	client, err := settings.Client(api.WithHTTPClient(&http.Client{Transport: org.Transport()}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Get(t.Context(), "0oa1", org.Tokens("0oa1")[0].ID); err != nil {
		t.Error(err)
	}
}

// The rest of the rate limit is left to others: of ten requests a minute, five.
func TestTheRateShareIsHeeded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := oktatest.New(oktatest.WithApp("0oa1", 3), oktatest.WithRateLimit(10, time.Minute))
		file := okta(t, "orgUrl: "+orgURL, "token: "+oktatest.DefaultAPIToken, "rateShare: 0.5")
		settings, err := config.Load(config.WithEnvironment(environment{}.get), config.WithFiles(file))
		if err != nil || settings.RateShare != 0.5 {
			t.Fatalf("rate share %v, %v", settings.RateShare, err)
		}
		settings.HTTPClient = &http.Client{Transport: org.Transport()}
		client, err := settings.Client()
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		for range 8 {
			if _, err := client.Get(t.Context(), "0oa1", org.Tokens("0oa1")[0].ID); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took < time.Minute || took > 2*time.Minute {
			t.Errorf("8 requests took %v", took)
		}
	})
}

func TestNoSecretIsShown(t *testing.T) {
	t.Parallel()
	var shown bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&shown, nil))
	raw, err := key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, env := range []environment{
		{"ORGURL": orgURL, "TOKEN": "secret-token", "PROXY_HOST": "proxy.acme.example", "PROXY_PASSWORD": "secret-password"},
		{"ORGURL": orgURL, "PRIVATEKEY": jwkKey, "CLIENTID": "0oaService"},
		{"ORGURL": orgURL, "PRIVATEKEY": pemKey, "CLIENTID": "0oaService"},
	} {
		settings, err := config.Load(config.WithEnvironment(env.get), config.WithFiles())
		if err != nil {
			t.Fatal(err)
		}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			fmt.Fprintf(&shown, verb+verb+verb, settings, &settings, struct{ C config.Config }{settings})
		}
		logger.Info("loaded", "settings", settings)
	}
	for _, secret := range []string{"secret-token", "secret-password", fmt.Sprintf("%x", "secret-token"), base64.RawURLEncoding.EncodeToString(raw), fmt.Sprintf("%x", raw), pemKey[40:60]} {
		if strings.Contains(shown.String(), secret) {
			t.Errorf("a secret is shown: %s", secret)
		}
	}
}

func TestAConfigComesFromLoad(t *testing.T) {
	t.Parallel()
	for _, mode := range []config.Mode{config.ModeSSWS, config.ModePrivateKey} {
		settings := config.Config{OrgURL: orgURL, Mode: mode, ClientID: "0oaService"}
		auth, err1 := settings.Auth()
		client, err2 := settings.Client()
		const says = "was not returned by config.Load"
		if auth != nil || client != nil || !strings.Contains(fmt.Sprint(err1), says) || !strings.Contains(fmt.Sprint(err2), says) {
			t.Errorf("%s: without a credential: %v, %v", mode, err1, err2)
		}
	}
}
