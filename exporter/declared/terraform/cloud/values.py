"""Makes comparable texts of what a resource declares: of rules and routes one text each."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from exporter.declared.terraform.cloud.types import ROUTE_TARGETS
from exporter.declared.terraform.language.values import (
    Items,
    Object,
    Value,
    failed,
    known,
    text,
    truth,
    whole,
)
from exporter.domain.cloud import SELF, Ports, network, rule_text

Read = Callable[[str], Value | None]
"""Gives an attribute, None where it is not there or null."""


def texts(value: Value) -> Iterator[tuple[str, Value]]:
    """Yield the texts of a value, or of the elements of a list, each with where it stands.

    Raises :exc:`NotKnownError`.
    """
    data = known(value)
    if isinstance(data, Items):
        for element in data:
            yield network(text(element)), element
    elif data is not None:
        yield network(text(value)), value


def reader(attributes: Mapping[str, Value]) -> Read:
    """Return what gives the attributes that are there."""

    def read(name: str) -> Value | None:
        value = attributes.get(name)
        return None if value is None or value.data is None or value.data == "" else value

    return read


def nested(value: Value) -> Iterator[tuple[Value, Mapping[str, Value]]]:
    """Yield each nested block with its attributes; raises :exc:`NotKnownError`."""
    data = known(value)
    blocks = data if isinstance(data, Items) else () if data is None else (value,)
    for block in blocks:
        inner = known(block)
        if not isinstance(inner, Object):
            raise failed("a block", "is no object")
        yield block, inner


def rules(direction: str, read: Read, *, protocol: str = "protocol") -> Iterator[str]:
    """Yield a rule for each peer of a block, or of a resource that is one rule or several."""
    stated = read(protocol)
    if stated is None:
        raise failed("a rule", f"has no {protocol}")
    ports = Ports(_port(read, "from_port"), _port(read, "to_port"))
    for peer in _peers(read):
        yield rule_text(direction, text(stated), ports, peer)


def _port(read: Read, name: str) -> int | None:
    value = read(name)
    return None if value is None else whole(value)


_PEERS = (
    "cidr_blocks",
    "ipv6_cidr_blocks",
    "prefix_list_ids",
    "security_groups",
    "source_security_group_id",
    "cidr_ipv4",
    "cidr_ipv6",
    "prefix_list_id",
    "referenced_security_group_id",
)


def _peers(read: Read) -> Iterator[str]:
    for name in _PEERS:
        value = read(name)
        if value is not None:
            # A group of another account reads OWNER/sg-1.
            yield from (one if _is_network(one) else _last(one) for one, _ in texts(value))
    itself = read("self")
    if itself is not None and truth(itself):
        yield SELF


def _is_network(peer: str) -> bool:
    return "." in peer or ":" in peer


def _last(peer: str) -> str:
    return peer.rpartition("/")[2]


def route(read: Read, destinations: Iterable[str]) -> str:
    """Return a route as ``0.0.0.0/0 igw-1``; empty for one within the VPC."""
    found = next((value for one in destinations if (value := read(one)) is not None), None)
    target = next((value for one in ROUTE_TARGETS if (value := read(one)) is not None), None)
    if found is None or target is None:
        raise failed("a route", "has no destination or no target")
    leads = text(target)
    return "" if leads == "local" else f"{network(text(found))} {leads}"
