"""Functions that calculate addresses.

Source: Terraform, ``cidr.go`` with its ``ipaddr``, which takes leading zeros for decimal.
"""

import ipaddress
import re
from collections.abc import Mapping
from typing import Final, TypeAlias

from exporter.declared.terraform.language.value_types import STRING
from exporter.declared.terraform.language.values import (
    Data,
    Function,
    TypedList,
    Value,
    failed,
    text,
    unknown,
    whole,
)

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_MOST_BITS: Final = 32
_LEADING_ZEROS: Final = re.compile(r"(?<![0-9a-fA-F:])0+(?=[0-9])")


def _network(prefix: Value) -> Network:
    address, slash, length = text(prefix).partition("/")
    plain = "" if ":" in address else _LEADING_ZEROS.sub("", address)
    if not (slash and length.isascii() and length.isdecimal()) or "%" in address:
        raise failed("a text", "is no network address")
    try:
        found = ipaddress.ip_network(f"{plain or address}/{int(length)}", strict=False)
    except ValueError:
        raise failed("a text", "is no network address") from None
    if isinstance(found, ipaddress.IPv6Network) and found.network_address.ipv4_mapped:
        raise unknown("an address", "of IPv4 within IPv6 is not evaluated here")
    return found


def cidrhost(prefix: Value, host: Value) -> Data:
    """Return the address with the given number in a network; below zero, from its end."""
    place, network = whole(host), _network(prefix)
    place = place if place >= 0 else network.num_addresses + place
    if not 0 <= place < network.num_addresses:
        raise failed("cidrhost()", "has a host number outside of its network")
    return str(network[place])


def cidrnetmask(prefix: Value) -> Data:
    """Return the mask of an IPv4 network."""
    network = _network(prefix)
    if isinstance(network, ipaddress.IPv6Network):
        raise failed("cidrnetmask()", "has an argument of IPv6, which has no such masks")
    return str(network.netmask)


def cidrsubnet(prefix: Value, bits: Value, place: Value) -> Data:
    """Return the network with the given number among those that are *bits* longer."""
    longer, index, network = whole(bits), whole(place), _network(prefix)
    length = network.prefixlen + longer
    if longer < 0:
        raise unknown("cidrsubnet()", "is not evaluated here for a shorter prefix")
    if length > network.max_prefixlen:
        raise failed("cidrsubnet()", "has arguments outside of its network")
    if index < 0:
        raise unknown("cidrsubnet()", "is not evaluated here for a number below zero")
    if not 0 <= index < 1 << longer:
        raise failed("cidrsubnet()", "has arguments outside of its network")
    first = int(network.network_address) + (index << (network.max_prefixlen - length))
    return f"{type(network.network_address)(first)}/{length}"


def cidrsubnets(prefix: Value, *bits: Value) -> Data:
    """Return networks one behind the other, each as many bits longer as an argument says."""
    network, found = _network(prefix), []
    following = int(network.network_address)
    for longer in map(whole, bits):
        length = network.prefixlen + longer
        if not 1 <= longer <= _MOST_BITS or length > network.max_prefixlen:
            raise failed("cidrsubnets()", "has arguments outside of its network")
        size = 1 << (network.max_prefixlen - length)
        first = -(-following // size) * size
        following = first + size
        if following > int(network.broadcast_address) + 1:
            raise failed("cidrsubnets()", "has no room left in its network")
        address = type(network.network_address)(first)
        found.append(Value(f"{address}/{length}", prefix.at))
    return TypedList(found, STRING)


FUNCTIONS: Mapping[str, Function] = {
    "cidrhost": cidrhost,
    "cidrnetmask": cidrnetmask,
    "cidrsubnet": cidrsubnet,
    "cidrsubnets": cidrsubnets,
}
