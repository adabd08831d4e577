"""Pods, counted as they come and go, and never kept."""
