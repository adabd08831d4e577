"""The evaluation and the declaration as text for a terminal."""

from collections.abc import Callable, Iterable, Iterator, Sequence

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
from exporter.report.contents import Contents
from exporter.report.folded import ENGLISH, things, why, with_reason
from exporter.report.headline import headline
from exporter.report.scores import counted
from exporter.report.texts import share

_SHOWN = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.SUPPRESSED, Verdict.WAIVED)
_COLUMNS = ("pass", "fail", "unknown", "waived", "suppressed")
_FINDINGS = ("VERDICT", "CHECK", "SUBJECT", "DETAIL", "DECLARED AT")
_NOT_COMPARED = ("VERDICT", "NOT COMPARED", "FIRST DECLARED AT", "WHY, AND WHAT WOULD CHANGE THAT")


def printable(text: str) -> str:
    """Return *text* on one line, without what a terminal would take for a command."""
    return "".join(character if character.isprintable() else " " for character in text)


def columns(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield lines of aligned columns, two blanks apart."""
    table = [list(head), *([printable(cell) for cell in row] for row in rows)]
    widths = [max(len(row[index]) for row in table) for index in range(len(head))]
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def plain(_: Verdict, text: str) -> str:
    """Return *text* as it is."""
    return text


def evaluation(outcome: Evaluation, *, paint: Callable[[Verdict, str], str] = plain) -> str:
    """Return a headline, the layers' scores, and what is not a pass; *paint* colours verdicts.

    What is not compared has one row for each source and reason.
    """
    accounted = account(outcome)
    lines = [headline(outcome, accounted, texts=ENGLISH), ""]
    lines += columns(("LAYER", "RATIO", "COVERAGE", *map(str.upper, _COLUMNS)), _scores(outcome))
    lines += _painted(_FINDINGS, rows=list(_findings(outcome)), paint=paint)
    lines += _painted(
        _NOT_COMPARED, rows=[_folded(row) for row in accounted.not_compared], paint=paint
    )
    return "\n".join(lines) + "\n"


def _painted(
    head: Sequence[str], *, rows: Sequence[Sequence[str]], paint: Callable[[Verdict, str], str]
) -> Iterator[str]:
    """Yield a table whose first column are verdicts, after an empty line; nothing without rows."""
    if not rows:
        return
    yield ""
    first, *lines = columns(head, rows)
    yield first
    for (verdict, *_), line in zip(rows, lines, strict=True):
        yield paint(Verdict(verdict), verdict) + line[len(verdict) :]


def _scores(outcome: Evaluation) -> Iterator[Sequence[str]]:
    for layer, score in outcome.layers.items():
        yield (layer, *_score(score))
    yield ("all", *_score(Score(counts=counted(outcome), coverage=outcome.coverage)))


def _score(score: Score) -> Iterator[str]:
    for part in (score.ratio, score.coverage):
        yield "-" if part is None else share(part)
    yield from (str(score.counts[Verdict(name)]) for name in _COLUMNS)


def _findings(outcome: Evaluation) -> Iterator[Sequence[str]]:
    """Yield a row for each finding but passes and what is not compared, the worst first."""
    for verdict in _SHOWN:
        for finding in outcome.findings:
            if finding.verdict is verdict and not is_blind_spot(finding):
                yield _row(finding)


def _row(finding: Finding) -> Sequence[str]:
    subject = f"{finding.subject.kind} {finding.subject}"
    detail = with_reason(finding, finding.detail)
    return (finding.verdict, finding.check, subject, detail, _places(finding.provenance))


def _places(some: Sequence[Place]) -> str:
    places = ", ".join(place.shown for place in some[:2])
    more = len(some) - 2
    return f"{places} +{more}" if more > 0 else places


def _folded(row: NotCompared) -> Sequence[str]:
    return (Verdict.UNKNOWN, things(row), _places(row.places[:1]), why(row))


def declaration(state: State, *, joined: DeclaredNodes | None = None) -> str:
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
            tables.append("\n".join(columns(head, known)) + "\n")
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
