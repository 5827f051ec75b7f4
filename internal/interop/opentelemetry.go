package interop

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"example.com/apptokens/api"
)

// Telemetry returns options that trace and measure a client with OpenTelemetry. Each attempt is a client span, a child of
// the span in the context of its call, with the attributes of the semantic conventions for HTTP; the request carries its
// trace. The histogram apptokens.wait has the waits before attempts, in seconds, by reason.
//
// It is an example to copy: the client does not depend on OpenTelemetry.
func Telemetry(tracer trace.Tracer, meter metric.Meter) ([]api.Option, error) {
	waits, err := meter.Float64Histogram("apptokens.wait", metric.WithUnit("s"),
		metric.WithDescription("Waits before an attempt, for the rate limit or before a retry."))
	if err != nil {
		return nil, err
	}
	wait := func(ctx context.Context, op, reason string, d time.Duration) {
		waits.Record(ctx, d.Seconds(), metric.WithAttributes(attribute.String("apptokens.op", op), attribute.String("reason", reason)))
	}
	return []api.Option{
		api.WithStartObserver(func(ctx context.Context, attempt api.Attempt) context.Context {
			ctx, _ = tracer.Start(ctx, attempt.Op, trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(attempt.Start))
			return ctx
		}),
		api.WithRequestEditor(func(ctx context.Context, req *http.Request) error {
			span := trace.SpanFromContext(ctx)
			span.SetName(req.Method)
			span.SetAttributes(requestAttributes(req)...)
			propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(req.Header))
			return nil
		}),
		api.WithObserver(func(ctx context.Context, attempt api.Attempt) {
			span := trace.SpanFromContext(ctx)
			defer span.End()
			if attempt.Number > 1 {
				span.SetAttributes(semconv.HTTPRequestResendCount(attempt.Number - 1))
			}
			if attempt.StatusCode > 0 {
				span.SetAttributes(semconv.HTTPResponseStatusCode(attempt.StatusCode))
			}
			if attempt.Err != nil {
				span.SetStatus(codes.Error, attempt.Err.Error())
				span.SetAttributes(semconv.ErrorTypeKey.String(errorType(attempt)))
			}
			if attempt.Again {
				wait(ctx, attempt.Op, "retry", attempt.Wait)
			}
		}),
		api.WithHoldObserver(func(ctx context.Context, hold api.Hold) {
			wait(ctx, hold.Op, "rate limit, "+string(hold.Reason), time.Until(hold.Until))
		}),
	}, nil
}

// requestAttributes describes a request before it is authorized, so that there is no credential in it.
func requestAttributes(req *http.Request) []attribute.KeyValue {
	port, err := strconv.Atoi(req.URL.Port())
	if err != nil {
		port = map[string]int{"http": 80, "https": 443}[req.URL.Scheme]
	}
	return []attribute.KeyValue{
		semconv.HTTPRequestMethodKey.String(req.Method),
		semconv.ServerAddress(req.URL.Hostname()),
		semconv.ServerPort(port),
		semconv.URLFull(req.URL.String()),
	}
}

// errorType is the status of a response, or what kept it from coming.
func errorType(attempt api.Attempt) string {
	var timeout net.Error
	switch {
	case attempt.StatusCode > 0:
		return strconv.Itoa(attempt.StatusCode)
	case errors.Is(attempt.Err, context.Canceled):
		return "canceled"
	case errors.As(attempt.Err, &timeout) && timeout.Timeout(), errors.Is(attempt.Err, context.DeadlineExceeded):
		return "timeout"
	}
	return "connection"
}
