"""How many there shall be: nodes of a group, replicas of a workload; worked out once for all.

Check, metric, page and report read the numbers here, so that no two of them tell different ones.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from exporter.domain.declaration import DeclaredAutoscaler, DeclaredWorkload, NodeGroup, WorkloadKey
from exporter.domain.gaps import Gap
from exporter.domain.json import dig
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Place
from exporter.domain.workloads import DeclaredWorkloads, ObservedAutoscalers

REPLICAS = "/spec/replicas"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSize:
    """How many nodes a group shall have: *minimum* to *maximum*.

    It is the fewest that satisfy every declaration: each of its named *members* is a node that
    must be there, so a lower ``min`` of the settings does not lower it. A ``max`` below the
    *minimum* contradicts the rest of the code, and stands as it is for all to see. *stated* is
    false where neither bounds nor names say anything, *recognisable* where nodes without a name in
    the code can be told to belong to it. *unknown* says why nobody can tell the bounds, if so. One
    that is *unbounded* may have as many as it likes, and none.
    """

    minimum: int
    maximum: int
    members: frozenset[str] = frozenset()
    stated: bool = True
    recognisable: bool = False
    unknown: Gap | None = None
    unbounded: bool = False

    @classmethod
    def of(cls, group: NodeGroup) -> "GroupSize":
        """Work out the size of *group*."""
        minimum = max(group.minimum or 0, len(group.members))
        bounds = (group.minimum, group.maximum)
        return cls(
            minimum=minimum,
            maximum=minimum if group.maximum is None else group.maximum,
            members=group.members,
            stated=bool(group.members) or bounds != (None, None),
            recognisable=group.recognisable,
            unknown=group.unknown.get("minimum") or group.unknown.get("maximum"),
            unbounded=group.unbounded and bounds == (None, None),
        )

    @property
    def may_grow(self) -> bool:
        """Whether nodes may belong to it that nobody names."""
        return self.maximum > len(self.members) or not self.members or self.unknown is not None


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many replicas a workload may ask for.

    *author* is the autoscaler that says so, at *place* if it is declared; empty the manifest.
    """

    minimum: int
    maximum: int
    author: str = ""
    place: Place | None = None

    def __str__(self) -> str:
        if not self.author:
            return str(self.minimum)
        return f"{self.minimum} to {self.maximum} ({self.author})"

    def wider(self, other: "Bounds | None") -> "Bounds":
        """Return bounds that allow what these or the *other* ones do."""
        if other is None:
            return self
        return Bounds(
            min(self.minimum, other.minimum),
            max(self.maximum, other.maximum),
            author=self.author,
            place=self.place,
        )


@dataclass(frozen=True, slots=True)
class Expectation:
    """The sizes of all declared groups, and the bounds of all workloads that have any.

    A workload whose *replicas* are None declares them, but what it says is no number, or not
    known. One that is not among them may have as many as it likes.
    """

    groups: Mapping[str, GroupSize] = field(default_factory=dict)
    replicas: Mapping[WorkloadKey, Bounds | None] = field(default_factory=dict)


def group_sizes(nodes: DeclaredNodes | None) -> dict[str, GroupSize]:
    """Return the size of each declared group, sorted by name."""
    groups = nodes.groups if nodes else {}
    return {name: GroupSize.of(group) for name, group in sorted(groups.items())}


def replica_bounds(
    workloads: DeclaredWorkloads | None, autoscalers: ObservedAutoscalers | None
) -> dict[WorkloadKey, Bounds | None]:
    """Return what each declared workload may ask for, if anything is declared about it.

    That is what its declared autoscalers allow; else, for a workload that declares its replicas,
    what an autoscaler of the cluster allows, else that very number. Of several autoscalers the
    wider bounds count. How many of a DaemonSet there are the nodes decide; a number that
    ``ignoreDifferences`` names is for others to set.
    """
    if workloads is None:
        return {}
    declared = _by_target(workloads.autoscalers)
    running = autoscalers.bounds if autoscalers else {}
    return dict(_bounds(workloads, declared=declared, running=running))


def _bounds(
    workloads: DeclaredWorkloads,
    *,
    declared: Mapping[WorkloadKey, Bounds],
    running: Mapping[WorkloadKey, tuple[int, int]],
) -> Iterator[tuple[WorkloadKey, Bounds | None]]:
    for key, workload in workloads.workloads.items():
        if key.kind == "DaemonSet":
            continue
        bounds = declared.get(key)
        if bounds is None:
            if dig(workload.manifest, "spec", "replicas") is None:
                continue
            if key in running:
                bounds = Bounds(*running[key], author="an autoscaler in the cluster")
            elif leaves_replicas(workload):
                continue
            else:
                bounds = _own(workload)
        yield key, None if workload.unknown else bounds


def _own(workload: DeclaredWorkload) -> Bounds | None:
    own = workload.replica_bounds()
    return Bounds(*own) if own else None


def leaves_replicas(workload: DeclaredWorkload) -> bool:
    """Tell whether ``ignoreDifferences`` leaves the declared number of replicas to others."""
    declared = dig(workload.manifest, "spec", "replicas") is not None
    return declared and any(f"{REPLICAS}/".startswith(f"{one}/") for one in workload.ignored if one)


def _by_target(autoscalers: tuple[DeclaredAutoscaler, ...]) -> dict[WorkloadKey, Bounds]:
    bounds: dict[WorkloadKey, Bounds] = {}
    for autoscaler in autoscalers:
        own = Bounds(
            autoscaler.minimum,
            autoscaler.maximum,
            author=f"{autoscaler.kind} {autoscaler.name}",
            place=autoscaler.place,
        )
        bounds[autoscaler.target] = own.wider(bounds.get(autoscaler.target))
    return bounds
