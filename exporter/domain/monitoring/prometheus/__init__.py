"""Facts that are declared of Prometheus, and those that it tells; data only."""
