"""An evaluation as JUnit XML: a suite for each check, a case for each of its subjects.

Source: the schema of Jenkins' xUnit plugin (``junit-10.xsd``). An ``error`` says that nobody
could look, ``skipped`` that a failure or a blind spot is accepted, or explained. A check that
belongs to no single layer has one suite, too: the class of each case begins with its layer.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from exporter.domain.check import Check
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Finding, Verdict
from exporter.domain.policy import Waiver
from exporter.report.columns import printable
from exporter.report.folded import with_reason

NAME = "cluster-conformance"
_OUTCOMES: Mapping[Verdict, str] = {
    Verdict.FAIL: "failure",
    Verdict.UNKNOWN: "error",
    Verdict.WAIVED: "skipped",
    Verdict.SUPPRESSED: "skipped",
}
_COUNTS = (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))


def write(outcome: Evaluation) -> bytes:
    """Return the XML document; what XML cannot hold is blanked."""
    root = Element("testsuites")
    waivers = outcome.accepting
    by_check: dict[str, list[Finding]] = {check.id: [] for check in outcome.checks}
    for finding in outcome.findings:
        by_check.setdefault(finding.check, []).append(finding)
    for check in outcome.checks:
        root.append(_suite(check, by_check[check.id], waivers=waivers, at=outcome.at))
    # The schema has no "skipped" on the root.
    counts = _counted(outcome.findings, _COUNTS[:2])
    _set(root, name=NAME, tests=str(len(outcome.findings)), **counts)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _suite(
    check: Check, findings: Sequence[Finding], *, waivers: Mapping[str, Waiver], at: datetime
) -> Element:
    suite = Element("testsuite")
    timestamp = at.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()
    counts = _counted(findings, _COUNTS)
    _set(suite, name=check.id, tests=str(len(findings)), timestamp=timestamp, **counts)
    properties = SubElement(suite, "properties")
    layer = {} if check.layer is None else {"layer": str(check.layer)}
    known = {**layer, "severity": str(check.severity), "title": check.title}
    for name, value in known.items():
        _set(SubElement(properties, "property"), name=name, value=value)
    for finding in findings:
        suite.append(_case(check, finding, waiver=waivers.get(finding.waiver)))
    return suite


def _case(check: Check, finding: Finding, *, waiver: Waiver | None) -> Element:
    case = Element("testcase")
    _set(
        case,
        classname=f"{check.layer_of(finding)}.{check.id}",
        name=f"{finding.subject.kind} {finding.subject}",
    )
    outcome = _outcome(finding)
    if outcome:
        result = SubElement(case, outcome)
        _set(result, type=finding.verdict, message=_message(check, finding=finding, waiver=waiver))
    if finding.provenance and finding.verdict is not Verdict.PASS:
        places = ", ".join(str(place) for place in finding.provenance)
        SubElement(case, "system-out").text = printable(f"declared at {places}")
    return case


def _message(check: Check, *, finding: Finding, waiver: Waiver | None) -> str:
    text = with_reason(finding, finding.detail or check.title)
    if waiver is None:
        return text
    return f"{text}; accepted by {waiver.owner} until {waiver.expires.isoformat()}: {waiver.reason}"


def _outcome(finding: Finding) -> str:
    """Return the element that tells of a finding, "" for a pass."""
    return "skipped" if finding.waiver else _OUTCOMES.get(finding.verdict, "")


def _counted(findings: Iterable[Finding], names: Sequence[tuple[str, str]]) -> dict[str, str]:
    outcomes = [_outcome(finding) for finding in findings]
    return {name: str(outcomes.count(outcome)) for name, outcome in names}


def _set(element: Element, **attributes: str) -> None:
    for name, value in attributes.items():
        element.set(name, printable(value))
