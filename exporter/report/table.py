"""The evaluation and the declaration as text for a terminal."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from exporter.domain.declaration import ApplicationSource, NodeGroup
from exporter.domain.evaluation import Evaluation, Score
from exporter.domain.expectation import Bounds, GroupSize, replica_bounds
from exporter.domain.finding import Finding, Verdict
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Place
from exporter.domain.state import State
from exporter.domain.workloads import DeclaredWorkloads
from exporter.report.account import (
    NotCompared,
    account,
    blind_spots,
    count_items,
    fold,
    is_blind_spot,
)
from exporter.report.columns import blocks, columns
from exporter.report.contents import Contents
from exporter.report.folded import ENGLISH, things, why
from exporter.report.headline import headline
from exporter.report.repeated import checks_of, detail_of, subjects_of, together
from exporter.report.scores import counted
from exporter.report.texts import share

Paint: TypeAlias = Callable[[Verdict, str], str]
_SHOWN = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.SUPPRESSED, Verdict.WAIVED)
_COLUMNS = ("pass", "fail", "unknown", "waived", "suppressed")
_FINDINGS = ("VERDICT", "CHECK", "SUBJECT", "DETAIL", "DECLARED AT")
_NOT_COMPARED = ("VERDICT", "NOT COMPARED", "FIRST DECLARED AT", "WHY, AND WHAT WOULD CHANGE THAT")


def plain(_: Verdict, text: str) -> str:
    """Return *text* as it is."""
    return text


def evaluation(
    outcome: Evaluation, *, title: str = "", paint: Paint = plain, width: int | None = None
) -> str:
    """Return a headline, the layers' scores, and what is not a pass; *paint* colours verdicts.

    A *title* stands in place of the headline where no cluster was looked at.

    What one cause makes is one row, and what is not compared has one for each source and reason.
    A table is no wider than *width* characters, if that can be.
    """
    accounted = account(outcome)
    lines = [title or headline(outcome, accounted, texts=ENGLISH), ""]
    lines += columns(("LAYER", "RATIO", "COVERAGE", *map(str.upper, _COLUMNS)), _scores(outcome))
    lines += painted(_FINDINGS, rows=list(_findings(outcome)), paint=paint, width=width)
    rows = [_folded(row) for row in accounted.not_compared]
    lines += painted(_NOT_COMPARED, rows=rows, paint=paint, width=width)
    return "\n".join(lines) + "\n"


def painted(
    head: Sequence[str],
    *,
    rows: Sequence[Sequence[str]],
    paint: Paint = plain,
    width: int | None = None,
) -> Iterator[str]:
    """Yield a table whose first column are verdicts, after an empty line; nothing without rows."""
    if not rows:
        return
    yield ""
    first, *lines = blocks(head, rows, width=width)
    yield from first
    for (verdict, *_), (line, *others) in zip(rows, lines, strict=True):
        yield paint(Verdict(verdict), verdict) + line[len(verdict) :]
        yield from others


def _scores(outcome: Evaluation) -> Iterator[Sequence[str]]:
    for layer, score in outcome.layers.items():
        yield (layer, *_score(score))
    yield ("all", *_score(Score(counts=counted(outcome), coverage=outcome.coverage)))


def _score(score: Score) -> Iterator[str]:
    for part in (score.ratio, score.coverage):
        yield "-" if part is None else share(part)
    yield from (str(score.counts[Verdict(name)]) for name in _COLUMNS)


def _findings(outcome: Evaluation) -> Iterator[Sequence[str]]:
    """Yield a row for each cause but of passes and what is not compared, the worst first."""
    for verdict in _SHOWN:
        found = [one for one in outcome.findings if one.verdict is verdict]
        yield from map(row, together(one for one in found if not is_blind_spot(one)))


def row(group: Sequence[Finding]) -> Sequence[str]:
    """Return the row of findings that one cause makes."""
    places = tuple(dict.fromkeys(place for finding in group for place in finding.provenance))
    verdict = group[0].verdict
    return (verdict, checks_of(group), subjects_of(group), detail_of(group), _places(places))


def _places(some: Sequence[Place]) -> str:
    places = ", ".join(place.shown for place in some[:2])
    more = len(some) - 2
    return f"{places} +{more}" if more > 0 else places


def _folded(row: NotCompared) -> Sequence[str]:
    return (Verdict.UNKNOWN, things(row), _places(row.places[:1]), why(row))


def declaration(
    state: State, *, joined: DeclaredNodes | None = None, width: int | None = None
) -> str:
    """Return the merged declaration, its account, and what could not be told.

    *joined* has the nodes as they were found in the cluster, if anybody looked.
    """
    declared = Contents.of(state.facts)
    sections = (
        (("SOURCE", "KIND", "STATE", "ITEMS"), _items(declared)),
        (_NOT_COMPARED[1:], _not_compared(declared)),
        (("NODE", "GROUP", "LABELS", "TAINTS", "DECLARED AT"), _nodes(declared)),
        (("NODE", "IN THE CLUSTER", "FOUND BY"), _joined(declared, joined)),
        (("NODE GROUP", "SIZE", "MATCH", "LABELS", "TAINTS", "DECLARED AT"), _groups(declared)),
        (("WORKLOAD", "REPLICAS", "APPLICATION", "DECLARED AT"), _workloads(state)),
        (("APPLICATION", "SOURCE", "APPLICATIONSET", "DECLARED AT"), _applications(declared)),
        (("CONFLICT", "ATTRIBUTE", "MESSAGE"), _conflicts(declared)),
        (("UNRESOLVED AT", "MESSAGE"), ((u.place.where, u.message) for u in state.unresolved)),
        (("FAILED AT", "REASON", "MESSAGE"), _failures(state)),
    )
    tables = []
    for head, rows in sections:
        known = list(rows)
        if known:
            tables.append("\n".join(columns(head, known, width=width)) + "\n")
    return "\n".join(tables)


def _items(declared: Contents) -> Iterator[Sequence[str]]:
    for kind, count in count_items(declared.items).items():
        yield (*kind, str(count))


def _not_compared(declared: Contents) -> Iterator[Sequence[str]]:
    for row in fold(blind_spots(declared.items)):
        yield _folded(row)[1:]


def _nodes(declared: Contents) -> Iterator[Sequence[str]]:
    for node in declared.nodes.values():
        labels = ",".join(f"{key}={stated.value}" for key, stated in node.labels.items())
        taints = ",".join(str(stated.value) for stated in node.taints)
        yield (node.name, node.group, labels or "-", taints or "-", node.places[0].where)


def _joined(declared: Contents, joined: DeclaredNodes | None) -> Iterator[Sequence[str]]:
    """Yield the nodes that the cluster calls otherwise."""
    for name in declared.nodes if joined else ():
        found = joined.named(name) if joined else None
        if joined and found and found.joined_by:
            yield (name, joined.key_of(name), found.joined_by)


def _groups(declared: Contents) -> Iterator[Sequence[str]]:
    for group in declared.groups:
        match = [group.name_pattern, *(f"{key}={value}" for key, value in group.labels.items())]
        labels = ",".join(f"{key}={stated.value}" for key, stated in group.node_labels.items())
        taints = ",".join(str(stated.value) for stated in group.taints or ())
        place = group.place.where if group.place else "-"
        matching = ",".join(filter(None, match))
        yield (group.name, _size(group), matching or "-", labels or "-", taints or "-", place)


def _size(group: NodeGroup) -> str:
    size = GroupSize.of(group)
    if size.unbounded:
        return "any"
    known = size.stated and size.unknown is None
    return _between(Bounds(size.minimum, size.maximum) if known else None)


def _workloads(state: State) -> Iterator[Sequence[str]]:
    declared = state.facts.find(DeclaredWorkloads)
    expected = replica_bounds(declared, None)
    for key, workload in (declared.workloads if declared else {}).items():
        replicas = _between(expected.get(key))
        yield (str(key), replicas, str(workload.application or "-"), workload.place.where)


def _between(bounds: Bounds | None) -> str:
    if bounds is None:
        return "-"
    low, high = bounds.minimum, bounds.maximum
    return str(low) if low == high else f"{low} to {high}"


def _applications(declared: Contents) -> Iterator[Sequence[str]]:
    for key, application in declared.applications.items():
        sources = ", ".join(map(_source, application.sources))
        yield (
            str(key),
            sources or "-",
            application.application_set or "-",
            application.place.where,
        )


def _source(source: ApplicationSource) -> str:
    """Return what a source deploys, of a chart of a registry with the version that it is."""
    name = source.path or source.chart or source.repository
    if source.packed is None:
        return name
    return " ".join(one for one in (source.packed[1], source.resolved or source.revision) if one)


def _conflicts(declared: Contents) -> Iterator[Sequence[str]]:
    for conflict in declared.conflicts:
        yield (f"{conflict.kind} {conflict.name}", conflict.attribute, conflict.message)


def _failures(state: State) -> Iterator[Sequence[str]]:
    for failure in state.failures:
        advice = f" ({failure.advice})" if failure.advice else ""
        yield (failure.place.where, failure.reason, failure.message + advice)
