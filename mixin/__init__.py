"""Rules and dashboards as a monitoring mixin, and what writes it."""
