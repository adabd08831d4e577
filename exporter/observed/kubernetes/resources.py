"""Where the API server serves the kinds that facts are made of, and which kinds a fact needs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from exporter.domain.applications import ObservedApplications, ObservedApplicationSets
from exporter.domain.nodes import ObservedNodes
from exporter.domain.workloads import ObservedAutoscalers, ObservedPods, ObservedWorkloads
from exporter.observed.kinds import AUTOSCALERS, WORKLOADS, Kind

KINDS_OF: Mapping[type, tuple[Kind, ...]] = {
    ObservedNodes: (Kind.NODE,),
    ObservedPods: (Kind.POD,),
    ObservedWorkloads: WORKLOADS,
    ObservedAutoscalers: AUTOSCALERS,
    ObservedApplications: (Kind.APPLICATION,),
    ObservedApplicationSets: (Kind.APPLICATION_SET,),
}
"""The kinds of objects that each fact is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """How a kind is served. One that is *optional* comes with an add-on, so it may be missing."""

    kind: Kind
    group: str = ""
    version: str = "v1"
    plural: str
    namespaced: bool = True
    optional: bool = False

    @property
    def name(self) -> str:
        """The name that RBAC and messages use: ``nodes``, ``deployments.apps``."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    def path(self, namespace: str = "") -> str:
        """Return the path of all objects, or of those of one namespace."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        within = f"/namespaces/{quote(namespace, safe='')}" if namespace else ""
        return f"{root}{within}/{self.plural}"


_ALL = (
    Resource(kind=Kind.NODE, plural="nodes", namespaced=False),
    Resource(kind=Kind.POD, plural="pods"),
    Resource(kind=Kind.DEPLOYMENT, group="apps", plural="deployments"),
    Resource(kind=Kind.STATEFUL_SET, group="apps", plural="statefulsets"),
    Resource(kind=Kind.DAEMON_SET, group="apps", plural="daemonsets"),
    Resource(
        kind=Kind.HORIZONTAL_POD_AUTOSCALER,
        group="autoscaling",
        version="v2",
        plural="horizontalpodautoscalers",
    ),
    Resource(
        kind=Kind.SCALED_OBJECT,
        group="keda.sh",
        version="v1alpha1",
        plural="scaledobjects",
        optional=True,
    ),
    Resource(
        kind=Kind.APPLICATION,
        group="argoproj.io",
        version="v1alpha1",
        plural="applications",
        optional=True,
    ),
    Resource(
        kind=Kind.APPLICATION_SET,
        group="argoproj.io",
        version="v1alpha1",
        plural="applicationsets",
        optional=True,
    ),
)
RESOURCES: Mapping[Kind, Resource] = {one.kind: one for one in _ALL}


def kinds_for(facts: Iterable[type]) -> tuple[Kind, ...]:
    """Return the kinds that *facts* are made of, in a fixed order; other types need none."""
    needed = {kind for fact in facts for kind in KINDS_OF.get(fact, ())}
    return tuple(kind for kind in RESOURCES if kind in needed)
