"""All there is to say of one subject: what is declared where, what is observed, and every check."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from exporter.domain.applications import DeclaredApplications, ObservedApplications
from exporter.domain.declaration import ApplicationKey, DeclaredNode, WorkloadKey
from exporter.domain.delivered import manifest_of
from exporter.domain.evaluation import Evaluation
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.fingerprint import may_be_shown
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.objects import DeclaredObjects, ObservedObject, ObservedObjects
from exporter.domain.workloads import ObservedWorkload, ObservedWorkloads
from exporter.report.causes import chain, deviations
from exporter.report.columns import columns
from exporter.report.folded import with_reason
from exporter.report.table import Paint, painted, plain

SHORT: Final[Mapping[str, str]] = {
    "no": "node",
    "deploy": "deployment",
    "sts": "statefulset",
    "ds": "daemonset",
    "app": "application",
    "svc": "service",
    "cm": "configmap",
    "ing": "ingress",
    "hpa": "horizontalpodautoscaler",
    "cj": "cronjob",
    "sa": "serviceaccount",
}
"""kubectl's short names of kinds."""
MOST: Final = 2_000
"""How many values of one side are listed."""


class Value(Struct, frozen=True):
    """A value by its name, and where it is declared; nowhere where it is observed."""

    name: str
    value: str
    where: str = ""


class Explanation(Struct, frozen=True, kw_only=True):
    """What is known of a *subject*."""

    subject: Subject
    declared: tuple[Value, ...]
    observed: tuple[Value, ...]
    findings: tuple[Finding, ...]
    causes: Mapping[str, str]


def subjects_named(outcome: Evaluation, text: str) -> list[Subject]:
    """Return the subjects that ``KIND/NAME`` or ``KIND/NAMESPACE/NAME`` names, each once."""
    kind, _, name = text.partition("/")
    wanted = SHORT.get(kind.lower(), kind.lower())
    return [
        subject
        for subject in dict.fromkeys(finding.subject for finding in outcome.findings)
        if subject.kind.lower() in {wanted, wanted.removesuffix("s"), wanted.removesuffix("es")}
        and name in {subject.name, str(subject)}
    ]


def nearest(outcome: Evaluation, text: str) -> list[str]:
    """Return what there is that is called nearly so."""
    known = {f"{one.subject.kind}/{one.subject}" for one in outcome.findings}
    return difflib.get_close_matches(text, sorted(known), n=3, cutoff=0.5)


def explain(outcome: Evaluation, subject: Subject) -> Explanation:
    """Return all that is known of *subject*."""
    own = tuple(one for one in outcome.findings if one.subject == subject)
    among = deviations(outcome.findings)
    causes = {}
    for finding in own:
        links = chain(finding, among)
        causes[finding.check] = "; ".join(
            f"{link.finding.check} of {link.finding.subject.kind} {link.finding.subject}: "
            f"{link.finding.detail}"
            for link in links
        ) or str(finding.cause or "")
    return Explanation(
        subject=subject,
        declared=tuple(_declared(outcome.facts, subject))[:MOST],
        observed=tuple(_observed(outcome.facts, subject))[:MOST],
        findings=own,
        causes={check: cause for check, cause in causes.items() if cause},
    )


def _declared(facts: Facts, subject: Subject) -> Iterator[Value]:
    manifest = manifest_of(subject, facts)
    if manifest is not None:
        yield Value("declared at", str(manifest.application or ""), manifest.place.where)
        for pointer, value in _leaves(manifest.manifest):
            yield Value(pointer, value, manifest.place_of(pointer).where)
    nodes = facts.find(DeclaredNodes) if subject.kind == "Node" else None
    node = nodes.named(subject.name) if nodes else None
    if node is not None:
        yield from _declared_node(node)
    applications = facts.find(DeclaredApplications) if subject.kind == "Application" else None
    key = ApplicationKey(subject.namespace, subject.name)
    application = applications.applications.get(key) if applications else None
    if application is not None:
        yield Value("application", str(key), application.place.where)
        for name, stated in (*application.labels.items(), *application.parameters.items()):
            yield Value(name, stated.value, stated.place.where)
        for index, source in enumerate(application.sources):
            place = application.source_place or application.place
            where = f"{source.repository} {source.path or source.chart} {source.revision}"
            yield Value(f"source {index}", where, place.where)


def _declared_node(node: DeclaredNode) -> Iterator[Value]:
    for place in node.places:
        yield Value("declared at", str(place.source), place.where)
    if node.group:
        yield Value("group", node.group)
    for attribute, stated in node.attributes.items():
        yield Value(str(attribute), stated.value, stated.place.where)
    for key, stated in node.labels.items():
        yield Value(f"labels.{key}", stated.value, stated.place.where)
    for taint in node.taints:
        yield Value("taint", str(taint.value), taint.place.where)
    for name, gap in node.unknown.items():
        yield Value(name, f"unknown: {gap.message}")


