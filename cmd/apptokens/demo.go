package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
)

const (
	demoApp    = "0oaDemo"
	demoTokens = 2*api.MaxPageSize + 50
	demoLimit  = 6
	demoWindow = 2 * time.Second
)

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Show what the command does, against an org inside the process",
		Long: `Start an in-memory Okta org inside the process, list its tokens over HTTP, ride
out a rate limit and a broken connection, revoke one token and then all, and
verify each by reading back. Nothing outside this machine is contacted.`,
		Args: wantArgs(0, 0),
		RunE: func(command *cobra.Command, _ []string) error {
			// a small version of an org's 50 to 100 requests a minute
			org := oktatest.NewServer(oktatest.WithApp(demoApp, demoTokens), oktatest.WithRateLimit(demoLimit, demoWindow))
			defer org.Close()
			d := &demo{out: a.out, org: org}
			var err error
			if d.client, err = api.New(org.URL, api.APIToken(org.APIToken()), api.WithObserver(d.narrate)); err != nil {
				return err
			}
			return d.run(command.Context())
		},
	}
}

type demo struct {
	out    io.Writer
	org    *oktatest.Server
	client *api.Client
	step   int
}

func (d *demo) run(ctx context.Context) error {
	d.say("An Okta org runs inside this process: %s", d.org.URL)
	d.tell("Its app %s holds %d refresh tokens; %d requests are allowed every %v.",
		demoApp, demoTokens, demoLimit, demoWindow)

	d.say("List them, while the connection of the second page breaks halfway.")
	d.org.Inject(oktatest.CutBody().After(1))
	ids, err := d.list(ctx)
	if err != nil {
		return err
	}
	slices.Sort(ids)
	whole := len(ids) == demoTokens && len(slices.Compact(ids)) == demoTokens
	if err := d.prove(whole, "all %d tokens came, each once", demoTokens); err != nil {
		return err
	}

	id := ids[0]
	d.say("Revoke token %s. A proxy throttles it once, and the connection breaks after Okta revoked it.", id)
	d.org.Inject(oktatest.Throttle(time.Second), oktatest.DropAfter())
	if err := d.client.Revoke(ctx, demoApp, id); err != nil {
		return err
	}
	_, err = d.client.Get(ctx, demoApp, id)
	var failure *api.Error
	if err := d.prove(errors.As(err, &failure) && failure.Code == "E0000007", "Okta no longer knows it"); err != nil {
		return err
	}

	d.say(`Revoke token "..", which other clients turn into deleting the app.`)
	before := len(d.org.Requests())
	err = d.client.Revoke(ctx, demoApp, "..")
	d.tell("%v", err)
	refused := errors.Is(err, api.ErrInvalidArgument) && len(d.org.Requests()) == before
	if err := d.prove(refused, "nothing was sent"); err != nil {
		return err
	}

	d.say("Revoke all that remain.")
	if err := d.client.RevokeAll(ctx, demoApp); err != nil {
		return err
	}
	ids, err = d.list(ctx)
	if err != nil {
		return err
	}
	if err := d.prove(len(ids) == 0, "the app holds %d tokens now", len(ids)); err != nil {
		return err
	}
	limited := 0
	for _, request := range d.org.Requests() {
		if request.Status == 429 {
			limited++
		}
	}
	d.say("Done: %d requests, %d of them answered 429, by the proxy: when a window is used up, the client holds back.",
		len(d.org.Requests()), limited)
	return nil
}

func (d *demo) list(ctx context.Context) (ids []string, err error) {
	for page, err := range d.client.Pages(ctx, demoApp) {
		if err != nil {
			return nil, err
		}
		d.tell("a page of %d tokens", len(page.Tokens))
		for _, token := range page.Tokens {
			ids = append(ids, token.ID)
		}
	}
	return ids, nil
}

func (d *demo) say(format string, args ...any) {
	d.step++
	fmt.Fprintf(d.out, "%d. %s\n", d.step, fmt.Sprintf(format, args...))
}

func (d *demo) tell(format string, args ...any) { fmt.Fprintf(d.out, "   "+format+"\n", args...) }

// prove prints a fact, or fails if it does not hold.
func (d *demo) prove(holds bool, format string, args ...any) error {
	fact := fmt.Sprintf(format, args...)
	if !holds {
		return fmt.Errorf("the demo expected something else: %s", fact)
	}
	d.tell("✓ %s", fact)
	return nil
}

// narrate reports every attempt that is retried.
func (d *demo) narrate(_ context.Context, attempt api.Attempt) {
	if attempt.Again {
		d.tell("! %s (attempt %d); trying again in %v", reason(attempt), attempt.Number, attempt.Wait.Round(time.Millisecond))
	}
}
