"""Every group of nodes must have as many nodes as the code allows it."""

from collections import Counter
from collections.abc import Iterator

from exporter.checks.wording import listing
from exporter.domain.check import Check
from exporter.domain.declaration import NodeGroup
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.nodes import CompleteNodes, DeclaredNodes, ObservedNodes
from exporter.domain.provenance import Place

ID = "node_group_size"


def sized_groups(facts: Facts) -> list[Subject]:
    """Return the declared groups, sorted; nodes without a group make none."""
    known = facts.find(DeclaredNodes)
    return [_subject(name) for name in sorted(known.groups) if name] if known else []


def judge(facts: Facts) -> Iterator[Finding]:
    """Count the nodes of each group that its bounds measure, look up the members of the others."""
    declared, observed = facts.get(DeclaredNodes), facts.get(ObservedNodes).nodes
    counts = Counter(declared.group_of(name, node.labels) for name, node in observed.items())
    for name, group in sorted(declared.groups.items()):
        if not name:
            continue
        if _is_enumerated(group):
            yield _enumerated(group, sorted(group.members - observed.keys()))
        else:
            yield _bounded(group, counts[name])


def _subject(name: str) -> Subject:
    return Subject("NodeGroup", "", name)


def _is_enumerated(group: NodeGroup) -> bool:
    named = bool(group.members) or not _recognisable(group)
    return named and group.minimum == group.maximum == len(group.members)


def _recognisable(group: NodeGroup) -> bool:
    return bool(group.name_pattern or group.labels)


def _enumerated(group: NodeGroup, missing: list[str]) -> Finding:
    """Judge a group whose nodes are all named; a surplus one is ``node_unexpected``'s to report."""
    size = len(group.members)
    return Finding(
        check=ID,
        subject=_subject(group.name),
        verdict=Verdict.UNKNOWN if missing else Verdict.PASS,
        detail=f"not in the cluster: {listing(missing)}" if missing else "",
        declared=size,
        observed=size - len(missing),
        provenance=_places(group),
        cause="node_present" if missing else "",
    )


def _bounded(group: NodeGroup, count: int) -> Finding:
    verdict, detail = Verdict.PASS, ""
    if not group.members and not _recognisable(group):
        verdict, detail = Verdict.UNKNOWN, "nothing says by what its nodes are recognised"
    elif count < group.minimum:
        verdict, detail = Verdict.FAIL, f"{count} nodes, fewer than {group.minimum}"
    elif count > group.maximum:
        verdict, detail = Verdict.FAIL, f"{count} nodes, more than {group.maximum}"
    return Finding(
        check=ID,
        subject=_subject(group.name),
        verdict=verdict,
        detail=detail,
        declared={"minimum": group.minimum, "maximum": group.maximum},
        observed=count,
        provenance=_places(group),
    )


def _places(group: NodeGroup) -> tuple[Place, ...]:
    return (group.place,) if group.place else ()


CHECK = Check(
    id=ID,
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.WARNING,
    title="Groups of nodes have the declared size",
    needs=(DeclaredNodes, CompleteNodes, ObservedNodes),
    subjects=sized_groups,
    judge=judge,
)
