"""Every workload must have the fields that the code declares for it."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from exporter.checks import subjects, unknowns
from exporter.checks.wording import excerpt, listing
from exporter.domain.check import Alert, Chapter, Check
from exporter.domain.declaration import DeclaredWorkload
from exporter.domain.facts import Facts
from exporter.domain.fields import text_of
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.json import Json, as_object, dig
from exporter.domain.manifest import Difference, differences
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads

ID = "workload_spec"

MAX_SHOWN: Final = 20
MAX_COUNTED: Final = 1_000
_LARGEST: Final = 300

TRACKING_LABEL: Final = "app.kubernetes.io/instance"
ELSEWHERE: Final = (
    "/spec/replicas",  # workload_replicas judges it
    "/spec/template/metadata/annotations/kubectl.kubernetes.io~1restartedAt",
)
TOOLS: Final = ("kubectl.kubernetes.io/", "argocd.argoproj.io/", "deployment.kubernetes.io/")
"""Prefixes of the annotations that tools write about a workload."""


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare labels, annotations and spec of every declared workload, where they are declared."""
    observed = facts.get(ObservedWorkloads).workloads
    for workload in subjects.in_order(facts.get(DeclaredWorkloads).workloads.values()):
        have = observed.get(workload.key)
        yield unknowns.absent_workload(ID, workload) if have is None else _judge(workload, have)


def _judge(workload: DeclaredWorkload, have: ObservedWorkload) -> Finding:
    found = list(islice(_differences(workload, have), MAX_COUNTED))
    shown = found[:MAX_SHOWN]
    return Finding(
        check=ID,
        subject=subjects.workload(workload.key),
        verdict=Verdict.FAIL if found else Verdict.PASS,
        detail=_describe(found),
        declared={one.pointer: _short(one.declared) for one in shown} or None,
        observed={one.pointer: _short(one.observed) for one in shown} or None,
        provenance=tuple(dict.fromkeys(workload.place_of(one.position) for one in shown))
        or (workload.place,),
    )


def _differences(workload: DeclaredWorkload, have: ObservedWorkload) -> Iterator[Difference]:
    metadata = as_object(workload.manifest.get("metadata"))
    annotations = as_object(metadata.get("annotations"))
    own = {key: value for key, value in annotations.items() if not key.startswith(TOOLS)}
    declared = {
        "metadata": {"labels": metadata.get("labels"), "annotations": own},
        "spec": workload.manifest.get("spec"),
    }
    ignored = (*workload.ignored, *ELSEWHERE, *_tracked(workload, have))
    yield from differences(declared, have.manifest, ignored=ignored)


def _tracked(workload: DeclaredWorkload, have: ObservedWorkload) -> Iterator[str]:
    """Yield the label in which Argo CD writes its Application's name, where it did so."""
    name = workload.application.name if workload.application else ""
    if name and dig(have.manifest, "metadata", "labels", TRACKING_LABEL) == name:
        yield "/metadata/labels/" + TRACKING_LABEL.replace("/", "~1")


def _describe(found: Sequence[Difference]) -> str:
    if not found:
        return ""
    count = f"{MAX_COUNTED} or more" if len(found) == MAX_COUNTED else str(len(found))
    verb = "field differs" if len(found) == 1 else "fields differ"
    return f"{count} declared {verb}: {listing([excerpt(one.pointer) for one in found])}"


def _short(value: Json) -> Json:
    """Return *value*, or the beginning of its text where it is too long to be read."""
    if isinstance(value, str):
        return excerpt(value)
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return excerpt(f"({text_of(value)})")
    return value if len(text) <= _LARGEST else excerpt(text)


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.WARNING,
    title="Workloads have the declared fields",
    needs=(DeclaredWorkloads, ObservedWorkloads),
    subjects=subjects.declared_workloads,
    judge=judge,
    aspect="spec",
    headline=True,
    chapter=Chapter.WORKLOADS,
    advice="Undo manual changes to the workloads, or declare them in the code.",
    alert=Alert(
        name="WorkloadDrifted",
        after="15m",
        summary="A workload has other fields than declared.",
        description=(
            "{{ $labels.object_kind }} "
            "{{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} has declared "
            "fields with other values, or lacks them. Next: sync its Application, or bring the "
            "change into the code; the status page lists the fields."
        ),
    ),
)
