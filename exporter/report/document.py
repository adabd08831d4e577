"""The evaluation and the declaration as plain data: the shape of ``--format json``."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from exporter.domain.applications import DeclaredApplications
from exporter.domain.conflicts import Conflicts
from exporter.domain.declaration import (
    Attribute,
    Conflict,
    DeclaredApplication,
    DeclaredNode,
    DeclaredWorkload,
    Failure,
    Unresolved,
)
from exporter.domain.errors import ParseError
from exporter.domain.evaluation import Evaluation, ItemCount, SourceStatus
from exporter.domain.excuses import Excuse
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.items import Item
from exporter.domain.json import as_list, as_object, as_text, dig
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.policy import Waiver
from exporter.domain.provenance import Place, Stated
from exporter.domain.state import State
from exporter.domain.templates import node_selection, tolerations
from exporter.domain.workloads import DeclaredWorkloads
from exporter.report.account import count_items, declared_items

Document = dict[str, Any]


def evaluation(outcome: Evaluation) -> Document:
    """Return an evaluation: the layers' scores, every finding, every source."""
    return {
        "at": outcome.at.isoformat(),
        "coverage": outcome.coverage,
        "layers": layers(outcome),
        "items": items(outcome.items),
        "findings": findings(outcome, outcome.findings),
        "sources": [source(one) for one in outcome.sources],
        "waivers": waivers(outcome),
    }


def layers(outcome: Evaluation) -> list[Document]:
    """Return the score of each layer."""
    return [
        {
            "layer": str(layer),
            "ratio": score.ratio,
            "coverage": score.coverage,
            "subjects": {str(verdict): n for verdict, n in score.counts.items()},
        }
        for layer, score in outcome.layers.items()
    ]


def items(counts: Mapping[ItemCount, int]) -> list[Document]:
    """Return how many things are declared, by source, kind and what became of them."""
    return [
        {"source": str(one.source), "kind": one.kind, "state": str(one.state), "count": count}
        for one, count in sorted(counts.items())
    ]


def not_compared(one: Item) -> Document:
    """Return something declared that nobody compares, and why."""
    subject = one.subject
    return {
        "kind": subject.kind,
        "namespace": subject.namespace,
        "name": subject.name,
        "reason": str(one.state),
        "layers": [str(layer) for layer in one.layers],
        "message": one.message,
        "advice": one.advice,
        **place(one.place),
    }


def findings(outcome: Evaluation, some: Iterable[Finding]) -> list[Document]:
    """Return *some* of the findings of an evaluation, in their order."""
    known = outcome.accepting
    checks = {check.id: check for check in outcome.checks}
    return [
        {
            "check": one.check,
            "layer": str(checks[one.check].layer_of(one)),
            "severity": str(checks[one.check].severity),
            **_finding(one, known),
        }
        for one in some
    ]


def waivers(outcome: Evaluation) -> list[Document]:
    """Return every waiver, and what became of it."""
    return [{**_waiver(one), "state": str(state)} for one, state in outcome.waivers]


def declaration(state: State) -> Document:
    """Return the merged declaration, each value with its provenance."""
    nodes = state.facts.find(DeclaredNodes)
    workloads = state.facts.find(DeclaredWorkloads)
    applications = state.facts.find(DeclaredApplications)
    conflicts = state.facts.find(Conflicts)
    declared = declared_items(state)
    return {
        "items": items(count_items(declared)),
        "not_compared": [not_compared(one) for one in declared if one.state.is_reason],
        "nodes": [node(one) for one in (nodes.nodes if nodes else {}).values()],
        "workloads": [workload(one) for one in (workloads.workloads if workloads else {}).values()],
        "applications": [
            application(one) for one in (applications.applications if applications else {}).values()
        ],
        "conflicts": [conflict(one) for one in (conflicts.items if conflicts else ())],
        "unresolved": [unresolved(one) for one in state.unresolved],
        "failures": [failure(one) for one in state.failures],
        "sources": [source(one) for one in state.sources],
    }


def place(one: Place) -> Document:
    """Return where a value is declared."""
    return {
        "source": str(one.source),
        "path": one.path,
        "line": one.line or None,
        "revision": one.revision or None,
    }


def _places(some: Iterable[Place]) -> list[Document]:
    return [place(one) for one in some]


def _finding(one: Finding, waivers: Mapping[str, Waiver]) -> Document:
    return {
        "subject": _subject(one.subject),
        "verdict": str(one.verdict),
        "detail": one.detail,
        "declared": one.declared,
        "observed": one.observed,
        "provenance": _places(one.provenance),
        "cause": one.cause.id if one.cause else None,
        "cause_subject": _subject(one.cause.subject) if one.cause and one.cause.subject else None,
        "reason": one.reason or None,
        "advice": one.advice or None,
        "since": _instant(one.since),
        "was": {"verdict": str(Verdict.FAIL), "since": _instant(one.was)} if one.was else None,
        "excuse": _excuse(one.excuse) if one.excuse else None,
        "waiver": _waiver(waivers[one.waiver]) if one.waiver else None,
    }


