"""Writing a dump of a cluster that :mod:`exporter.observed.snapshot` reads."""
