"""The operations of the suite, each with its fault."""

from tests.trust.operations import gitops, nodes, platform, scaling, workloads

__all__ = ["gitops", "nodes", "platform", "scaling", "workloads"]
