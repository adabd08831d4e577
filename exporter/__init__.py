"""Answers whether a running Kubernetes cluster matches what its code says."""

__version__ = "0.1.0"
