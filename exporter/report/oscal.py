"""An evaluation as assessment results of OSCAL, in JSON.

Source: NIST, Open Security Controls Assessment Language, Assessment Results Model, 1.1. Every
finding that is no pass is an observation; those that pass are one for each check. A control of
the frameworks in :mod:`exporter.report.controls` is a finding: satisfied where all that its checks
found passes. What a waiver accepts is a risk whose deviation is approved, and satisfies nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid5

from exporter import __version__
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.policy import Waiver
from exporter.report import controls
from exporter.report.columns import printable
from exporter.report.folded import with_reason
from exporter.report.overview import Overview
from exporter.report.texts import Texts

VERSION: Final = "1.1.2"
_NAMESPACE: Final = UUID("6f1a4c1e-9d3b-5c58-8a7e-2b6d0c9f4e11")
"""Of all identifiers that are derived from names, so that the same thing keeps its own."""
_OF_PRODUCT: Final = "urn:cluster-conformance-exporter"

Document = dict[str, Any]


def document(view: Overview, *, texts: Texts) -> Document:
    """Return the document as plain data; titles are in the language of *texts*."""
    result = _Result(view, texts)
    at = _instant(view.at)
    plan = _uuid("plan")
    return {
        "assessment-results": {
            "uuid": _uuid("document", view.cluster, at),
            "metadata": {
                "title": _line(texts.say("Cluster validation report"), view.cluster),
                "last-modified": at,
                "version": view.revision or at,
                "oscal-version": VERSION,
                "props": [_property("generator", f"cluster-conformance-exporter {__version__}")],
            },
            "import-ap": {"href": f"#{plan}"},
            "results": [result.document()],
            "back-matter": {
                "resources": [
                    {
                        "uuid": plan,
                        "title": "Continuous comparison of the cluster with its code",
                        "description": "Every declared item is compared by the checks of "
                        "cluster-conformance-exporter; what each of them compares is documented "
                        "there.",
                    }
                ]
            },
        }
    }


class _Result:
    """The one result: its observations, and what follows from them for controls."""

    def __init__(self, view: Overview, texts: Texts) -> None:
        self._view = view
        self._texts = texts
        self._at = _instant(view.at)
        self._found = view.evaluation.by_check
        self._titles = {check.id: texts.say(check.title) for check in view.evaluation.checks}

    def document(self) -> Document:
        """Return it as plain data; lists that would be empty are left out, as OSCAL asks for."""
        view = self._view
        subjects = dict.fromkeys(finding.subject for finding in view.evaluation.findings)
        checks = [check for check in self._titles if self._found.get(check)]
        return _without_empty(
            {
                "uuid": _uuid("result", view.cluster, self._at),
                "title": _line(self._texts.say("Cluster validation report"), view.cluster),
                "description": self._texts.say(
                    "To find out, item by item, whether the running cluster matches its code."
                ),
                "start": self._at,
                "end": self._at,
                "local-definitions": _without_empty(
                    {"inventory-items": [_item(subject) for subject in subjects]}
                ),
                "reviewed-controls": {"control-selections": [_selection(checks)]},
                "observations": [
                    observation for check in checks for observation in self._observations(check)
                ],
                "risks": [_risk(waiver) for waiver in self._waivers()],
                "findings": [*self._findings(checks)],
            }
        )

    def _observations(self, check: str) -> Iterator[Document]:
        passed = [each for each in self._found[check] if each.verdict is Verdict.PASS]
        if passed:
            yield self._observation(check, passed, text=self._titles[check], verdict=Verdict.PASS)
        for finding in self._found[check]:
            if finding.verdict is not Verdict.PASS:
                told = with_reason(finding, self._texts.detail(finding.detail))
                yield self._observation(
                    check, [finding], text=told or self._titles[check], verdict=finding.verdict
                )

    def _observation(
        self, check: str, findings: Sequence[Finding], *, text: str, verdict: Verdict
    ) -> Document:
        places = dict.fromkeys(place.where for each in findings for place in each.provenance)
        first = findings[0]
        return _without_empty(
            {
                "uuid": _observed(check, None if verdict is Verdict.PASS else first.subject),
                "title": _line(self._titles[check]),
                "description": _line(text),
                "props": [_property("check", check), _property("verdict", str(verdict))],
                "methods": ["TEST"],
                "types": ["control-objective" if verdict is Verdict.PASS else "discovery"],
                "subjects": [
                    {
                        "subject-uuid": _of_subject(each.subject),
                        "type": "inventory-item",
                        "title": _line(f"{each.subject.kind} {each.subject}"),
                    }
                    for each in findings
                ],
                "relevant-evidence": [
                    {"description": _line(f"declared at {where}")} for where in places if where
                ],
                "collected": self._at,
            }
        )

    def _waivers(self) -> Iterator[Waiver]:
        known = self._view.evaluation.accepting
        used = dict.fromkeys(each.waiver for each in self._view.evaluation.findings if each.waiver)
        yield from (known[waiver] for waiver in used if waiver in known)

    def _findings(self, checks: Iterable[str]) -> Iterator[Document]:
        """Yield one finding for each control that a check with subjects is evidence for."""
        evidence: dict[tuple[str, str], list[str]] = {}
        for check in checks:
            for framework, cited in controls.of_check(check).items():
                for control in cited:
                    evidence.setdefault((framework, control), []).append(check)
        for (framework, control), telling in sorted(evidence.items()):
            yield self._finding(framework, control, telling)

    def _finding(self, framework: str, control: str, checks: Sequence[str]) -> Document:
        known = controls.mapped().frameworks[framework]
        title = known.controls[control][self._texts.lang]
        found = [finding for check in checks for finding in self._found[check]]
        related = dict.fromkeys(
            _observed(each.check, None if each.verdict is Verdict.PASS else each.subject)
            for each in found
        )
        accepting = self._view.evaluation.accepting
        risks = dict.fromkeys(each.waiver for each in found if each.waiver in accepting)
        return _without_empty(
            {
                "uuid": _uuid("finding", framework, control),
                "title": _line(f"{known.title} {control}", title),
                "description": _line(f"{known.source}: {control}, {title}"),
                "target": {
                    "type": "objective-id",
                    "target-id": controls.token(framework, control),
                    "status": _status(found),
                },
                "related-observations": [{"observation-uuid": each} for each in related],
                "related-risks": [{"risk-uuid": _uuid("risk", each)} for each in risks],
            }
        )


def _status(found: Iterable[Finding]) -> Document:
    """Return whether all passes; what nobody could see is neither a pass nor a failure."""
    verdicts = {finding.verdict for finding in found}
    if verdicts == {Verdict.PASS}:
        return {"state": "satisfied", "reason": "pass"}
    failed = verdicts & {Verdict.FAIL, Verdict.WAIVED, Verdict.SUPPRESSED}
    return {"state": "not-satisfied", "reason": "fail" if failed else "other"}


def _selection(checks: Iterable[str]) -> Document:
    cited = {
        controls.token(framework, control)
        for check in checks
        for framework, some in controls.of_check(check).items()
        for control in some
    }
    if not cited:
        return {"include-all": {}}
    return {"include-controls": [{"control-id": control} for control in sorted(cited)]}


def _item(subject: Subject) -> Document:
    return {"uuid": _of_subject(subject), "description": _line(f"{subject.kind} {subject}")}


def _risk(waiver: Waiver) -> Document:
    props: Mapping[str, str] = {
        "owner": waiver.owner,
        "approved-by": waiver.approved_by,
        "ticket": waiver.ticket,
    }
    fields = {
        "uuid": _uuid("risk", waiver.id),
        "title": _line(f"{waiver.check} of {waiver.subject}"),
        "description": _line(waiver.reason),
        "statement": _line(f"Accepted until {_instant(waiver.expires)}: {waiver.reason}"),
        "props": [_property(name, value) for name, value in props.items() if value],
        "status": "deviation-approved",
        "deadline": _instant(waiver.expires),
    }
    return _without_empty(fields)


def _observed(check: str, subject: Subject | None) -> str:
    return _uuid("observation", check, *(subject or ()))


def _of_subject(subject: Subject) -> str:
    return _uuid("subject", *subject)


def _property(name: str, value: str) -> Document:
    return {"name": name, "ns": _OF_PRODUCT, "value": _line(value)}


def _uuid(*names: str) -> str:
    """Return an identifier that is always the same for these *names*."""
    text = "\0".join(names).encode("utf-8", "replace").decode()
    return str(uuid5(_NAMESPACE, text))


def _line(*parts: str) -> str:
    """Return a text of one line that is not empty and neither begins nor ends with a blank."""
    return " ".join(printable(": ".join(filter(None, parts))).split()) or "-"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _without_empty(fields: Document) -> Document:
    return {name: value for name, value in fields.items() if value not in ([], {})}
