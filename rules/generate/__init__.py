"""Writes the files of ``rules/`` from the alerts of the checks and of the exporter itself."""