def _observed(facts: Facts, subject: Subject) -> Iterator[Value]:
    if subject.kind == "Node":
        nodes, declared = facts.find(ObservedNodes), facts.find(DeclaredNodes)
        name = declared.key_of(subject.name) if declared else subject.name
        node = nodes.nodes.get(name) if nodes else None
        yield from _observed_node(node) if node else ()
    workloads = facts.find(ObservedWorkloads)
    key = WorkloadKey(subject.namespace, subject.kind, subject.name)
    if workloads and key in workloads.workloads:
        yield from _observed_workload(workloads.workloads[key])
    objects, known = facts.find(ObservedObjects), facts.find(DeclaredObjects)
    kinds = objects.kinds if objects else {}
    for one in known.by_subject.get(subject, ()) if known else ():
        seen = kinds.get(one.key.group_kind, {}).get((one.key.namespace, one.key.name))
        if isinstance(seen, ObservedObject):
            yield from (Value(*leaf) for leaf in _leaves(seen.manifest, observed=True))
    yield from _observed_application(facts, subject)


def _observed_application(facts: Facts, subject: Subject) -> Iterator[Value]:
    applications = facts.find(ObservedApplications) if subject.kind == "Application" else None
    key = ApplicationKey(subject.namespace, subject.name)
    found = applications.applications.get(key) if applications else None
    for name in ("sync", "health", "health_message", "revisions", "reconciled", "ailing"):
        value = getattr(found, name, None)
        if value:
            yield Value(name, str(value))


def _observed_node(node: ObservedNode) -> Iterator[Value]:
    yield Value("ready", f"{node.ready} {node.ready_message}".strip())
    yield Value("version", node.version)
    yield Value("provider ID", node.provider_id)
    yield from (Value("internal IP", ip) for ip in node.internal_ips)
    yield from (Value(f"labels.{key}", value) for key, value in sorted(node.labels.items()))
    yield from (Value("taint", str(taint)) for taint in sorted(node.taints))


def _observed_workload(workload: ObservedWorkload) -> Iterator[Value]:
    for name in ("replicas", "ready", "updated", "available"):
        yield Value(name, str(getattr(workload, name)))
    yield from (Value(*leaf) for leaf in _leaves(workload.manifest, observed=True))


def _leaves(value: Any, pointer: str = "", *, observed: bool = False) -> Iterator[tuple[str, str]]:
    """Yield the values of a manifest by JSON pointer; what may be a secret as a fingerprint."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            part = str(key).replace("~", "~0").replace("/", "~1")
            yield from _leaves(below, f"{pointer}/{part}", observed=observed)
    elif isinstance(value, list | tuple):
        for index, below in enumerate(value):
            yield from _leaves(below, f"{pointer}/{index}", observed=observed)
    elif value is not None:
        yield pointer, str(may_be_shown(pointer, value)) if observed else str(value)


def text(found: Explanation, *, paint: Paint = plain, width: int | None = None) -> str:
    """Return the explanation for a terminal."""
    lines = [f"{found.subject.kind} {found.subject}"]
    declared = [(one.name, one.value, one.where) for one in found.declared]
    observed = [(one.name, one.value) for one in found.observed]
    lines += (
        ["", *columns(("DECLARED", "VALUE", "AT"), declared, width=width)]
        if declared
        else ["", "Nothing of it is declared."]
    )
    lines += (
        ["", *columns(("OBSERVED", "VALUE"), observed, width=width)]
        if observed
        else ["", "Nothing of it was observed."]
    )
    rows = [_row(one, found.causes.get(one.check, "")) for one in found.findings]
    lines += painted(("VERDICT", "CHECK", "WHY"), rows=rows, paint=paint, width=width)
    return "\n".join(lines) + "\n"


def _row(finding: Finding, cause: str) -> Sequence[str]:
    parts = [with_reason(finding, finding.detail) or _agreed(finding)]
    if cause:
        parts.append(f"follows from {cause}")
    if finding.excuse:
        parts.append(f"waits for {finding.excuse.waits_for}")
    if finding.waiver:
        parts.append(f"accepted by {finding.waiver}")
    return finding.verdict, finding.check, "; ".join(filter(None, parts))


def _agreed(finding: Finding) -> str:
    """Return what a pass rests on, in the words of the check's own values."""
    if finding.verdict is not Verdict.PASS or finding.observed is None:
        return ""
    return f"observed {str(finding.observed)[:200]}, as declared"
