package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"example.com/apptokens/api/oktatest"
)

// serve is one run of the subcommand.
type serve struct {
	*app
	addr      string
	apps      []string
	tokens    int
	rateLimit int
	seed      uint64
	key       *serviceAppKey // nil without --service-app
	faults    []oktatest.Fault
}

func (a *app) serveCommand() *cobra.Command {
	s := &serve{app: a}
	command := &cobra.Command{
		Use:   "serve",
		Short: "Serve an in-memory Okta org, for tests in any language",
		Long: `Serve an in-memory Okta org that speaks the Application Tokens API, with pages,
rate limits and errors like Okta's. Once it listens, it prints lines to paste
into another shell, or with --service-app an okta.yaml. It runs until it is
interrupted.

--fault injects a fault into the next request. WHEN selects other requests: a
list of after=N, times=N, forever and on=METHOD. The faults are:

` + oktatest.FaultUsage(),
		Example: `  apptokens serve --addr 127.0.0.1:8080 --app 0oa1 --tokens 1234
  apptokens serve --fault throttle:2s --fault cut-body@after=1,on=GET
  (umask 077; apptokens serve --service-app > .okta.yaml)`,
		Args: wantArgs(0, 0),
		RunE: s.run,
	}
	flags := command.Flags()
	flags.StringVar(&s.addr, "addr", "127.0.0.1:0", "address to listen on")
	flags.StringArrayVar(&s.apps, "app", []string{"0oa1"}, "ID of an app; may be repeated")
	flags.IntVar(&s.tokens, "tokens", 450, "tokens per app")
	flags.IntVar(&s.rateLimit, "rate-limit", 0, "requests per minute; 0 for no limit")
	flags.Uint64Var(&s.seed, "seed", 1, "seed of the generated tokens")
	flags.Func("service-app", "accept a service app with a new `ec|rsa` key, and print an okta.yaml for it",
		func(keyType string) (err error) {
			s.key, err = newServiceAppKey(keyType)
			return err
		})
	flags.Lookup("service-app").NoOptDefVal = "ec"
	flags.Func("fault", "inject a fault, `NAME[@WHEN][:ARGUMENTS]`; may be repeated", func(text string) error {
		fault, err := oktatest.ParseFault(text)
		s.faults = append(s.faults, fault)
		return err
	})
	return command
}

func (s *serve) run(command *cobra.Command, _ []string) error {
	ranges := errors.Join(checkRange("--tokens", s.tokens, maxServed), checkRange("--rate-limit", s.rateLimit, maxServed))
	if err := errors.Join(ranges, checkApps(s.apps...)); err != nil {
		return usageError{err}
	}
	options := []oktatest.Option{
		oktatest.WithSeed(s.seed), oktatest.WithRateLimit(s.rateLimit, time.Minute), oktatest.WithoutRequests(),
	}
	for _, id := range s.apps {
		options = append(options, oktatest.WithApp(id, s.tokens))
	}
	settings := exports
	if s.key != nil {
		options, settings = append(options, s.key.register()), s.key.settings
	}
	org := oktatest.New(options...)
	org.Inject(s.faults...)
	return s.serve(command.Context(), org, settings)
}

// serve prints the settings for a client of the org, and serves the org until ctx ends.
func (s *serve) serve(ctx context.Context, org *oktatest.Org, settings func(url string) string) error {
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return fmt.Errorf("--addr %q: %w; want a free address such as 127.0.0.1:8080", s.addr, err)
	}
	defer listener.Close()
	if _, err := fmt.Fprint(s.out, settings("http://"+reachable(listener.Addr()))); err != nil {
		return err
	}
	logger := log.New(s.stderr, "apptokens: ", 0)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.verbose {
			logger.Printf("%s %s", r.Method, r.URL.EscapedPath()) // a query may hold a client assertion
		}
		org.ServeHTTP(w, r)
	})
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeader,
		ErrorLog: logger,
	}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// exports returns settings as lines for a shell.
func exports(url string) string {
	return fmt.Sprintf("export OKTA_CLIENT_ORGURL=%s\nexport OKTA_CLIENT_TOKEN=%s\n", url, oktatest.DefaultAPIToken)
}

// maxHeader bounds what a connection can make serve keep. A request has about a kilobyte of headers, or two with a
// proof.
const maxHeader = 128 << 10

// maxServed keeps a typo from filling the memory: a token takes about 200 bytes.
const maxServed = 10_000_000

func checkRange(flag string, value, most int) error {
	if value < 0 || value > most {
		return fmt.Errorf("%s is %d, want 0 to %d", flag, value, most)
	}
	return nil
}

// reachable returns the address at which a client on this machine reaches a listener.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("127.0.0.1", fmt.Sprint(tcp.Port))
}
