"""The evaluation and the declaration as text for a terminal."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from exporter.domain.applications import DeclaredApplications
from exporter.domain.conflicts import Conflicts
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Finding, Verdict
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.state import State
from exporter.domain.workloads import DeclaredWorkloads

_SHOWN = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.SUPPRESSED, Verdict.WAIVED)
_COLUMNS = ("pass", "fail", "unknown", "waived", "suppressed")


def printable(text: str) -> str:
    """Return *text* on one line, without what a terminal would take for a command."""
    return "".join(one if one.isprintable() else " " for one in text)


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
    """Return the layers' scores, and every finding that is not a pass; *paint* colours verdicts."""
    lines = list(
        columns(("LAYER", "RATIO", "COVERAGE", *map(str.upper, _COLUMNS)), _scores(outcome))
    )
    shown = [one for verdict in _SHOWN for one in outcome.findings if one.verdict is verdict]
    if shown:
        lines.append("")
        head, *rows = columns(
            ("VERDICT", "CHECK", "SUBJECT", "DETAIL", "DECLARED AT"), map(_row, shown)
        )
        lines.append(head)
        for one, row in zip(shown, rows, strict=True):
            lines.append(paint(one.verdict, one.verdict) + row[len(one.verdict) :])
    return "\n".join(lines) + "\n"


def _scores(outcome: Evaluation) -> Iterator[Sequence[str]]:
    for layer, score in outcome.layers.items():
        ratio = "-" if score.ratio is None else f"{score.ratio:.1%}"
        counts = [str(score.counts[Verdict(name)]) for name in _COLUMNS]
        yield (layer, ratio, f"{score.coverage:.1%}", *counts)


def _row(one: Finding) -> Sequence[str]:
    subject = f"{one.subject.kind} {one.subject}"
    places = ", ".join(place.where for place in one.provenance[:2])
    more = len(one.provenance) - 2
    return (
        one.verdict,
        one.check,
        subject,
        one.detail,
        f"{places} +{more}" if more > 0 else places,
    )


def declaration(state: State) -> str:
    """Return the merged declaration, with conflicts and what could not be told."""
    sections = (
        (("NODE", "GROUP", "LABELS", "TAINTS", "DECLARED AT"), _nodes(state)),
        (("WORKLOAD", "REPLICAS", "APPLICATION", "DECLARED AT"), _workloads(state)),
        (("APPLICATION", "SOURCE", "APPLICATIONSET", "DECLARED AT"), _applications(state)),
        (("CONFLICT", "ATTRIBUTE", "MESSAGE"), _conflicts(state)),
        (("UNRESOLVED AT", "MESSAGE"), ((u.place.where, u.message) for u in state.unresolved)),
        (("FAILED AT", "REASON", "MESSAGE"), _failures(state)),
    )
    texts = []
    for head, rows in sections:
        known = list(rows)
        if known:
            texts.append("\n".join(columns(head, known)) + "\n")
    return "\n".join(texts)


def _nodes(state: State) -> Iterator[Sequence[str]]:
    declared = state.facts.find(DeclaredNodes)
    for node in (declared.nodes if declared else {}).values():
        labels = ",".join(f"{key}={stated.value}" for key, stated in node.labels.items())
        taints = ",".join(str(stated.value) for stated in node.taints)
        yield (node.name, node.group, labels or "-", taints or "-", node.places[0].where)


def _workloads(state: State) -> Iterator[Sequence[str]]:
    declared = state.facts.find(DeclaredWorkloads)
    for key, one in (declared.workloads if declared else {}).items():
        bounds = one.replica_bounds()
        replicas = str(bounds[0]) if bounds else "-"
        yield (str(key), replicas, str(one.application or "-"), one.place.where)


def _applications(state: State) -> Iterator[Sequence[str]]:
    declared = state.facts.find(DeclaredApplications)
    for key, one in (declared.applications if declared else {}).items():
        sources = ", ".join(each.path or each.chart or each.repository for each in one.sources)
        yield (str(key), sources or "-", one.application_set or "-", one.place.where)


def _conflicts(state: State) -> Iterator[Sequence[str]]:
    conflicts = state.facts.find(Conflicts)
    for one in conflicts.items if conflicts else ():
        yield (f"{one.kind} {one.name}", one.attribute, one.message)


def _failures(state: State) -> Iterator[Sequence[str]]:
    for one in state.failures:
        advice = f" ({one.advice})" if one.advice else ""
        yield (one.place.where, one.reason, one.message + advice)
