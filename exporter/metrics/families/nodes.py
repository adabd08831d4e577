"""Nodes and their groups."""

from collections.abc import Iterator, Mapping
from functools import partial

from exporter.domain.availability import available
from exporter.domain.expectation import Expectation
from exporter.domain.finding import Verdict
from exporter.domain.nodes import ConditionStatus, DeclaredNodes, ObservedNode, ObservedNodes
from exporter.metrics.aspects import Findings, by_aspect, judged
from exporter.metrics.chunks import Chunk, Chunked, Sample
from exporter.metrics.family import family
from exporter.metrics.view import View

NODE = frozenset({"Node"})


@family(
    name="nodes_expected",
    help="Fewest nodes that a group must have: those declared by name, or min if that is more.",
    labels=("group",),
)
def nodes_expected(view: View) -> Iterator[Sample]:
    known = view.evaluation.facts.find(Expectation)
    for name, size in (known.groups if known else {}).items():
        if size.unknown is None:
            yield (name,), size.minimum


@family(
    name="nodes_expected_max",
    help="Most nodes that a group may have; absent where it may have as many as pods need.",
    labels=("group",),
)
def nodes_expected_max(view: View) -> Iterator[Sample]:
    known = view.evaluation.facts.find(Expectation)
    for name, size in (known.groups if known else {}).items():
        if size.unknown is None and not size.unbounded:
            yield (name,), size.maximum


@family(
    name="nodes_observed",
    help="Nodes of a declared group that the cluster has; absent while that is unknown.",
    labels=("group",),
)
@Chunked
def nodes_observed(view: View) -> Iterator[Chunk]:
    for declared, observed in _both_sides(view):
        yield Chunk((declared, observed), partial(_there_by_group, declared, observed))


@family(
    name="nodes_ready",
    help="Nodes of a declared group that are Ready; absent while that is unknown.",
    labels=("group",),
)
@Chunked
def nodes_ready(view: View) -> Iterator[Chunk]:
    for declared, observed in _both_sides(view):
        yield Chunk((declared, observed), partial(_ready_by_group, declared, observed.nodes))


def _both_sides(view: View) -> Iterator[tuple[DeclaredNodes, ObservedNodes]]:
    """Yield the nodes of both sides; nothing while either side is unknown."""
    facts = view.evaluation.facts
    declared, observed = facts.find(DeclaredNodes), available(facts, ObservedNodes)
    if declared is not None and observed is not None:
        yield declared, observed


def _there_by_group(declared: DeclaredNodes, observed: ObservedNodes) -> Iterator[Sample]:
    """Count all nodes; those that cannot be read are there, too, as far as their names tell."""
    readable = {name: node.labels for name, node in observed.nodes.items()}
    return _by_group(declared, {**{name: {} for name in observed.unreadable}, **readable})


def _ready_by_group(declared: DeclaredNodes, nodes: Mapping[str, ObservedNode]) -> Iterator[Sample]:
    ready = {
        name: node.labels for name, node in nodes.items() if node.ready is ConditionStatus.TRUE
    }
    return _by_group(declared, ready)


def _by_group(declared: DeclaredNodes, nodes: Mapping[str, Mapping[str, str]]) -> Iterator[Sample]:
    """Count nodes, given with their labels, by the declared group that they belong to."""
    counts = dict.fromkeys(declared.groups, 0)
    for name, labels in nodes.items():
        for group in declared.groups_of(name, labels):
            if group in counts:
                counts[group] += 1
    for name, count in sorted(counts.items()):
        yield (name,), count


@family(
    name="nodes_unexpected",
    help="Nodes of the cluster that no code declares; absent while that is unknown.",
)
def nodes_unexpected(view: View) -> Iterator[Sample]:
    score = view.evaluation.scores.get("node_unexpected")
    if score is not None and not score.counts[Verdict.UNKNOWN]:
        yield (), sum(score.counts.values()) - score.counts[Verdict.PASS]


@family(
    name="node_match",
    help="Whether a declared node conforms (1) or not (0); absent while that is unknown.",
    labels=("object_name", "group", "aspect"),
)
@Chunked
def node_match(view: View) -> Iterator[Chunk]:
    declared = view.evaluation.facts.find(DeclaredNodes)
    if declared is None:
        return
    for aspect, findings in by_aspect(view):
        yield Chunk((declared, findings), partial(_node_match, declared, aspect, findings))


def _node_match(declared: DeclaredNodes, aspect: str, findings: Findings) -> Iterator[Sample]:
    for subject, conforms in judged(findings, NODE):
        node = declared.named(subject.name)
        if node is not None:
            yield (node.name, node.group, aspect), conforms