def _subject(one: Subject) -> Document:
    return {"kind": one.kind, "namespace": one.namespace, "name": one.name}


def _instant(one: datetime | None) -> str | None:
    return one.isoformat() if one else None


def _excuse(one: Excuse) -> Document:
    return {
        "reason": str(one.reason),
        "waits_for": one.waits_for,
        "since": one.since.isoformat(),
        "until": one.until.isoformat(),
        "basis": str(one.basis),
    }


def _waiver(one: Waiver) -> Document:
    return {
        "check": one.check,
        "subject": one.subject,
        "reason": one.reason,
        "owner": one.owner,
        "expires": one.expires.isoformat(),
        "item_state": one.state or None,
        "ticket": one.ticket or None,
        "approved_by": one.approved_by or None,
    }


def unresolved(one: Unresolved) -> Document:
    """Return what only a run would tell."""
    return {"message": one.message, **place(one.place)}


def failure(one: Failure) -> Document:
    """Return what could not be read, and what to do about it."""
    return {
        "message": one.message,
        "reason": str(one.reason),
        "advice": one.advice,
        "part": one.part,
        **place(one.place),
    }


def source(one: SourceStatus) -> Document:
    """Return how a source is doing."""
    return {
        "source": str(one.source),
        "up": one.up,
        "last_success": one.last_success.isoformat() if one.last_success else None,
        "revision": one.revision or None,
        "items": dict(one.items),
        "failures": [failure(each) for each in one.failures],
    }


def _attributed(attribute: str, one: Place) -> Document:
    return {"attribute": attribute, **place(one)}


def node(node: DeclaredNode) -> Document:
    """Return a declared node, each value with its place."""
    attributes = {str(name): _value(node.attributes.get(name)) for name in Attribute}
    return {
        "name": node.name,
        "group": node.group,
        "labels": {key: stated.value for key, stated in node.labels.items()},
        "taints": [
            {"key": one.value.key, "value": one.value.value, "effect": str(one.value.effect)}
            for one in node.taints
        ],
        **attributes,
        "provenance": [*_node_places(node)],
    }


def _value(stated: Stated[str] | None) -> str | None:
    return stated.value if stated else None


def _node_places(node: DeclaredNode) -> Iterator[Document]:
    yield from (_attributed("name", one) for one in node.places)
    for name, stated in node.attributes.items():
        yield _attributed(name, stated.place)
    for label, stated in node.labels.items():
        yield _attributed(f"labels.{label}", stated.place)
    for taint in node.taints:
        yield _attributed(f"taints.{taint.value.key}:{taint.value.effect}", taint.place)


def workload(workload: DeclaredWorkload) -> Document:
    """Return a declared workload, each value with its place."""
    pods = as_object(dig(workload.manifest, "spec", "template", "spec"))
    containers = as_list(pods.get("containers"))
    application = workload.application
    return {
        "kind": workload.key.kind,
        "namespace": workload.key.namespace,
        "name": workload.key.name,
        "application": str(application) if application else None,
        "replicas": dig(workload.manifest, "spec", "replicas"),
        "labels": dict(as_object(dig(workload.manifest, "metadata", "labels"))),
        "images": [as_text(as_object(one).get("image")) for one in containers],
        **_scheduling(pods),
        "provenance": [
            _attributed("name", workload.place),
            *(_attributed(pointer, one) for pointer, one in sorted(workload.places.items())),
        ],
    }


def _scheduling(pods: Mapping[str, Any]) -> Document:
    try:
        selection, borne = node_selection(pods), tolerations(pods)
    except ParseError as error:
        return {"node_selector": None, "tolerations": None, "error": error.message}
    return {"node_selector": dict(selection.labels), "tolerations": [str(one) for one in borne]}


def application(application: DeclaredApplication) -> Document:
    """Return a declared Application, each value with its place."""
    return {
        "namespace": application.key.namespace,
        "name": application.key.name,
        "application_set": application.application_set or None,
        "project": application.project,
        "labels": {key: stated.value for key, stated in application.labels.items()},
        "sources": [
            {
                "repository": one.repository,
                "path": one.path or None,
                "chart": one.chart or None,
                "revision": one.revision,
                "local": one.local,
            }
            for one in application.sources
        ],
        "destination_namespace": application.destination_namespace or None,
        "provenance": [
            _attributed("name", application.place),
            *(_attributed(f"labels.{key}", one.place) for key, one in application.labels.items()),
            *(
                _attributed(f"parameters.{key}", one.place)
                for key, one in application.parameters.items()
            ),
        ],
    }


def conflict(conflict: Conflict) -> Document:
    """Return two or more statements that contradict each other."""
    return {
        "kind": conflict.kind,
        "namespace": conflict.namespace,
        "name": conflict.name,
        "attribute": conflict.attribute,
        "message": conflict.message,
        "statements": [
            {"value": one.value, "provenance": place(one.place)} for one in conflict.statements
        ],
    }
