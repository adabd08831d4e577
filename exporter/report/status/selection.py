"""The part of an overview that is asked for: filtered, searched, and one page of each table."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from exporter.domain.finding import Verdict
from exporter.report.account import COMPARED, blind_spot, fold
from exporter.report.overview import Overview
from exporter.report.rows import (
    ApplicationRow,
    FindingRow,
    GroupRow,
    NodeRow,
    WaiverRow,
    WorkloadRow,
)
from exporter.report.status.page_query import PageQuery

SIZE = 50
"""Rows of a table on one page."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[T]):
    """One page of a *table*: *rows* from the one at *first* (from 0) on, out of *total*."""

    table: str
    rows: Sequence[T]
    first: int
    total: int

    @property
    def number(self) -> int:
        """Which page this is, from 1."""
        return self.first // SIZE + 1

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // SIZE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What the page shows of each table."""

    findings: Part[FindingRow]
    groups: Part[GroupRow]
    nodes: Part[NodeRow]
    workloads: Part[WorkloadRow]
    argocd: Part[ApplicationRow]
    monitoring: Part[FindingRow]
    waivers: Part[WaiverRow]


def select(shown: Overview, query: PageQuery, *, passes: Iterable[FindingRow]) -> Selection:
    """Return what the *query* asks of an overview; *passes* are the findings that it leaves out.

    The search goes through all tables, the filters through the findings. What is not compared is
    one row for each source and reason, unless the check that says so is asked for.
    """
    words = query.words
    asked_for_passes = query.filters.get("verdict") == Verdict.PASS
    findings = _filtered(passes if asked_for_passes else shown.findings, query)

    def part(table: str, rows: Iterable[T], text_of: Callable[[T], str]) -> Part[T]:
        return _part(
            table, rows=_having(words, rows=rows, text_of=text_of), number=query.pages.get(table, 1)
        )

    found = _having(words, rows=findings, text_of=_of_finding)
    if query.filters.get("check") != COMPARED:
        found = list(_folded(found))
    return Selection(
        findings=_part("findings", rows=found, number=query.pages.get("findings", 1)),
        groups=part("groups", shown.groups, lambda group: group.name),
        nodes=part("nodes", shown.nodes, _of_node),
        workloads=part("workloads", shown.workloads, _of_workload),
        argocd=part("argocd", shown.applications, _of_application),
        monitoring=part("monitoring", shown.monitoring, _of_finding),
        waivers=part("waivers", shown.waivers, lambda row: f"{row.waiver.id} {row.waiver.owner}"),
    )


def _filtered(rows: Iterable[FindingRow], query: PageQuery) -> Iterable[FindingRow]:
    for name, value in query.filters.items():
        value_of = _FILTERED_BY[name]
        rows = [row for row in rows if value_of(row) == value]
    return rows


_FILTERED_BY: dict[str, Callable[[FindingRow], str]] = {
    "verdict": lambda row: row.finding.verdict,
    "severity": lambda row: row.severity,
    "layer": lambda row: row.layer,
    "check": lambda row: row.finding.check,
    "kind": lambda row: row.finding.subject.kind,
    "namespace": lambda row: row.finding.subject.namespace,
    "reason": lambda row: row.finding.reason,
    "source": lambda row: row.source or "",
}


def _folded(rows: Iterable[FindingRow]) -> Iterator[FindingRow]:
    """Yield the rows, the first that is not compared for some reason in place of all of these."""
    groups: dict[tuple[str, ...], list[FindingRow]] = {}
    for row in rows:
        groups.setdefault(_alike(row), []).append(row)
    for first, *others in groups.values():
        yield _standing_for(first, others) if others else first


def _alike(row: FindingRow) -> tuple[str, ...]:
    """Return what rows that are folded together have in common; of all others it is their own."""
    finding = row.finding
    if row.source is not None:
        return (row.source, finding.reason, finding.waiver)
    return (finding.check, *finding.subject)


def _standing_for(first: FindingRow, others: Sequence[FindingRow]) -> FindingRow:
    (folded,) = fold(
        blind_spot(row.finding, {row.finding.subject: row.source})
        for row in (first, *others)
        if row.source is not None
    )
    return replace(first, folded=folded)


def _having(words: Sequence[str], *, rows: Iterable[T], text_of: Callable[[T], str]) -> Sequence[T]:
    """Return the rows whose text has all *words*."""
    if not words:
        return rows if isinstance(rows, tuple | list) else list(rows)
    return [row for row in rows if _has(text_of(row).casefold(), words)]


def _has(text: str, words: Sequence[str]) -> bool:
    return all(word in text for word in words)


def _part(table: str, *, rows: Sequence[T], number: int) -> Part[T]:
    """Return a page of *rows*; the last where *number* is beyond it."""
    last = max(0, len(rows) - 1) // SIZE
    first = min(number - 1, last) * SIZE
    return Part(table=table, rows=rows[first : first + SIZE], first=first, total=len(rows))


def _of_finding(row: FindingRow) -> str:
    finding = row.finding
    return f"{finding.check} {finding.subject.kind} {finding.subject} {finding.detail}"


def _of_node(row: NodeRow) -> str:
    pairs = (*(row.labels_declared or {}).items(), *(row.labels or {}).items())
    taints = (*(row.taints_declared or ()), *(row.taints or ()))
    labels = " ".join(f"{key}={value}" for key, value in pairs)
    return f"{row.name} {row.group} {labels} {' '.join(map(str, taints))}"


def _of_workload(row: WorkloadRow) -> str:
    nodes = " ".join(row.placement or ())
    return f"{row.key} {row.application or ''} {row.overlay} {' '.join(row.images)} {nodes}"


def _of_application(row: ApplicationRow) -> str:
    return f"{row.key} {row.application_set} {' '.join(row.paths)} {row.sync} {row.health}"
