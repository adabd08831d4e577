"""Values that every other package shares; data only, no I/O."""
