"""The part of an overview that is wanted: filtered, searched, and one page of each table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from exporter.domain.finding import Verdict
from exporter.report.overview import Overview
from exporter.report.rows import (
    ApplicationRow,
    FindingRow,
    GroupRow,
    NodeRow,
    WaiverRow,
    WorkloadRow,
)
from exporter.report.status.wanted import Wanted

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


def select(shown: Overview, wanted: Wanted, *, passes: Iterable[FindingRow]) -> Selection:
    """Return what is *wanted* of an overview; *passes* are the findings that it leaves out.

    The search goes through all tables, the filters through the findings.
    """
    words = wanted.words
    asked_for_passes = wanted.filters.get("verdict") == Verdict.PASS
    findings = _filtered(passes if asked_for_passes else shown.findings, wanted)

    def part(table: str, rows: Iterable[T], told: Callable[[T], str]) -> Part[T]:
        return _part(table, _having(words, rows, told), wanted.pages.get(table, 1))

    return Selection(
        findings=part("findings", findings, _of_finding),
        groups=part("groups", shown.groups, lambda one: one.name),
        nodes=part("nodes", shown.nodes, _of_node),
        workloads=part("workloads", shown.workloads, _of_workload),
        argocd=part("argocd", shown.applications, _of_application),
        monitoring=part("monitoring", shown.monitoring, _of_finding),
        waivers=part("waivers", shown.waivers, lambda one: f"{one.waiver.id} {one.waiver.owner}"),
    )


def _filtered(rows: Iterable[FindingRow], wanted: Wanted) -> Iterable[FindingRow]:
    for name, value in wanted.filters.items():
        told = _FILTERED_BY[name]
        rows = [one for one in rows if told(one) == value]
    return rows


_FILTERED_BY: dict[str, Callable[[FindingRow], str]] = {
    "verdict": lambda one: one.finding.verdict,
    "severity": lambda one: one.severity,
    "layer": lambda one: one.layer,
    "check": lambda one: one.finding.check,
    "kind": lambda one: one.finding.subject.kind,
    "namespace": lambda one: one.finding.subject.namespace,
}


def _having(words: Sequence[str], rows: Iterable[T], told: Callable[[T], str]) -> Sequence[T]:
    """Return the rows whose text has all *words*."""
    if not words:
        return rows if isinstance(rows, tuple | list) else list(rows)
    return [row for row in rows if _has(told(row).casefold(), words)]


def _has(text: str, words: Sequence[str]) -> bool:
    return all(one in text for one in words)


def _part(table: str, rows: Sequence[T], number: int) -> Part[T]:
    """Return a page of *rows*; the last where *number* is beyond it."""
    last = max(0, len(rows) - 1) // SIZE
    first = min(number - 1, last) * SIZE
    return Part(table=table, rows=rows[first : first + SIZE], first=first, total=len(rows))


def _of_finding(row: FindingRow) -> str:
    one = row.finding
    return f"{one.check} {one.subject.kind} {one.subject} {one.detail}"


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
