"""Finds the pools of nodes that resources declare, within blocks of a cluster or beside it."""

from collections.abc import Iterator, Mapping, Sequence

from exporter.declared.terraform.attribute_paths import first
from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.language.syntax import (
    Body,
    Name,
    TupleLiteral,
)
from exporter.declared.terraform.language.values import (
    Items,
    NotKnownError,
    Object,
    Unknown,
    Value,
    truth,
)
from exporter.declared.terraform.pool_description import Declared, Description, hide, leads_to
from exporter.declared.terraform.pool_types import AUTOMATIC, POOLS, Pool
from exporter.declared.terraform.traversals import path_of


def pool_roots(kind: str) -> list[str]:
    """Return the attributes and blocks of a type in which the paths of its pools begin."""
    paths = [*AUTOMATIC.get(kind, ())]
    for pool in POOLS[kind]:
        paths += [pool.within] if pool.within else pool.paths
        paths += [pool.unless] if pool.unless else []
        paths += [pool.when] if pool.when else []
    return list(dict.fromkeys(path.partition(".")[0] for path in paths))


def pool_paths(kind: str) -> tuple[str, ...]:
    """Return all paths of the pools of a type, those within blocks with their place."""
    paths = [*AUTOMATIC.get(kind, ())]
    for pool in POOLS[kind]:
        within = f"{pool.within}.0." if pool.within else ""
        paths += [within + path for path in pool.paths]
        paths += [pool.unless] if pool.unless else []
    return tuple(dict.fromkeys(paths))


def ignored_changes(body: Body) -> frozenset[str]:
    """Return the paths of a resource that Terraform leaves as others set them."""
    for block in body.blocks:
        changes = block.body.attributes.get("ignore_changes") if block.type == "lifecycle" else None
        match changes:
            case TupleLiteral():
                return frozenset(filter(None, map(path_of, changes.items)))
            case Name(name="all"):
                return frozenset(body.attributes) | {one.type for one in body.blocks}
            case _:
                pass
    return frozenset()


def describe_pools(declared: Declared, collector: Collector) -> None:
    """Add the groups of all pools, or say which cannot be told."""
    for path in AUTOMATIC.get(declared.kind, ()):
        found = first(declared.attributes, (path,))
        if found is not None and not _is_nothing(found):
            unknown = f": {found.data}" if isinstance(found.data, Unknown) else ""
            message = f"{declared.address} lets nodes join that no pool makes, by {path}{unknown}"
            hide(declared, collector, message)
            return
    for pool in _applying(POOLS[declared.kind], declared, collector):
        own = pool.without(declared.ignored)
        for attributes in _blocks(own, declared, collector):
            Description(own, declared, attributes, collector).add()


def _applying(pools: Sequence[Pool], declared: Declared, collector: Collector) -> Iterator[Pool]:
    """Yield the pools that there are: one with a condition that holds is the only one."""
    for pool in pools:
        flag = first(declared.attributes, (pool.when,)) if pool.when else None
        try:
            holds = flag is not None and truth(flag)
        except NotKnownError as error:
            hide(declared, collector, f"{pool.when} of {declared.address}: {error.unknown}")
            return
        if holds or not pool.when:
            yield pool
        if holds:
            return


def _blocks(pool: Pool, declared: Declared, collector: Collector) -> Iterator[Mapping[str, Value]]:
    """Yield the attributes of each pool, which stand in blocks or in the resource itself."""
    if pool.listed:
        yield from _listed(pool, declared, collector)
        return
    if not pool.within:
        yield declared.attributes
        return
    found = declared.attributes.get(pool.within)
    elsewhere = found is None and pool.echoed and leads_to(declared.attributes, pool.unless, "true")
    if declared.ignored & {pool.within, pool.unless} - {""} and not elsewhere:
        hide(declared, collector, f"{declared.address} leaves {pool.within} to others")
        return
    blocks = found.data if found is not None else None
    each = blocks if isinstance(blocks, Items) else () if found is None else (found,)
    for block in each:
        match block.data:
            case Object() as attributes:
                yield attributes
            case Unknown() as unknown:
                message = f"{pool.within} of {declared.address}: {unknown}"
                hide(declared, collector, message)
            case _:
                pass
    if not each and pool.required:
        hide(declared, collector, f"{declared.address} has no {pool.within}")
    elif not each and pool.defaults:
        yield from _default(pool, declared, collector)


def _listed(pool: Pool, declared: Declared, collector: Collector) -> Iterator[Mapping[str, Value]]:
    """Yield the pools of which a resource only lists the names."""
    found = first(declared.attributes, (pool.listed,))
    if found is None or not isinstance(found.data, Items):
        message = f"{declared.address} lets nodes join, and its {pool.listed} does not say of what"
        hide(declared, collector, message)
        return
    yield from ({"name": one} for one in found.data)


def _default(pool: Pool, declared: Declared, collector: Collector) -> Iterator[Mapping[str, Value]]:
    """Yield the pool that a cluster makes by itself, unless it is told not to."""
    unless = declared.attributes.get(pool.unless)
    try:
        removed = unless is not None and unless.data is not None and truth(unless)
    except NotKnownError as error:
        message = f"{pool.unless} of {declared.address}: {error.unknown}"
        hide(declared, collector, message)
        return
    if not removed:
        yield {"name": Value(pool.defaults, declared.at)}


def _is_nothing(value: Value) -> bool:
    """Tell whether a value is false, or empty."""
    return value.data in (None, False, "false") or (
        isinstance(value.data, Items | Object) and not value.data
    )
