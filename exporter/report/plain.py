"""The report as plain data: what ``check --format json`` says, and the tables of an overview."""

from typing import Any

from exporter.domain.taints import Taint
from exporter.report import document
from exporter.report.account import NotCompared
from exporter.report.overview import Overview
from exporter.report.rows import ApplicationRow, GroupRow, NodeRow, WorkloadRow

Document = dict[str, Any]


def report(view: Overview) -> Document:
    """Return everything that a report tells, without words of any language."""
    return {
        **document.evaluation(view.evaluation),
        "cluster": view.cluster or None,
        "revision": view.revision or None,
        "reference": view.reference or None,
        "complete": view.complete,
        "groups": [_group(one) for one in view.groups],
        "nodes": [_node(one) for one in view.nodes],
        "workloads": [_workload(one) for one in view.workloads],
        "applications": [_application(one) for one in view.applications],
        "not_compared": [_not_compared(one) for one in view.account.not_compared],
        "unseen": [
            {
                "cause": one.cause or None,
                "detail": one.detail,
                "count": one.count,
                "checks": list(one.checks),
            }
            for one in view.unseen
        ],
        "indicators": [
            {
                "indicator": one.code,
                "layer": str(one.layer) if one.layer else None,
                "reached": one.reached,
                "total": one.total,
                "verdict": str(one.verdict),
            }
            for one in view.indicators
        ],
        "recommendations": [
            {
                "term": str(one.term),
                "advice": str(one.advice),
                "about": one.about,
                "count": one.count,
                "by": one.by.isoformat() if one.by else None,
            }
            for one in view.recommendations
        ],
    }


def _not_compared(one: NotCompared) -> Document:
    return {
        "source": str(one.source),
        "reason": str(one.reason),
        "accepted": one.accepted,
        "count": one.count,
        "kinds": dict(one.kinds),
        "subjects": [str(subject) for subject in one.subjects],
        "remedies": [{"advice": each.advice, "count": each.count} for each in one.remedies],
    }


def _group(one: GroupRow) -> Document:
    return {
        "name": one.name,
        "minimum": one.minimum,
        "maximum": one.maximum,
        "observed": one.observed,
        "ready": one.ready,
        "members": list(one.members),
        "missing": None if one.missing is None else list(one.missing),
        "verdicts": _verdicts(one),
    }


def _node(one: NodeRow) -> Document:
    return {
        "name": one.name,
        "group": one.group,
        "declared": one.declared,
        "present": one.present,
        "ready": None if one.ready is None else str(one.ready),
        "unschedulable": one.unschedulable,
        "roles": None if one.roles is None else list(one.roles),
        "version": {"declared": one.version_declared or None, "observed": one.version},
        "labels": {
            "declared": None if one.labels_declared is None else dict(one.labels_declared),
            "observed": None if one.labels is None else dict(one.labels),
        },
        "taints": {"declared": _taints(one.taints_declared), "observed": _taints(one.taints)},
        "provenance": [document.place(place) for place in one.places],
        "verdicts": _verdicts(one),
    }


def _taints(taints: tuple[Taint, ...] | None) -> list[str] | None:
    return None if taints is None else [str(one) for one in taints]


def _workload(one: WorkloadRow) -> Document:
    return {
        "kind": one.key.kind,
        "namespace": one.key.namespace,
        "name": one.key.name,
        "application": str(one.application) if one.application else None,
        "overlay": one.overlay,
        "present": one.present,
        "replicas": {
            "minimum": one.minimum,
            "maximum": one.maximum,
            "desired": one.desired,
            "ready": one.ready,
        },
        "images": list(one.images),
        "node_selector": None if one.node_selector is None else dict(one.node_selector),
        "tolerations": None if one.tolerations is None else list(one.tolerations),
        "placement": None if one.placement is None else dict(one.placement),
        "provenance": [document.place(one.place)],
        "verdicts": _verdicts(one),
    }


def _application(one: ApplicationRow) -> Document:
    return {
        "namespace": one.key.namespace,
        "name": one.key.name,
        "application_set": one.application_set or None,
        "present": one.present,
        "sync": one.sync,
        "health": one.health,
        "paths": list(one.paths),
        "revisions": list(one.revisions),
        "deployed": None if one.deployed is None else list(one.deployed),
        "provenance": [document.place(one.place)],
        "verdicts": _verdicts(one),
    }


def _verdicts(one: GroupRow | NodeRow | WorkloadRow | ApplicationRow) -> Document:
    return {check: str(verdict) for check, verdict in one.verdicts.items()}
