"""What Prometheus tells over its HTTP API."""
