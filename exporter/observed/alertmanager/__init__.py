"""What Alertmanager tells over its HTTP API."""
