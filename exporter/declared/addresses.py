"""Hosts that an inventory knows by their address alone, and the names that others have for them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from exporter.domain.declaration import Attribute, NodeGap, NodeStatement, Reading
from exporter.domain.identity import parsed


def with_names(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Return *readings* in which a node has its name where only one source gives its address.

    That is where exactly one node of another source has the address, and no other host is it.
    """
    names = _names(readings)
    return tuple(_renamed(reading, names) for reading in readings) if names else tuple(readings)


def _names(readings: Sequence[Reading]) -> dict[str, str]:
    owners: dict[str, set[str]] = {}
    hosts: dict[str, set[str]] = {}
    for statement in _enumerated(readings):
        own = parsed(statement.name)
        stated = statement.attributes.get(Attribute.INTERNAL_IP)
        if own:
            hosts.setdefault(own, set()).add(statement.name)
        elif stated and (address := parsed(stated.value)):
            owners.setdefault(address, set()).add(statement.name)
    return {
        next(iter(found)): next(iter(owners[address]))
        for address, found in hosts.items()
        if len(found) == 1 and len(owners.get(address, ())) == 1
    }


def _enumerated(readings: Sequence[Reading]) -> Iterator[NodeStatement]:
    for reading in readings:
        yield from (statement for statement in reading.nodes if statement.enumerates)


def _renamed(reading: Reading, names: Mapping[str, str]) -> Reading:
    return replace(
        reading,
        nodes=tuple(
            replace(statement, name=names.get(statement.name, statement.name))
            for statement in reading.nodes
        ),
        gaps=tuple(_gap(gap, names) for gap in reading.gaps),
    )


def _gap(gap: NodeGap, names: Mapping[str, str]) -> NodeGap:
    return replace(gap, nodes=frozenset(names.get(name, name) for name in gap.nodes))
