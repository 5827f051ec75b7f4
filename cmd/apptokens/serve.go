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

func (a *app) serveCommand() *cobra.Command {
	var (
		addr      string
		apps      []string
		tokens    int
		rateLimit int
		seed      uint64
		key       *serviceAppKey
		faults    []oktatest.Fault
	)
	command := &cobra.Command{
		Use:   "serve",
		Short: "Serve an in-memory Okta org, for tests in any language",
		Long: `Serve an in-memory Okta org that speaks the Application Tokens API, with pages,
rate limits and errors like Okta's. It prints what to paste into another shell
once it listens, or with --service-app an okta.yaml, and runs until it is
interrupted.

--fault makes something go wrong: once, with the next request, unless WHEN says
otherwise, a list of after=N, times=N, forever and on=METHOD. The faults are:

` + oktatest.FaultUsage(),
		Example: `  apptokens serve --addr 127.0.0.1:8080 --app 0oa1 --tokens 1234
  apptokens serve --fault throttle:2s --fault cut-body@after=1,on=GET
  (umask 077; apptokens serve --service-app > .okta.yaml)`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			ranges := errors.Join(checkRange("--tokens", tokens, maxServed), checkRange("--rate-limit", rateLimit, maxServed))
			if err := errors.Join(ranges, checkApps(apps...)); err != nil {
				return usageError{err}
			}
			options := []oktatest.Option{
				oktatest.WithSeed(seed), oktatest.WithRateLimit(rateLimit, time.Minute), oktatest.WithoutRequests(),
			}
			for _, id := range apps {
				options = append(options, oktatest.WithApp(id, tokens))
			}
			settings := exports
			if key != nil {
				options, settings = append(options, key.register()), key.settings
			}
			org := oktatest.New(options...)
			org.Inject(faults...)
			return a.serve(command.Context(), addr, org, settings)
		},
	}
	flags := command.Flags()
	flags.StringVar(&addr, "addr", "127.0.0.1:0", "address to listen at")
	flags.StringArrayVar(&apps, "app", []string{"0oa1"}, "ID of an app; may be repeated")
	flags.IntVar(&tokens, "tokens", 450, "tokens per app")
	flags.IntVar(&rateLimit, "rate-limit", 0, "requests per minute; 0 for no limit")
	flags.Uint64Var(&seed, "seed", 1, "seed of the data")
	flags.Func("service-app", "accept a service app with a new `ec|rsa` key, and print an okta.yaml for it",
		func(keyType string) (err error) {
			key, err = newServiceAppKey(keyType)
			return err
		})
	flags.Lookup("service-app").NoOptDefVal = "ec"
	flags.Func("fault", "inject a fault, `NAME[@WHEN][:ARGUMENTS]`; may be repeated", func(text string) error {
		fault, err := oktatest.ParseFault(text)
		faults = append(faults, fault)
		return err
	})
	return command
}

// serve prints the settings of a client of the org, and serves the org until ctx ends.
func (a *app) serve(ctx context.Context, addr string, org *oktatest.Org, settings func(url string) string) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	if _, err := fmt.Fprint(a.out, settings("http://"+reachable(listener.Addr()))); err != nil {
		return err
	}
	server := &http.Server{
		Handler: org, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeader,
		ErrorLog: log.New(a.stderr, "apptokens: ", 0),
	}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// exports returns lines for a shell.
func exports(url string) string {
	return fmt.Sprintf("export OKTA_CLIENT_ORGURL=%s\nexport OKTA_CLIENT_TOKEN=%s\n", url, oktatest.DefaultAPIToken)
}

// maxHeader bounds what a connection can make serve keep. A request has about a kilobyte of headers, or two with a proof.
const maxHeader = 128 << 10

// maxServed keeps a typing error from filling the memory: a token takes some 200 bytes.
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
