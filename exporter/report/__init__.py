"""Findings and declarations written out: as JSON for programs, as tables for people."""
