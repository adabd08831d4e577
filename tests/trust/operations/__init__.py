"""The operations of the suite, each with its fault."""

from tests.trust.operations import workloads

__all__ = ["workloads"]
