"""A source that could not be read at all makes unknown what it could say, and nothing else."""

import pytest

from exporter.declared.registry import READERS
from exporter.declared.unknowns import RankedGaps
from exporter.domain.declaration import Failure, NodeStatement, Reading
from exporter.domain.errors import Reason
from exporter.domain.provenance import Place, Source

NODE = NodeStatement(name="a", place=Place(Source.INVENTORY, "conformance.yaml"))


def ranked(source: Source) -> RankedGaps:
    failure = Failure(Place(source, "here"), Reason.INTERNAL, "the reader failed")
    return RankedGaps(
        [Reading(source=Source.INVENTORY, nodes=(NODE,)), READERS[source].lost(failure)]
    )


@pytest.mark.parametrize("source", [Source.TERRAFORM, Source.ANSIBLE])
def test_a_source_of_nodes_could_have_said_anything_of_them(source: Source) -> None:
    gaps = ranked(source)

    assert gaps.unknown("a").keys() >= {"labels", "taints", "version"}
    assert [one.source for one in gaps.incomplete] == [source]


@pytest.mark.parametrize("source", [Source.ARGOCD, Source.KUSTOMIZE])
def test_a_source_of_objects_says_nothing_of_nodes(source: Source) -> None:
    gaps = ranked(source)

    assert (gaps.unknown("a"), gaps.incomplete) == ({}, ())
