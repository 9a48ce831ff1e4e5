"""The serving log for an OpenTelemetry collector, outside the path of requests."""
