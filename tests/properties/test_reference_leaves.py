"""Changing any declared leaf of any object of the reference cluster is found; so is its loss."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest

from exporter.checks import (
    object_present,
    object_spec,
    workload_present,
    workload_replicas,
    workload_spec,
)
from exporter.domain.declaration import DeclaredObject, DeclaredWorkload
from exporter.domain.expectation import Expectation
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Verdict
from exporter.domain.objects import DeclaredObjects, ObservedObject, ObservedObjects
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedAutoscalers,
    ObservedWorkload,
    ObservedWorkloads,
)
from tests.e2e.reference import Reference
from tests.properties.test_object_leaves import changed, leaves, pointer

pytestmark = pytest.mark.usefixtures("kustomize")

TOOLS: Final = ("/metadata/annotations/kubectl.kubernetes.io", "/metadata/annotations/argocd.argo")
"""Annotations that tools write about an object, which nobody compares."""


@dataclass(frozen=True, slots=True)
class Objects:
    """What the code of the reference cluster declares."""

    workloads: tuple[DeclaredWorkload, ...]
    objects: tuple[DeclaredObject, ...]
    expectation: Expectation


@pytest.fixture
async def reference(tmp_path_factory: pytest.TempPathFactory) -> Objects:
    copy = Reference.copy(tmp_path_factory.mktemp("leaves") / "example")
    facts = (await copy.evaluate()).evaluation.facts
    return Objects(
        tuple(facts.get(DeclaredWorkloads).workloads.values()),
        tuple(facts.get(DeclaredObjects).objects.values()),
        facts.get(Expectation),
    )


def compared(content: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the leaves of a declared manifest that say anything."""
    for path in leaves(content):
        parent = content
        for key in path[:-1]:
            parent = parent[key]
        if parent[path[-1]] is not None and not pointer(path).startswith(TOOLS):
            yield path


def of_workload(
    workload: DeclaredWorkload, seen: Any, expectation: Expectation
) -> Iterator[Finding]:
    replicas = 1 if seen is None else seen["spec"].get("replicas", 1)
    have = ObservedWorkload(key=workload.key, manifest=seen or {}, replicas=replicas)
    facts = Facts(
        known={
            DeclaredWorkloads: DeclaredWorkloads({workload.key: workload}),
            ObservedWorkloads: ObservedWorkloads({} if seen is None else {workload.key: have}),
            ObservedAutoscalers: ObservedAutoscalers({}),
            Expectation: expectation,
        }
    )
    for check in (workload_present, workload_spec, workload_replicas):
        yield from check.judge(facts)


def of_object(declared: DeclaredObject, seen: Any) -> Iterator[Finding]:
    key = declared.key
    known = (
        {} if seen is None else {(key.namespace, key.name): ObservedObject(declared.version, seen)}
    )
    facts = Facts(
        known={
            DeclaredObjects: DeclaredObjects({key: declared}),
            ObservedObjects: ObservedObjects(kinds={key.group_kind: known}),
        }
    )
    for check in (object_present, object_spec):
        yield from check.judge(facts)


def fails(findings: Iterator[Finding]) -> bool:
    return any(one.verdict is Verdict.FAIL for one in findings)


async def test_any_leaf_that_is_changed_and_any_object_that_is_gone_is_found(
    reference: Objects,
) -> None:
    tried, missed = 0, []
    for workload in reference.workloads:
        assert not fails(of_workload(workload, workload.manifest, reference.expectation))
        assert fails(of_workload(workload, None, reference.expectation))
        for path in compared(workload.manifest):
            tried += 1
            seen = changed(workload.manifest, path)
            if not fails(of_workload(workload, seen, reference.expectation)):
                missed.append(f"{workload.key.name}{pointer(path)}")
    for declared in reference.objects:
        assert not fails(of_object(declared, declared.manifest))
        assert fails(of_object(declared, None))
        for path in compared(declared.manifest):
            tried += 1
            if not fails(of_object(declared, changed(declared.manifest, path))):
                missed.append(f"{declared.key.name}{pointer(path)}")

    assert tried > 300
    assert missed == []
