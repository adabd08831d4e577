"""An evaluation as SARIF 2.1.0, so that a code host shows findings on the lines of the code.

Source: OASIS, Static Analysis Results Interchange Format Version 2.1.0. A result is a finding
that is not a pass. What is waived or explained is suppressed, what nobody could see is ``open``.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from exporter import __version__
from exporter.domain.check import Check
from exporter.domain.finding import Finding, Severity, Verdict
from exporter.domain.policy import Waiver
from exporter.domain.provenance import Place, Source
from exporter.report import controls
from exporter.report.columns import printable
from exporter.report.folded import with_reason
from exporter.report.overview import Overview
from exporter.report.rows import FindingRow, SourceRow
from exporter.report.texts import Texts

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
BASE = "%SRCROOT%"
"""Stands for the root of the checkout, by the name that code hosts know."""
FINGERPRINT = "subjectOfCheck/v1"

Document = dict[str, Any]

_LEVELS = {Severity.CRITICAL: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_RUNNING = {Source.KUBERNETES, Source.PROMETHEUS, Source.ALERTMANAGER, Source.GRAFANA}
"""The sources that are no files of the repository."""


def document(view: Overview, *, texts: Texts) -> Document:
    """Return the log as plain data; titles of checks are in the language of *texts*."""
    checks = view.evaluation.checks
    indices = {check.id: index for index, check in enumerate(checks)}
    run: Document = {
        "tool": {
            "driver": {
                "name": "cluster-conformance",
                "version": __version__,
                "rules": [
                    _rule(check, documentation=view.documentation, texts=texts) for check in checks
                ],
            }
        },
        "language": str(texts.lang),
        "invocations": [_invocation(view)],
        "originalUriBaseIds": {
            BASE: {"description": {"text": "The root of the repository that declares the cluster."}}
        },
        "results": [
            _result(row, index=indices[row.finding.check], texts=texts) for row in view.findings
        ],
    }
    address = repository_address(view.repository)
    if address:
        run["versionControlProvenance"] = [_checkout(view, address)]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def repository_address(text: str) -> str:
    """Return a repository's address as a URI without user and password, "" where it is none.

    ``git@host:path`` is what SSH calls ``ssh://host/path``.
    """
    if "://" not in text:
        host, colon, path = text.rpartition("@")[2].partition(":")
        return f"ssh://{host}/{quote(path.lstrip('/'))}" if colon and host and path else ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme not in {"http", "https", "ssh", "git"} or not host:
        return ""
    return urlunsplit((parts.scheme, quote(host, safe=":[]"), quote(parts.path, safe="/%"), "", ""))


def _checkout(view: Overview, address: str) -> Document:
    details: Document = {"repositoryUri": address, "mappedTo": {"uriBaseId": BASE}}
    if view.revision:
        details["revisionId"] = view.revision
    if view.reference:
        details["branch"] = view.reference
    return details


def _rule(check: Check, *, documentation: str, texts: Texts) -> Document:
    page = f"docs/checks/{check.id}.md"
    rule: Document = {
        "id": check.id,
        "shortDescription": {"text": texts.say(check.title)},
        "help": {
            "text": f"What it compares, and what to do about a finding: {page}",
            "markdown": f"What it compares, and what to do about a finding: `{page}`",
        },
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
        "properties": {
            "severity": str(check.severity),
            **_layer(check),
            "tags": [*controls.titles(check.id)],
        },
    }
    if urlsplit(documentation).scheme in {"http", "https"}:
        rule["helpUri"] = f"{documentation.rstrip('/')}/checks/{check.id}.md"
    return rule


def _layer(check: Check) -> Document:
    return {} if check.layer is None else {"layer": str(check.layer)}


def _result(row: FindingRow, *, index: int, texts: Texts) -> Document:
    finding, unseen = row.finding, row.finding.verdict is Verdict.UNKNOWN
    places = [place for place in finding.provenance if place.path and place.source not in _RUNNING]
    result: Document = {
        "ruleId": finding.check,
        "ruleIndex": index,
        "kind": "open" if unseen else "fail",
        "level": "none" if unseen else _LEVELS[row.severity],
        "message": {"text": _message(row, texts)},
        "locations": [_location(finding, places[:1])],
        "partialFingerprints": {FINGERPRINT: _fingerprint(finding)},
        "suppressions": [*_suppressions(row)],
        "properties": {
            "verdict": str(finding.verdict),
            "layer": str(row.layer),
            **_reason(finding),
        },
    }
    if len(places) > 1:
        result["relatedLocations"] = [*_related(places[1:])]
    return result


def _reason(finding: Finding) -> Document:
    return {"reason": finding.reason} if finding.reason else {}


def _message(row: FindingRow, texts: Texts) -> str:
    finding = row.finding
    text = with_reason(finding, finding.detail or texts.say(row.title))
    return printable(f"{finding.subject.kind} {finding.subject}: {text}")


def _location(finding: Finding, places: Iterable[Place]) -> Document:
    subject = finding.subject
    logical = {
        "name": printable(subject.name),
        "fullyQualifiedName": printable(f"{subject.kind} {subject}"),
        "kind": "resource",
    }
    location: Document = {"logicalLocations": [logical]}
    for place in places:
        location["physicalLocation"] = _physical(place)
    return location


def _related(places: Iterable[Place]) -> Iterator[Document]:
    for number, place in enumerate(places):
        yield {
            "id": number,
            "physicalLocation": _physical(place),
            "message": {"text": f"also declared here, by {place.source}"},
        }


def _physical(place: Place) -> Document:
    uri = quote(place.path.encode("utf-8", "replace"), safe="/")
    location: Document = {"artifactLocation": {"uri": uri, "uriBaseId": BASE}}
    if place.line > 0:
        location["region"] = {"startLine": place.line}
    return location


def _fingerprint(finding: Finding) -> str:
    """Return what stays the same while lines move and details change."""
    subject = finding.subject
    text = f"{finding.check}\0{subject.kind}\0{subject.namespace}\0{subject.name}"
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _suppressions(row: FindingRow) -> Iterator[Document]:
    if row.waiver is not None:
        yield {"kind": "external", "status": "accepted", "justification": _accepted(row.waiver)}
    elif row.finding.verdict is Verdict.SUPPRESSED:
        justification = (
            {"justification": printable(row.finding.detail)} if row.finding.detail else {}
        )
        yield {"kind": "external", "status": "accepted", **justification}


def _accepted(waiver: Waiver) -> str:
    told = (waiver.owner, waiver.approved_by, waiver.ticket, f"until {waiver.expires.isoformat()}")
    text = f"{waiver.reason} ({', '.join(filter(None, told))})"
    return printable(text)


def _invocation(view: Overview) -> Document:
    down = [source for source in view.sources if not source.status.up]
    broken = view.evaluation.errors
    return {
        "executionSuccessful": not down and not broken,
        "endTimeUtc": _instant(view.at),
        "toolExecutionNotifications": [
            *(_down(source) for source in down),
            *(_notification(f"the check {check} itself failed") for check in broken),
        ],
    }


def _down(row: SourceRow) -> Document:
    failures = row.status.failures
    why = "; ".join(failure.message for failure in failures[:3]) or "it was never read"
    return _notification(f"{row.status.source} could not be read: {why}")


def _notification(text: str) -> Document:
    return {"level": "error", "message": {"text": printable(text)}}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
