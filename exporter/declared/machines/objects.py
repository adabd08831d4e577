"""Which objects make machines, and the groups of nodes that they declare."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from exporter.declared.kinds import group
from exporter.declared.located import LocatedTree, UnresolvedError, from_manifest
from exporter.declared.machines import cluster_api, karpenter, kops
from exporter.declared.machines.pool import Objects, Pool, kind_of
from exporter.declared.rendered import Manifest
from exporter.domain.declaration import PRESENT, NodeGap, NodeGroup
from exporter.domain.errors import ReadError
from exporter.domain.finding import Subject


class _Read(Protocol):
    def __call__(self, tree: LocatedTree, objects: Objects) -> Iterator[Pool]:
        """Yield the pools that an object makes; raises :exc:`ReadError`."""
        ...


_READERS: Final[Mapping[str, _Read]] = {
    cluster_api.GROUP: cluster_api.pools,
    cluster_api.CONTROL_PLANE: cluster_api.pools,
    karpenter.GROUP: karpenter.pools,
    kops.GROUP: kops.pools,
}
AUXILIARY: Final = (
    *("infrastructure.cluster.x-k8s.io", "bootstrap.cluster.x-k8s.io", "karpenter.k8s.aws"),
    *("addons.cluster.x-k8s.io", "ipam.cluster.x-k8s.io", "runtime.cluster.x-k8s.io"),
    *("karpenter.azure.com", "eks.amazonaws.com", *_READERS),
)
"""API groups of objects that make machines, or say what these are made of."""


def makes_machines(api_group: str) -> bool:
    """Tell whether the objects of an API group are read together for the groups that they make."""
    return api_group in AUXILIARY


@dataclass(slots=True)
class Pools:
    """The pools of objects that are declared together, and what of these cannot be read."""

    pools: list[Pool] = field(default_factory=list)
    errors: list[tuple[LocatedTree, ReadError]] = field(default_factory=list)


def read(trees: Iterable[LocatedTree]) -> Pools:
    """Return the pools that objects make."""
    found, objects = Pools(), Objects(tuple(trees))
    for tree in objects.trees:
        reader = _READERS.get(kind_of(tree)[0])
        try:
            found.pools += reader(tree, objects) if reader else ()
        except ReadError as error:
            found.errors.append((tree, error))
        except UnresolvedError as error:
            subject = Subject("File", "", error.place.path)
            found.pools.append(Pool(subject=subject, place=error.place, message=error.message))
    return found


@dataclass(frozen=True, slots=True)
class RenderedPools:
    """The groups that rendered objects make of this cluster's nodes, and why there may be more."""

    groups: tuple[NodeGroup, ...] = ()
    gaps: tuple[NodeGap, ...] = ()


def rendered(manifests: Iterable[Manifest], *, cluster: str) -> RenderedPools:
    """Return the groups of the nodes of *cluster*; objects may make those of others, too."""
    trees, errors = [], []
    for one in manifests:
        if makes_machines(group(one.content)):
            try:
                trees.append(from_manifest(one))
            except ReadError as error:
                errors.append((LocatedTree(None, one.place), error))
    known = read(trees)
    lost = [(tree.place, error.message) for tree, error in (*errors, *known.errors)]
    lost += [(one.place, one.message) for one in known.pools if one.message]
    return RenderedPools(
        tuple(one.group for one in known.pools if one.group and one.cluster in {"", cluster}),
        tuple(
            NodeGap(place=place, message=message, attributes=frozenset({PRESENT}))
            for place, message in lost
        ),
    )
