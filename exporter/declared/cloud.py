"""The one declaration of a cloud that several of Terraform make: directories, states and plans."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from exporter.domain.cloud import (
    CloudAttribute,
    CloudGap,
    CloudKind,
    CloudScope,
    DeclaredCloud,
    DeclaredResource,
    ResourcePart,
    referred,
)
from exporter.domain.declaration import Reading
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Located, Place, Source
from exporter.settings.load import Loaded


def cloud_facts(readings: Sequence[Reading], loaded: Loaded) -> dict[type, object]:
    """Return what is declared of the cloud, and what of it is this cluster's; none if off."""
    cloud = loaded.settings.observed.cloud
    if cloud is None or cloud.aws is None:
        return {}
    name = loaded.cluster.name
    default = {f"kubernetes.io/cluster/{name}": ""} if name else {}
    scope = CloudScope(
        region=cloud.aws.region,
        tags=cloud.aws.tags or default,
        admin_ports=cloud.aws.admin_ports,
        place=Place(Source.INVENTORY, loaded.name),
        explains="cloud_instance" not in loaded.settings.checks.disabled,
    )
    return {DeclaredCloud: declared_cloud(readings), CloudScope: scope}


def declared_cloud(readings: Iterable[Reading]) -> DeclaredCloud:
    """Merge what *readings* say of resources, given from the weakest to the strongest.

    Of a resource that several declare the last one counts. What only a run tells it, as an id, is
    taken from the others: a state knows it.
    """
    known = [one for one in readings if one.resources or one.parts or one.cloud_gaps]
    resources: dict[str, DeclaredResource] = {}
    for reading in known:
        for one in reading.resources:
            earlier = resources.get(one.address)
            resources[one.address] = one if earlier is None else _over(earlier, one)
    parts = [part for reading in known for part in reading.parts]
    whole, loose = _with_parts(resources, parts)
    return DeclaredCloud(
        resources=whole,
        loose=tuple(loose),
        incomplete=dict(_incomplete(gap for reading in known for gap in reading.cloud_gaps)),
    )


def _over(earlier: DeclaredResource, later: DeclaredResource) -> DeclaredResource:
    """Return *later* with what *earlier* knows of what it leaves unknown."""
    filled = {key: earlier.values[key] for key in later.unknown if key in earlier.values}
    return replace(
        later,
        id=later.id or earlier.id,
        name=later.name or earlier.name,
        values={**later.values, **filled},
        unknown={key: why for key, why in later.unknown.items() if key not in filled},
    )


def _with_parts(
    resources: Mapping[str, DeclaredResource], parts: Sequence[ResourcePart]
) -> tuple[dict[str, DeclaredResource], list[ResourcePart]]:
    """Return the resources with their parts, and the parts whose resource nobody declares.

    Parts of an earlier declaration than the one that counts say nothing any more. Where rules are
    resources of their own, those that a state shows within the group are but what AWS had.
    """
    by_id = {one.id: one.address for one in resources.values() if one.id}
    loose: list[ResourcePart] = []
    own: dict[tuple[str, CloudAttribute], list[Located[str]]] = {}
    for part in parts:
        address = referred(part.owner) or by_id.get(part.owner, "")
        owner = resources.get(address)
        if owner is None:
            loose.append(part)
        elif owner.origin == part.origin:
            own.setdefault((address, part.attribute), []).extend(part.values)
    whole = dict(resources)
    for (address, attribute), values in own.items():
        owner = whole[address]
        inline = owner.values.get(attribute, ())
        if attribute is CloudAttribute.RULES:
            inline = tuple(one for one in inline if one.place.line)
        merged = {**owner.values, attribute: tuple(dict.fromkeys((*inline, *values)))}
        whole[address] = replace(owner, values=merged)
    return whole, loose


def _incomplete(gaps: Iterable[CloudGap]) -> Iterator[tuple[CloudKind, Gap]]:
    """Yield why there may be more of a kind, the first reason for each."""
    first: dict[CloudKind, Gap] = {}
    for gap in gaps:
        for kind in gap.kinds:
            first.setdefault(kind, gap.gap)
    yield from first.items()
