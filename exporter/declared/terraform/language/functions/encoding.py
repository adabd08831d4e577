"""Functions that encode and decode text, and that calculate addresses."""

import base64
import binascii
import ipaddress
import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from exporter.declared.terraform.language.values import (
    MAX_DEPTH,
    Data,
    Function,
    Items,
    Letters,
    Object,
    Unknown,
    Value,
    failed,
    from_plain,
    known,
    mapping,
    number,
    short,
    text,
    unknown,
    whole,
)
from exporter.domain.errors import ParseError
from exporter.foreign.yaml import Opaque, YamlMap, load


def base64encode(value: Value) -> Data | Value:
    """Return the UTF-8 bytes of a string in Base64; what is known in part stays legible."""
    if isinstance(value.data, Unknown):
        return value
    return short(base64.b64encode(text(value).encode()).decode())


def base64decode(value: Value) -> Data:
    """Return the UTF-8 text that a Base64 string holds."""
    try:
        return base64.b64decode(text(value), validate=True).decode()
    except (binascii.Error, ValueError):
        raise failed("base64decode()", "has an argument that is no Base64 text") from None


def jsonencode(value: Value) -> Data:
    """Return a value as JSON, spelled as Terraform spells it."""
    plain = _Plain().of(value, 0)
    encoded = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for letter in "<>&":
        encoded = encoded.replace(letter, f"\\u{ord(letter):04x}")
    return short(encoded)


def decode(value: Value) -> Value:
    """Return the value of a JSON or YAML text; what comes from a file keeps its lines."""
    try:
        plain = load(text(value))
    except ParseError as error:
        raise failed("a text", f"cannot be decoded: {error.message[:200]}") from None

    def line(container: object, key: str) -> int:
        inside = container.line_of(key) if isinstance(container, YamlMap) else 1
        return value.at.line + inside - 1

    if isinstance(plain, Opaque):
        raise unknown("a text", f"holds a tag that is not evaluated here: {plain.tag[:60]!r}")
    return from_plain(plain, value.at, line)


def cidrhost(prefix: Value, host: Value) -> Data:
    """Return the address with the given number in a network."""
    network, place = _network(prefix), whole(host)
    place = place if place >= 0 else network.num_addresses + place
    if not 0 <= place < network.num_addresses:
        raise failed("cidrhost()", "has a host number outside of its network")
    return str(network[place])


def cidrsubnet(prefix: Value, bits: Value, place: Value) -> Data:
    """Return the network with the given number among those that are *bits* longer."""
    network, longer, index = _network(prefix), whole(bits), whole(place)
    length = network.prefixlen + longer
    if longer < 0 or length > network.max_prefixlen or not 0 <= index < 1 << longer:
        raise failed("cidrsubnet()", "has arguments outside of its network")
    first = int(network.network_address) + (index << (network.max_prefixlen - length))
    return f"{type(network.network_address)(first)}/{length}"


def _network(prefix: Value) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text(prefix), strict=False)
    except ValueError:
        raise failed("a text", "is no network address") from None


class _Plain:
    """Turns a value into plain data, in a bounded number of steps and letters."""

    def __init__(self) -> None:
        self.steps = 0
        self.letters = Letters()

    def of(self, value: Value, depth: int) -> Any:
        self.steps += 1
        if depth > MAX_DEPTH or self.steps > 100_000:  # noqa: PLR2004 - as many as a list may have
            raise unknown("a value", "is too large to encode")
        match known(value):
            case Items() as data:
                return [self.of(element, depth + 1) for element in data]
            case Object():
                return {
                    self.letters.write(key): self.of(content, depth + 1)
                    for key, content in mapping(value).items()
                }
            case Fraction():
                exact = number(value)
                return exact.numerator if exact.denominator == 1 else float(text(value))
            case str(data):
                return self.letters.write(data)
            case None | bool() as data:
                return data
            case _:
                raise failed("a value", "cannot be encoded")


FUNCTIONS: Mapping[str, Function] = {
    "base64decode": base64decode,
    "base64encode": base64encode,
    "cidrhost": cidrhost,
    "cidrsubnet": cidrsubnet,
    "jsondecode": decode,
    "jsonencode": jsonencode,
    "yamldecode": decode,
}
