"""Every workload must ask for as many replicas as the code or its autoscaler allows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from exporter.checks import subjects, unknowns
from exporter.checks.wording import excerpt
from exporter.domain.check import Check
from exporter.domain.declaration import DeclaredAutoscaler, DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.fields import text_of
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.json import Json, dig
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import DeclaredWorkloads, ObservedAutoscalers, ObservedWorkloads

ID = "workload_replicas"

POINTER = "/spec/replicas"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many replicas a workload may ask for; *author* is what says so, empty its manifest."""

    minimum: int
    maximum: int
    author: str = ""
    place: Place | None = None

    def __str__(self) -> str:
        if not self.author:
            return str(self.minimum)
        return f"{self.minimum} to {self.maximum} ({self.author})"


class Scaling:
    """What is known of replicas: the autoscalers', the manifests', and what nobody could see."""

    __slots__ = ("_declared", "_observed", "blind")

    def __init__(self, facts: Facts) -> None:
        workloads, cluster = facts.find(DeclaredWorkloads), facts.find(ObservedAutoscalers)
        self._declared = _by_target(workloads.autoscalers if workloads else ())
        self._observed: Mapping[WorkloadKey, tuple[int, int]] = cluster.bounds if cluster else {}
        self.blind = cluster is None or bool(facts.gaps_in((ObservedAutoscalers,)))

    def judges(self, workload: DeclaredWorkload) -> bool:
        """Tell whether anything is declared about the replicas of *workload*.

        That of a DaemonSet is decided by the nodes, and what ``ignoreDifferences`` names only by
        an autoscaler.
        """
        if workload.key.kind == "DaemonSet":
            return False
        if workload.key in self._declared:
            return True
        scaled = workload.key in self._observed
        return _replicas(workload) is not None and (scaled or not _is_ignored(workload))

    def bounds(self, workload: DeclaredWorkload) -> Bounds | None:
        """Return what *workload* may ask for; None where the manifest has no number there."""
        if workload.key in self._declared:
            return self._declared[workload.key]
        if workload.key in self._observed:
            return Bounds(*self._observed[workload.key], author="an autoscaler in the cluster")
        own = workload.replica_bounds()
        return Bounds(*own) if own else None


def scaled_workloads(facts: Facts) -> list[Subject]:
    """Return the workloads about whose replicas anything is declared, sorted."""
    known, scaling = facts.find(DeclaredWorkloads), Scaling(facts)
    workloads = known.workloads.values() if known else ()
    return sorted(subjects.workload(one.key) for one in workloads if scaling.judges(one))


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare ``spec.replicas`` with the declared number, or with an autoscaler's bounds."""
    observed, scaling = facts.get(ObservedWorkloads).workloads, Scaling(facts)
    for workload in subjects.in_order(facts.get(DeclaredWorkloads).workloads.values()):
        if scaling.judges(workload):
            have = observed.get(workload.key)
            if have is None:
                yield unknowns.absent_workload(ID, workload)
            else:
                yield _judge(workload, have.replicas, scaling)


def _judge(workload: DeclaredWorkload, replicas: int, scaling: Scaling) -> Finding:
    bounds = scaling.bounds(workload)
    finding = Finding(
        check=ID,
        subject=subjects.workload(workload.key),
        verdict=Verdict.PASS,
        declared=_shown(bounds),
        observed=replicas,
        provenance=((bounds and bounds.place) or workload.place_of(POINTER),),
    )
    if bounds is None:
        wrong = excerpt(text_of(_replicas(workload)))
        detail = f"spec.replicas is declared as {wrong!r}, which is no number of pods"
        cause = workload.place.source
        return replace(finding, verdict=Verdict.UNKNOWN, detail=detail, cause=cause)
    if bounds.minimum <= replicas <= bounds.maximum:
        return finding
    detail = f"spec.replicas is {replicas} instead of {bounds}"
    if not bounds.author and scaling.blind:
        detail += "; whether an autoscaler set them is not known"
        return replace(finding, verdict=Verdict.UNKNOWN, detail=detail, cause=Source.KUBERNETES)
    return replace(finding, verdict=Verdict.FAIL, detail=detail)


def _shown(bounds: Bounds | None) -> Json:
    if bounds is None or bounds.author:
        return {"minimum": bounds.minimum, "maximum": bounds.maximum} if bounds else None
    return bounds.minimum


def _replicas(workload: DeclaredWorkload) -> Json:
    return dig(workload.manifest, "spec", "replicas")


def _is_ignored(workload: DeclaredWorkload) -> bool:
    return any(f"{POINTER}/".startswith(f"{one}/") for one in workload.ignored if one)


def _by_target(autoscalers: tuple[DeclaredAutoscaler, ...]) -> dict[WorkloadKey, Bounds]:
    """Return the bounds by target; of two autoscalers with one target, the wider ones."""
    bounds: dict[WorkloadKey, Bounds] = {}
    for one in autoscalers:
        other = bounds.get(one.target)
        bounds[one.target] = Bounds(
            minimum=min(one.minimum, other.minimum) if other else one.minimum,
            maximum=max(one.maximum, other.maximum) if other else one.maximum,
            author=f"{one.kind} {one.name}",
            place=one.place,
        )
    return bounds


CHECK = Check(
    id=ID,
    layer=Layer.APPLICATIONS,
    severity=Severity.WARNING,
    title="Workloads ask for the declared number of replicas",
    needs=(DeclaredWorkloads, ObservedWorkloads),
    subjects=scaled_workloads,
    judge=judge,
    aspect="replicas",
)
