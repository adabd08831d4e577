"""Every group of nodes must have as many nodes as the code allows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from exporter.checks.cloud_witness import FACTS_OF_WITNESS, cloud_witness
from exporter.checks.subjects import node
from exporter.checks.wording import listing
from exporter.domain.check import Alert, Check
from exporter.domain.expectation import Expectation, GroupSize
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.json import Json
from exporter.domain.nodes import DeclaredNodes, ObservedNodes
from exporter.domain.provenance import Place

ID = "node_group_size"


def sized_groups(facts: Facts) -> list[Subject]:
    """Return the declared groups, sorted; nodes without a group make none.

    A pool that makes as many nodes as pods need has no size that anybody declares.
    """
    known = facts.find(Expectation)
    groups = known.groups if known else {}
    return [_subject(name) for name in sorted(groups) if name and not groups[name].unbounded]


def judge(facts: Facts) -> Iterator[Finding]:
    """Count the nodes of each group that has a name."""
    declared, observed = facts.get(DeclaredNodes), facts.get(ObservedNodes)
    present, cloud = _present(declared, observed), cloud_witness(facts)
    odd = observed.unreadable
    unplaced = tuple(gap for name, gap in odd.items() if not declared.group_of(name, {}))
    for name, size in sorted(facts.get(Expectation).groups.items()):
        if name and not size.unbounded:
            group = declared.groups[name]
            count = _Count(
                size,
                present=frozenset(present[name]),
                missing=tuple(
                    sorted(declared.name_of(key) for key in size.members - observed.names)
                ),
                unplaced=unplaced if group.labels else (),
                any_node=bool(observed.names),
            )
            finding = _judge(name, count, place=group.place, hidden=declared.incomplete)
            yield cloud.witnessed(finding, group)


def _present(declared: DeclaredNodes, observed: ObservedNodes) -> dict[str, set[str]]:
    """Return the names of the nodes that the cluster has, by group.

    A node that cannot be read has no known labels by which a group could recognise it.
    """
    found: dict[str, set[str]] = {name: set() for name in declared.groups}
    for name in observed.names:
        node = observed.nodes.get(name)
        for group in declared.groups_of(name, node.labels if node else {}):
            if group in found:
                found[group].add(name)
    return found


@dataclass(frozen=True, slots=True)
class _Count:
    """The nodes of a group: which the cluster has, and which named ones it lacks.

    Of the nodes *unplaced* nobody can tell whether they belong to it. Where the cluster shows not
    *any node*, that it has none too many proves nothing.
    """

    size: GroupSize
    present: frozenset[str]
    missing: tuple[str, ...]
    unplaced: tuple[Gap, ...]
    any_node: bool

    @property
    def undeclared(self) -> frozenset[str]:
        """Those that ``node_unexpected`` reports: nobody names them, and there is no room."""
        return frozenset() if self.size.may_grow else self.present - self.size.members


def _subject(name: str) -> Subject:
    return Subject("NodeGroup", "", name)


def _judge(name: str, count: _Count, *, place: Place | None, hidden: tuple[Gap, ...]) -> Finding:
    finding = Finding(
        check=ID,
        subject=_subject(name),
        verdict=Verdict.PASS,
        declared=_declared(count.size),
        observed=len(count.present),
        provenance=(place,) if place else (),
    )
    if hidden and not count.size.recognisable:
        detail = f"more nodes of it may be declared where nobody can tell: {hidden[0].message}"
        return replace(
            finding, verdict=Verdict.UNKNOWN, detail=detail, cause=Cause(hidden[0].source)
        )
    if count.size.unknown:
        gap = count.size.unknown
        detail = f"how many nodes it may have is not known: {gap.message}"
        return replace(finding, verdict=Verdict.UNKNOWN, detail=detail, cause=Cause(gap.source))
    if not count.size.stated:
        detail = "nothing says how many nodes it has: neither min nor max, nor nodes by name"
        return replace(finding, verdict=Verdict.UNKNOWN, detail=detail)
    if not count.size.members and not count.size.recognisable:
        detail = "nothing says by what its nodes are recognised"
        return replace(finding, verdict=Verdict.UNKNOWN, detail=detail)
    return _compared(finding, count)


def _declared(size: GroupSize) -> Json:
    if size.minimum == size.maximum:
        return size.minimum
    return {"minimum": size.minimum, "maximum": size.maximum}


def _compared(finding: Finding, count: _Count) -> Finding:
    """Compare; a lack or surplus that another check reports node by node is left to it."""
    size, there = count.size, len(count.present)
    most = there + len(count.unplaced)
    if most + len(count.missing) < size.minimum:
        detail = f"{there} nodes, fewer than {size.minimum}"
        return replace(finding, verdict=Verdict.FAIL, detail=detail)
    if there - len(count.undeclared) > size.maximum:
        detail = f"{there} nodes, more than {size.maximum}"
        return replace(finding, verdict=Verdict.FAIL, detail=detail)
    why, cause = _unproven(count, most=most)
    return replace(finding, verdict=Verdict.UNKNOWN, detail=why, cause=cause) if why else finding


def _unproven(count: _Count, *, most: int) -> tuple[str, Cause | None]:
    """Return why a size within the bounds proves nothing, and the cause; an empty text if not."""
    size, there = count.size, len(count.present)
    if count.missing and (there < size.minimum or not size.may_grow):
        missing = count.missing
        return f"not in the cluster: {listing(missing)}", _of_nodes("node_present", missing)
    if count.undeclared:
        strays = sorted(count.undeclared)
        return f"declared nowhere: {listing(strays)}", _of_nodes("node_unexpected", strays)
    if count.unplaced and not size.minimum <= there <= most <= size.maximum:
        odd = count.unplaced[0]
        return f"{there} to {most} nodes: {odd.message}", Cause(odd.source)
    return ("" if count.any_node else "the cluster shows no node at all"), None


def _of_nodes(check: str, names: Sequence[str]) -> Cause:
    return Cause(check, node(names[0]), len(names) - 1)


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.WARNING,
    title="Groups of nodes have the declared size",
    needs=(DeclaredNodes, ObservedNodes, Expectation),
    weighs=FACTS_OF_WITNESS,
    subjects=sized_groups,
    judge=judge,
    advice="Bring the groups of nodes to their declared size.",
    alert=Alert(
        name="NodeGroupSizeMismatch",
        after="15m",
        summary="A group of nodes is smaller or larger than declared.",
        description=(
            "Node group {{ $labels.object_name }}{of_cluster} has fewer nodes than its declared "
            "minimum, or more than its maximum, or its cloud reports an issue with it. Next: look "
            "at the autoscaler's events and the quota of the cloud."
        ),
    ),
)
