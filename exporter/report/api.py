"""The HTTP API: the same data as ``--format json``, in parts, with filters."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from importlib.resources import files
from typing import Any, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from exporter.domain.check import Check
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Layer, Severity, Subject, Verdict
from exporter.domain.items import ItemState
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.published import Answer, Asked, View
from exporter.domain.recollection import MemoryOrigin
from exporter.domain.state import State
from exporter.report.account import count_items
from exporter.report.contents import Contents
from exporter.report.documents import declared as documents
from exporter.report.documents import evaluated
from exporter.report.documents.answers import (
    Declared,
    Findings,
    Layers,
    Memory,
    Problem,
    Transitions,
)
from exporter.report.encoding import visible
from exporter.report.parameters import (
    LIMIT,
    OFFSET,
    Page,
    ParameterError,
    chosen,
    grouped,
    page,
)

FINDINGS, LAYERS, DECLARED, TRANSITIONS = PATHS = (
    "/api/v1/findings",
    "/api/v1/layers",
    "/api/v1/declared",
    "/api/v1/transitions",
)
SCHEMA = "/api/v1/schema.json"
MOST_FINDINGS = 1000
MOST_DECLARED = 500
"""How many things one answer has at most; a declared one is larger, for all its places."""

REASONS = tuple(state for state in ItemState if state.is_reason)
_JSON = "application/json"
_SUBJECTS = ("kind", "namespace", "name")
Values: TypeAlias = Mapping[str, tuple[str, ...]]
_Declared = TypeVar("_Declared")


def views(outcome: Evaluation, *, declared: State) -> dict[str, View]:
    """Return the API by path, for one evaluation and what is *declared*."""
    return {
        FINDINGS: _api(lambda asked: findings(outcome, asked)),
        LAYERS: _api(lambda asked: layers(outcome, asked)),
        DECLARED: _api(
            lambda asked: declaration(declared, asked, joined=outcome.facts.find(DeclaredNodes))
        ),
        TRANSITIONS: _api(lambda asked: transitions(outcome, asked)),
    }


def schema() -> Answer:
    """Return the JSON Schema of all answers, and of ``--format json``."""
    text = files("exporter.report").joinpath("schemas", "api.json").read_bytes()
    return Answer(content_type="application/schema+json", body=text)


def findings(outcome: Evaluation, asked: Asked) -> Findings:
    """Return the findings that all filters let through; raises :exc:`ParameterError`."""
    values = grouped(
        asked.parameters,
        known={"layer", "check", "verdict", "severity", "reason", *_SUBJECTS, LIMIT, OFFSET},
    )
    part, wanted = page(values, most=MOST_FINDINGS), _Subjects.of(values)
    checks, verdicts = _checks(outcome, values), chosen(values, "verdict", among=Verdict)
    layer, reason = chosen(values, "layer", among=Layer), chosen(values, "reason", among=REASONS)
    found = [
        finding
        for finding in outcome.findings
        if finding.check in checks
        and (not verdicts or finding.verdict in verdicts)
        and (not reason or finding.reason in reason)
        and (not layer or checks[finding.check].layer_of(finding) in layer)
        and wanted.has(finding.subject)
    ]
    shown = found[part.offset : part.offset + part.limit]
    return Findings(
        at=outcome.at.isoformat(),
        findings=evaluated.findings(outcome, shown),
        **_paged(part, total=len(found)),
    )


def layers(outcome: Evaluation, asked: Asked) -> Layers:
    """Return the scores, the account, the sources and the waivers.

    Raises :exc:`ParameterError`.
    """
    layer = chosen(grouped(asked.parameters, known={"layer"}), "layer", among=Layer)
    return Layers(
        at=outcome.at.isoformat(),
        coverage=outcome.coverage,
        items=evaluated.items(outcome.items),
        layers=tuple(
            score for score in evaluated.layers(outcome) if not layer or score.layer in layer
        ),
        sources=tuple(map(evaluated.SourceStatus.of, outcome.sources)),
        waivers=evaluated.waivers(outcome),
    )


def transitions(outcome: Evaluation, asked: Asked) -> Transitions:
    """Return the last transitions that the filters let through, the newest first.

    Raises :exc:`ParameterError`.
    """
    values = grouped(asked.parameters, known={"check", *_SUBJECTS, LIMIT, OFFSET})
    part, wanted = page(values, most=MOST_FINDINGS), _Subjects.of(values)
    checks = _checks(outcome, values)
    found = [
        transition
        for transition in reversed(outcome.transitions)
        if transition.check in checks and wanted.has(transition.subject)
    ]
    shown = found[part.offset : part.offset + part.limit]
    return Transitions(
        at=outcome.at.isoformat(),
        memory=_memory(outcome.memory),
        transitions=tuple(map(evaluated.Transition.of, shown)),
        **_paged(part, total=len(found)),
    )


def _memory(origin: MemoryOrigin) -> Memory:
    return Memory(origin.kind, origin.until.isoformat() if origin.until else None)


def declaration(state: State, asked: Asked, *, joined: DeclaredNodes | None = None) -> Declared:
    """Return what is declared of the asked subjects, and what could not be told or read.

    *joined* are the nodes as they were found in the cluster, if anybody looked.
    *limit* and *offset* count through all lists, one after the other. Raises
    :exc:`ParameterError`.
    """
    values = grouped(asked.parameters, known={*_SUBJECTS, LIMIT, OFFSET})
    part, wanted = page(values, most=MOST_DECLARED), _Subjects.of(values)
    declared, lists = Contents.of(state.facts), dict[str, Any]()
    total = 0
    for name, things in _lists(declared, state, joined):
        found = [thing.show for thing in things if wanted.has(thing.subject)]
        first = max(0, part.offset - total)
        last = max(0, part.offset + part.limit - total)
        lists[name] = tuple(show() for show in found[first:last])
        total += len(found)
    return Declared(
        **_paged(part, total=total),
        **lists,
        items=evaluated.items(count_items(declared.items)),
        sources=tuple(map(evaluated.SourceStatus.of, state.sources)),
    )


def _api(show: Callable[[Asked], Struct]) -> View:
    """Return the view of a document; a wrong parameter is status 400."""

    def view(asked: Asked) -> Answer:
        try:
            return Answer(content_type=_JSON, body=visible(msgspec.json.encode(show(asked))))
        except ParameterError as error:
            problem = Problem(error.message, error.known)
            return Answer(
                content_type=_JSON, body=visible(msgspec.json.encode(problem)), status=400
            )

    return view


def _paged(part: Page, *, total: int) -> dict[str, Any]:
    end = part.offset + part.limit
    return {
        "total": total,
        "offset": part.offset,
        "limit": part.limit,
        "next": end if end < total else None,
    }


def _checks(outcome: Evaluation, values: Values) -> dict[str, Check]:
    """Return the checks that the filters let through, by id."""
    wanted = chosen(values, "check", among=(check.id for check in outcome.checks))
    severity = chosen(values, "severity", among=Severity)
    return {
        check.id: check
        for check in outcome.checks
        if (not wanted or check.id in wanted) and (not severity or check.severity in severity)
    }


@dataclass(frozen=True, slots=True)
class _Subjects:
    """Those subjects that the filters let through; names may be shell patterns."""

    kinds: frozenset[str]
    namespaces: frozenset[str]
    names: tuple[str, ...]

    @classmethod
    def of(cls, values: Values) -> "_Subjects":
        kind, namespace, name = (values.get(name, ()) for name in _SUBJECTS)
        return cls(frozenset(kind), frozenset(namespace), name)

    def has(self, subject: Subject | None) -> bool:
        """Tell whether *subject* is one of them; what has none is only among all."""
        if subject is None:
            return not (self.kinds or self.namespaces or self.names)
        return (
            (not self.kinds or subject.kind in self.kinds)
            and (not self.namespaces or subject.namespace in self.namespaces)
            and (not self.names or any(fnmatchcase(subject.name, name) for name in self.names))
        )


def _lists(
    declared: Contents, state: State, joined: DeclaredNodes | None
) -> Iterator[tuple[str, list["_Thing"]]]:
    """Yield the lists of a declaration by name: everything with the subject that it is about."""
    nodes = [(Subject("Node", "", name), node) for name, node in declared.nodes.items()]
    groups = [(Subject("NodeGroup", "", group.name), group) for group in declared.groups]
    workloads = [
        (Subject(key.kind, key.namespace, key.name), workload)
        for key, workload in declared.workloads.items()
    ]
    applications = [
        (Subject("Application", key.namespace, key.name), application)
        for key, application in declared.applications.items()
    ]
    conflicts = [
        (Subject(conflict.kind, conflict.namespace, conflict.name), conflict)
        for conflict in declared.conflicts
    ]
    not_compared = [(item.subject, item) for item in declared.not_compared]
    unresolved = [(None, unresolved) for unresolved in state.unresolved]
    failures = [(None, failure) for failure in state.failures]
    yield "nodes", _things(nodes, partial(documents.Node.of, joined=joined))
    yield "groups", _things(groups, documents.Group.of)
    yield "workloads", _things(workloads, documents.Workload.of)
    yield "applications", _things(applications, documents.Application.of)
    yield "conflicts", _things(conflicts, documents.Conflict.of)
    yield "not_compared", _things(not_compared, documents.NotCompared.of)
    yield "unresolved", _things(unresolved, documents.Unresolved.of)
    yield "failures", _things(failures, evaluated.Failure.of)


@dataclass(frozen=True, slots=True)
class _Thing:
    """Something declared: the subject it is about, if any, and how to show it."""

    subject: Subject | None
    show: Callable[[], Struct]


def _things(
    some: Iterable[tuple[Subject | None, _Declared]], show: Callable[[_Declared], Struct]
) -> list[_Thing]:
    return [_Thing(subject, partial(show, thing)) for subject, thing in some]
