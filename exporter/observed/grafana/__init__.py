"""What Grafana tells over its HTTP API."""
