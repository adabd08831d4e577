"""Which changes of a cluster are found, of every leaf that code declares: the reference cluster's.

And one object of each of many further kinds, as the reference cluster has few.

``python -m tests.properties.reference_leaves`` (``make report``) counts anew; ``docs/truth.md`` has
the table.
"""

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

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
from tests.properties.test_object_leaves import (
    FILLED_IN,
    OBJECTS,
    changed,
    leaves,
    made_of,
    pointer,
)

FILE: Final = Path(__file__).with_name("reference_leaves.json")
TOOLS: Final = ("/metadata/annotations/kubectl.kubernetes.io", "/metadata/annotations/argocd.argo")
"""Annotations that tools write about an object, which nobody compares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Of the *objects* of a kind: those whose loss is found, and *leaves*, by what became of each.

    One that is *changed* is found. *nothing* are those that say nothing (``null``), *tools*
    those that tools write.
    """

    kind: str
    objects: int
    lost: int
    leaves: int
    changed: int
    nothing: int
    tools: int


@dataclass(frozen=True, slots=True)
class Objects:
    """What the code of the reference cluster declares."""

    workloads: tuple[DeclaredWorkload, ...]
    objects: tuple[DeclaredObject, ...]
    expectation: Expectation


async def declared(folder: Path) -> Objects:
    """Return what a copy of the reference cluster in *folder* declares."""
    copy = Reference.copy(folder / "example")
    facts = (await copy.evaluate()).evaluation.facts
    return Objects(
        tuple(facts.get(DeclaredWorkloads).workloads.values()),
        tuple(facts.get(DeclaredObjects).objects.values()),
        facts.get(Expectation),
    )


def count(found: Objects) -> tuple[list[Kind], list[str]]:
    """Return what becomes of every leaf, kind by kind, and those whose change is not found."""
    rows: dict[str, Counter[str]] = {}
    missed: list[str] = []
    for name, manifest, judge in _all(found):
        if _fails(judge(manifest)):
            missed.append(f"{name} as it is declared")
        row = rows.setdefault(name.partition(" ")[0], Counter[str]())
        row["objects"] += 1
        row["lost"] += _fails(judge(None))
        for path in leaves(manifest):
            row["leaves"] += 1
            outcome = _outcome(manifest, path, judge)
            row[outcome] += 1
            if outcome == "missed":
                missed.append(f"{name}{pointer(path)}")
    kinds = sorted(rows.items())
    return [_kind(kind, row) for kind, row in kinds], missed


def recorded() -> list[Kind]:
    """Return what was counted last."""
    return [Kind(**row) for row in json.loads(FILE.read_text())]


Judge = Callable[[Any], Iterable[Finding]]


def _all(found: Objects) -> Iterator[tuple[str, Any, Judge]]:
    for workload in found.workloads:
        yield str(workload.key), workload.manifest, _of_workload(workload, found.expectation)
    for one in (*found.objects, *map(made_of, OBJECTS)):
        yield f"{one.key.kind} {one.key.namespace}/{one.key.name}", one.manifest, _of_object(one)


def _outcome(manifest: Any, path: tuple[Any, ...], judge: Judge) -> str:
    value = manifest
    for key in path:
        value = value[key]
    if value is None:
        return "nothing"
    if pointer(path).startswith(TOOLS) or path[-1] in FILLED_IN:
        return "tools"
    return "changed" if _fails(judge(changed(manifest, path))) else "missed"


def _kind(kind: str, row: Counter[str]) -> Kind:
    names = ("objects", "lost", "leaves", "changed", "nothing", "tools")
    return Kind(kind=kind, **{name: row[name] for name in names})


def _of_workload(workload: DeclaredWorkload, expectation: Expectation) -> Judge:
    def judge(seen: Any) -> Iterator[Finding]:
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

    return judge


def _of_object(one: DeclaredObject) -> Judge:
    def judge(seen: Any) -> Iterator[Finding]:
        key, have = one.key, ObservedObject(one.version, seen)
        known = {} if seen is None else {(key.namespace, key.name): have}
        facts = Facts(
            known={
                DeclaredObjects: DeclaredObjects({key: one}),
                ObservedObjects: ObservedObjects(kinds={key.group_kind: known}),
            }
        )
        for check in (object_present, object_spec):
            yield from check.judge(facts)

    return judge


def _fails(findings: Iterable[Finding]) -> bool:
    return any(one.verdict is Verdict.FAIL for one in findings)


def main() -> None:
    """Count anew."""
    with tempfile.TemporaryDirectory() as folder:
        rows, missed = count(asyncio.run(declared(Path(folder))))
    assert not missed, missed
    FILE.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")


if __name__ == "__main__":
    main()
