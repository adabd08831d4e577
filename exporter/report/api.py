"""The HTTP API: the same data as ``--format json``, in parts, with filters."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from importlib.resources import files
from typing import TypeAlias

import msgspec

from exporter.domain.applications import DeclaredApplications
from exporter.domain.check import Check
from exporter.domain.conflicts import Conflicts
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Layer, Severity, Subject, Verdict
from exporter.domain.items import ItemState
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.published import Answer, Asked, View
from exporter.domain.state import State
from exporter.domain.workloads import DeclaredWorkloads
from exporter.report import document
from exporter.report.account import count_items, declared_items
from exporter.report.document import Document
from exporter.report.parameters import (
    LIMIT,
    OFFSET,
    Page,
    ParameterError,
    chosen,
    grouped,
    page,
)

FINDINGS, LAYERS, DECLARED = PATHS = ("/api/v1/findings", "/api/v1/layers", "/api/v1/declared")
SCHEMA = "/api/v1/schema.json"
MOST_FINDINGS = 1000
MOST_DECLARED = 500
"""How many things one answer has at most; a declared one is larger, for all its places."""

REASONS = tuple(one for one in ItemState if one.is_reason)
_JSON = "application/json"
_SUBJECTS = ("kind", "namespace", "name")
Values: TypeAlias = Mapping[str, tuple[str, ...]]


def views(outcome: Evaluation, *, declared: State) -> dict[str, View]:
    """Return the API by path, for one evaluation and what is *declared*."""
    return {
        FINDINGS: _api(lambda asked: findings(outcome, asked)),
        LAYERS: _api(lambda asked: layers(outcome, asked)),
        DECLARED: _api(lambda asked: declaration(declared, asked)),
    }


def schema() -> Answer:
    """Return the JSON Schema of all answers, and of ``--format json``."""
    text = files("exporter.report").joinpath("schemas", "api.json").read_bytes()
    return Answer(content_type="application/schema+json", body=text)


def findings(outcome: Evaluation, asked: Asked) -> Document:
    """Return the findings that all filters let through; raises :exc:`ParameterError`."""
    values = grouped(
        asked.parameters,
        known={"layer", "check", "verdict", "severity", "reason", *_SUBJECTS, LIMIT, OFFSET},
    )
    part, wanted = page(values, most=MOST_FINDINGS), _Subjects.of(values)
    checks, verdicts = _checks(outcome, values), chosen(values, "verdict", among=Verdict)
    layer, reason = chosen(values, "layer", among=Layer), chosen(values, "reason", among=REASONS)
    found = [
        one
        for one in outcome.findings
        if one.check in checks
        and (not verdicts or one.verdict in verdicts)
        and (not reason or one.reason in reason)
        and (not layer or checks[one.check].layer_of(one) in layer)
        and wanted.has(one.subject)
    ]
    shown = found[part.offset : part.offset + part.limit]
    return {
        "at": outcome.at.isoformat(),
        **_paged(part, total=len(found)),
        "findings": document.findings(outcome, shown),
    }


def layers(outcome: Evaluation, asked: Asked) -> Document:
    """Return the scores, the account, the sources and the waivers.

    Raises :exc:`ParameterError`.
    """
    layer = chosen(grouped(asked.parameters, known={"layer"}), "layer", among=Layer)
    return {
        "at": outcome.at.isoformat(),
        "coverage": outcome.coverage,
        "items": document.items(outcome.items),
        "layers": [one for one in document.layers(outcome) if not layer or one["layer"] in layer],
        "sources": [document.source(one) for one in outcome.sources],
        "waivers": document.waivers(outcome),
    }


def declaration(state: State, asked: Asked) -> Document:
    """Return what is declared of the asked subjects, and what could not be told or read.

    *limit* and *offset* count through all lists, one after the other. Raises
    :exc:`ParameterError`.
    """
    values = grouped(asked.parameters, known={*_SUBJECTS, LIMIT, OFFSET})
    part, wanted = page(values, most=MOST_DECLARED), _Subjects.of(values)
    lists: Document = {}
    total = 0
    for name, things in _declared(state):
        found = [one.show for one in things if wanted.has(one.subject)]
        first = max(0, part.offset - total)
        last = max(0, part.offset + part.limit - total)
        lists[name] = [show() for show in found[first:last]]
        total += len(found)
    return {
        **_paged(part, total=total),
        "items": document.items(count_items(declared_items(state))),
        **lists,
        "sources": [document.source(one) for one in state.sources],
    }


def _api(show: Callable[[Asked], Document]) -> View:
    """Return the view of a document; a wrong parameter is status 400."""

    def view(asked: Asked) -> Answer:
        try:
            return Answer(content_type=_JSON, body=msgspec.json.encode(show(asked)))
        except ParameterError as error:
            problem = {"error": error.message, "known": error.known}
            return Answer(content_type=_JSON, body=msgspec.json.encode(problem), status=400)

    return view


def _paged(part: Page, *, total: int) -> Document:
    end = part.offset + part.limit
    return {
        "total": total,
        "offset": part.offset,
        "limit": part.limit,
        "next": end if end < total else None,
    }


def _checks(outcome: Evaluation, values: Values) -> dict[str, Check]:
    """Return the checks that the filters let through, by id."""
    wanted = chosen(values, "check", among=(one.id for one in outcome.checks))
    severity = chosen(values, "severity", among=Severity)
    return {
        one.id: one
        for one in outcome.checks
        if (not wanted or one.id in wanted) and (not severity or one.severity in severity)
    }


@dataclass(frozen=True, slots=True)
class _Subjects:
    """Those subjects that the filters let through; names may be shell patterns."""

    kinds: frozenset[str]
    namespaces: frozenset[str]
    names: tuple[str, ...]

    @classmethod
    def of(cls, values: Values) -> "_Subjects":
        kind, namespace, name = (values.get(one, ()) for one in _SUBJECTS)
        return cls(frozenset(kind), frozenset(namespace), name)

    def has(self, subject: Subject | None) -> bool:
        """Tell whether *subject* is one of them; what has none is only among all."""
        if subject is None:
            return not (self.kinds or self.namespaces or self.names)
        return (
            (not self.kinds or subject.kind in self.kinds)
            and (not self.namespaces or subject.namespace in self.namespaces)
            and (not self.names or any(fnmatchcase(subject.name, one) for one in self.names))
        )


def _declared(state: State) -> Iterator[tuple[str, Iterable["_Thing"]]]:
    """Yield the lists of a declaration by name: everything with the subject that it is about."""
    nodes = state.facts.find(DeclaredNodes)
    workloads = state.facts.find(DeclaredWorkloads)
    applications = state.facts.find(DeclaredApplications)
    conflicts = state.facts.find(Conflicts)
    yield (
        "nodes",
        (
            _Thing(Subject("Node", "", name), partial(document.node, one))
            for name, one in (nodes.nodes if nodes else {}).items()
        ),
    )
    yield (
        "workloads",
        (
            _Thing(Subject(key.kind, key.namespace, key.name), partial(document.workload, one))
            for key, one in (workloads.workloads if workloads else {}).items()
        ),
    )
    yield (
        "applications",
        (
            _Thing(
                Subject("Application", key.namespace, key.name), partial(document.application, one)
            )
            for key, one in (applications.applications if applications else {}).items()
        ),
    )
    yield (
        "conflicts",
        (
            _Thing(Subject(one.kind, one.namespace, one.name), partial(document.conflict, one))
            for one in (conflicts.items if conflicts else ())
        ),
    )
    yield (
        "not_compared",
        (
            _Thing(one.subject, partial(document.not_compared, one))
            for one in declared_items(state)
            if one.state.is_reason
        ),
    )
    yield (
        "unresolved",
        (_Thing(None, partial(document.unresolved, one)) for one in state.unresolved),
    )
    yield "failures", (_Thing(None, partial(document.failure, one)) for one in state.failures)


@dataclass(frozen=True, slots=True)
class _Thing:
    """Something declared: the subject it is about, if any, and how to show it."""

    subject: Subject | None
    show: Callable[[], Document]
