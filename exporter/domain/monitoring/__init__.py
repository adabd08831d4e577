"""Facts about the monitoring stack, declared and observed; data only."""
