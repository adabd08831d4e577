"""An evaluation as reports of OpenReports, ``openreports.io/v1alpha1``, in a List.

Source: the custom resource definitions of openreports/reports-api. Findings of a namespace make a
Report in it, all others a ClusterReport. They are written to files; whether anybody applies them
to a cluster is not this exporter's to decide.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from exporter.domain.check import Check
from exporter.domain.finding import Finding, Severity, Subject, Verdict
from exporter.domain.policy import Waiver
from exporter.report import controls
from exporter.report.columns import printable
from exporter.report.folded import with_reason
from exporter.report.overview import Overview

API_VERSION: Final = "openreports.io/v1alpha1"
NAME: Final = "cluster-conformance"
LIMIT: Final = 1_000
"""Results of one report: an object of Kubernetes may have about 1 MiB."""
_NAMESPACE = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_SEVERITIES: Final[Mapping[Severity, str]] = {
    Severity.CRITICAL: "critical",
    Severity.WARNING: "medium",
    Severity.INFO: "info",
}
_RESULTS: Final[Mapping[Verdict, str]] = {
    Verdict.PASS: "pass",
    Verdict.FAIL: "fail",
    Verdict.UNKNOWN: "error",
    Verdict.WAIVED: "skip",
    Verdict.SUPPRESSED: "skip",
}
_COUNTED: Final = ("pass", "fail", "warn", "error", "skip")

Document = dict[str, Any]


def document(view: Overview) -> Document:
    """Return all reports on *view* as plain data."""
    by_namespace: dict[str, list[Finding]] = {}
    for finding in view.evaluation.findings:
        by_namespace.setdefault(_namespace(finding.subject), []).append(finding)
    return {
        "apiVersion": "v1",
        "kind": "List",
        "items": [
            report
            for namespace, findings in sorted(by_namespace.items())
            for report in _reports(view, namespace, findings)
        ],
    }


def _namespace(subject: Subject) -> str:
    """Return the namespace of a subject, "" where it has none or one that no cluster can have."""
    return subject.namespace if _NAMESPACE.fullmatch(subject.namespace) else ""


def _reports(view: Overview, namespace: str, findings: Sequence[Finding]) -> Iterator[Document]:
    checks = {check.id: check for check in view.evaluation.checks}
    waivers = view.evaluation.accepting
    for number, some in enumerate(_parts(findings), start=1):
        results = [
            _result(finding, checks[finding.check], waivers.get(finding.waiver), at=view.at)
            for finding in some
        ]
        counts = Counter(result["result"] for result in results)
        metadata: Document = {"name": NAME if number == 1 else f"{NAME}-{number}"}
        yield {
            "apiVersion": API_VERSION,
            "kind": "Report" if namespace else "ClusterReport",
            "metadata": metadata | ({"namespace": namespace} if namespace else {}),
            "source": NAME,
            "summary": {result: counts[result] for result in _COUNTED},
            "results": results,
        }


def _parts(findings: Sequence[Finding]) -> Iterator[Sequence[Finding]]:
    for begin in range(0, len(findings), LIMIT):
        yield findings[begin : begin + LIMIT]


def _result(finding: Finding, check: Check, waiver: Waiver | None, *, at: datetime) -> Document:
    subject = finding.subject
    found = {
        "policy": finding.check,
        "category": str(check.layer_of(finding)),
        "severity": _SEVERITIES[check.severity],
        "result": _verdict(finding, check),
        "scored": finding.verdict in {Verdict.PASS, Verdict.FAIL},
        "message": printable(with_reason(finding, finding.detail or check.title)),
        "timestamp": {"seconds": int(at.astimezone(UTC).timestamp()), "nanos": 0},
        "resources": [
            {"kind": subject.kind, "name": printable(subject.name)}
            | ({"namespace": printable(subject.namespace)} if subject.namespace else {})
        ],
        "properties": dict(_properties(finding, waiver)),
    }
    return {name: value for name, value in found.items() if value not in ("", {})}


def _verdict(finding: Finding, check: Check) -> str:
    """Return the result; a failure that is only for information is a warning, as the API has it."""
    if finding.verdict is Verdict.FAIL and check.severity is Severity.INFO:
        return "warn"
    return _RESULTS[finding.verdict]


def _properties(finding: Finding, waiver: Waiver | None) -> Iterator[tuple[str, str]]:
    yield "verdict", str(finding.verdict)
    if finding.provenance:
        yield "declaredAt", printable(", ".join(place.where for place in finding.provenance))
    if cited := ", ".join(controls.titles(finding.check)):
        yield "controls", cited
    if waiver is not None:
        yield "acceptedBy", printable(waiver.approved_by or waiver.owner)
        yield "acceptedUntil", waiver.expires.isoformat()
        yield "acceptedFor", printable(waiver.reason)
        if waiver.ticket:
            yield "ticket", printable(waiver.ticket)
