"""The operations of the suite, each with its fault."""

from collections.abc import Sequence

from tests.trust.operation import CATALOGUE, Operation
from tests.trust.operations import gitops, nodes, platform, scaling, workloads

__all__ = ["CATALOGUE", "chosen", "gitops", "nodes", "platform", "scaling", "workloads"]


def chosen(names: Sequence[str]) -> list[Operation]:
    """Return operations by their ids, all where there are none."""
    return [CATALOGUE[name] for name in names] if names else list(CATALOGUE.values())
