package interop_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"example.com/apptokens/api"
	"example.com/apptokens/api/oktatest"
	"example.com/apptokens/internal/interop"
)

// A listing of three pages meets a broken gateway, and a rate limit of two requests a minute.
func TestOpenTelemetrySeesAttemptsAndWaits(t *testing.T) {
	record(t, "OpenTelemetry SDK", "in the process", "traces, metrics")
	synctest.Test(t, func(t *testing.T) {
		spans, reader := tracetest.NewInMemoryExporter(), metric.NewManualReader()
		tracer := trace.NewTracerProvider(trace.WithSyncer(spans)).Tracer("test")
		options, err := interop.Telemetry(tracer, metric.NewMeterProvider(metric.WithReader(reader)).Meter("test"))
		if err != nil {
			t.Fatal(err)
		}
		org := oktatest.New(oktatest.WithApp("0oa1", 5), oktatest.WithRateLimit(2, time.Minute))
		org.Inject(oktatest.Status(http.StatusBadGateway))
		options = append(options, api.WithHTTPClient(&http.Client{Transport: org.Transport()}))
		client, err := api.New("https://acme.okta.com", api.APIToken(org.APIToken()), options...)
		if err != nil {
			t.Fatal(err)
		}

		ctx, call := tracer.Start(t.Context(), "list the tokens")
		for _, err := range client.List(ctx, "0oa1", api.PageSize(2)) {
			if err != nil {
				t.Fatal(err)
			}
		}
		call.End()

		attempts := attemptsOf(t, spans.GetSpans(), call.SpanContext().TraceID().String())
		checkAttempts(t, attempts)
		for _, request := range org.Requests() {
			if !slices.ContainsFunc(attempts, func(span tracetest.SpanStub) bool {
				context := span.SpanContext
				return request.Header.Get("Traceparent") == "00-"+context.TraceID().String()+"-"+context.SpanID().String()+"-01"
			}) {
				t.Errorf("a request has traceparent %q, which is not an attempt's", request.Header.Get("Traceparent"))
			}
		}
		checkWaits(t, reader)
	})
}

// attemptsOf returns the children of the last span, by their start.
func attemptsOf(t *testing.T, spans tracetest.SpanStubs, trace string) []tracetest.SpanStub {
	t.Helper()
	parent := spans[len(spans)-1]
	attempts := spans[:len(spans)-1]
	for _, span := range attempts {
		if span.Parent.SpanID() != parent.SpanContext.SpanID() || span.SpanContext.TraceID().String() != trace {
			t.Errorf("span %q is not below the call's", span.Name)
		}
	}
	slices.SortFunc(attempts, func(a, b tracetest.SpanStub) int { return a.StartTime.Compare(b.StartTime) })
	return attempts
}

func checkAttempts(t *testing.T, attempts []tracetest.SpanStub) {
	t.Helper()
	if len(attempts) != 4 {
		t.Fatalf("%d attempts have a span, want 4", len(attempts))
	}
	for i, span := range attempts {
		got := attribute.NewSet(span.Attributes...)
		want := []attribute.KeyValue{
			attribute.String("http.request.method", "GET"),
			attribute.String("server.address", "acme.okta.com"), attribute.Int("server.port", 443),
			attribute.Int("http.response.status_code", http.StatusOK),
		}
		switch i {
		case 0:
			want[3] = attribute.Int("http.response.status_code", http.StatusBadGateway)
			want = append(want, attribute.String("error.type", "502"),
				attribute.String("url.full", "https://acme.okta.com/api/v1/apps/0oa1/tokens?limit=2"))
			if span.Status.Code != codes.Error {
				t.Errorf("the status of an attempt that failed is %v", span.Status)
			}
		case 1:
			want = append(want, attribute.Int("http.request.resend_count", 1))
		}
		for _, attr := range want {
			if value, found := got.Value(attr.Key); !found || value != attr.Value {
				t.Errorf("attempt %d: %s is %v, want %v", i+1, attr.Key, value.Emit(), attr.Value.Emit())
			}
		}
		if span.Name != "GET" || span.EndTime.Before(span.StartTime) {
			t.Errorf("attempt %d: span %q from %v to %v", i+1, span.Name, span.StartTime, span.EndTime)
		}
	}
}

func checkWaits(t *testing.T, reader metric.Reader) {
	t.Helper()
	var metrics metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &metrics); err != nil {
		t.Fatal(err)
	}
	counts, sums := map[string]uint64{}, map[string]float64{}
	for _, point := range metrics.ScopeMetrics[0].Metrics[0].Data.(metricdata.Histogram[float64]).DataPoints {
		reason, _ := point.Attributes.Value("reason")
		counts[reason.AsString()], sums[reason.AsString()] = point.Count, point.Sum
	}
	if counts["retry"] != 1 || counts["rate limit, limit"] == 0 || sums["rate limit, limit"] < 30 {
		t.Errorf("waits by reason: %v, in seconds %v; want one retry, and some for the rate limit of about a minute", counts, sums)
	}
}

// An attempt that is given up is a time-out, not a broken connection.
func TestOpenTelemetryNamesTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spans := tracetest.NewInMemoryExporter()
		tracer := trace.NewTracerProvider(trace.WithSyncer(spans)).Tracer("test")
		options, err := interop.Telemetry(tracer, metric.NewMeterProvider().Meter("test"))
		if err != nil {
			t.Fatal(err)
		}
		org := oktatest.New(oktatest.WithApp("0oa1", 1))
		org.Inject(oktatest.SlowFirstByte(time.Minute))
		options = append(options, api.WithHTTPClient(&http.Client{Transport: org.Transport()}), api.WithAttemptTimeout(time.Second))
		client, err := api.New("https://acme.okta.com", api.APIToken(org.APIToken()), options...)
		if err != nil {
			t.Fatal(err)
		}
		if err := client.RevokeAll(t.Context(), "0oa1"); err != nil {
			t.Fatal(err)
		}
		if got := spans.GetSpans()[0].Attributes; !slices.Contains(got, attribute.String("error.type", "timeout")) {
			t.Errorf("the attributes are %v", got)
		}
	})
}
