"""What a scalar of YAML stands for, by dialect: that of Kubernetes' tools, or Ansible's.

Equal texts are one object, as thousands of manifests say the same.
"""

import base64
import re
from collections.abc import Callable
from ctypes import c_float
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from sys import intern
from typing import Any, Final

import yaml

TAG: Final = "tag:yaml.org,2002:"
MAX_DIGITS: Final = 400
_MAX_REMEMBERED: Final = 64
"""Characters of a text of which it is remembered what it stands for."""
_RESOLVER: Final = yaml.resolver.Resolver()


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a text without quotes or tag is *resolved*, and what a tag makes of one.

    With *json* a value goes through JSON, which has no fraction of nothing, and a text under the
    tag ``!`` is not resolved.
    """

    resolve: Callable[[str], Any]
    typed: Callable[[str, str], Any]
    json: bool = True

    def value(self, event: yaml.ScalarEvent) -> Any:
        """Return the value; a tag that is not known counts for nothing."""
        text, tag = event.value, event.tag
        if tag is None or tag == "!":
            if not event.implicit[0] or (tag == "!" and self.json):
                return intern(text)
            found = self.resolve(text)
        else:
            found = self.typed(tag, text)
        return _plain_number(found) if self.json and isinstance(found, float) else found

    def key(self, event: yaml.ScalarEvent) -> str | None:
        """Return a key as a text: of a number or truth value what it is in JSON.

        None where the dialect has no such keys.
        """
        text, tag = event.value, event.tag
        if tag == TAG + "binary":
            return _binary(text)
        if tag is None and not event.implicit[0]:
            return intern(text)
        found = self.resolve(text) if tag is None else self.typed(tag, text)
        if tag is None and isinstance(found, str):
            return found  # what most keys are
        return self._key(found, text)

    def _key(self, found: Any, text: str) -> str | None:
        if isinstance(found, bool):
            return "true" if found else "false"
        if isinstance(found, float):
            return _shortest(found)
        if self.json and (found is None or (isinstance(found, int) and found > _HIGHEST)):
            return None
        return str(found) if isinstance(found, int) else intern(text)


def merges(event: yaml.ScalarEvent) -> bool:
    """Tell whether a key is the one that takes over what other mappings hold."""
    if event.tag is None or event.tag == "!":
        return event.implicit[0] and event.value == "<<"
    return event.tag == TAG + "merge"


def foreign_tag(event: yaml.ScalarEvent) -> str:
    """Return the tag of a value that is not plain data; empty where it is."""
    tag = event.tag
    return tag if tag and tag.startswith("!") and tag not in {"!", "!unsafe"} else ""


def _plain_number(value: float) -> float:
    """Return a number as it comes back from JSON: 1.0 and 1e3 are written as whole numbers."""
    if not value.is_integer() or abs(value) >= _WITH_EXPONENT or str(value) == "-0.0":
        return value
    return int(Decimal(repr(value)))


def _shortest(value: float) -> str:
    """Return a number as Go's ``strconv`` writes it with ``g`` and 32 bits: 1000, but 1e+06."""
    single = _single(value)
    if not isfinite(single):
        return ".nan" if single != single else ".inf" if single > 0 else "-.inf"  # noqa: PLR0124 - NaN
    written = next(
        text
        for text in (f"{single:.{digits}e}" for digits in range(_DIGITS_OF_SINGLE))
        if _single(float(text)) == single
    )
    exponent = int(written.partition("e")[2])
    if single and not _LEAST <= exponent < _MOST:
        return written
    return f"{Decimal(written):f}"


def _single(value: float) -> float:
    """Return the number of 32 bits that is nearest, infinite where it is out of range."""
    found: float = c_float(value).value
    return found


_DIGITS_OF_SINGLE: Final = 10
_WITH_EXPONENT: Final = 1e21
_LEAST, _MOST = -4, 6


# Kubernetes' tools read YAML by sigs.k8s.io/yaml, that is by go.yaml.in/yaml/v2 (resolve.go), and
# hand it on as JSON.

_WORDS: Final[dict[str, Any]] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE"), True),
    **dict.fromkeys(("on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE"), False),
    **dict.fromkeys(("off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_BEGINS: Final = frozenset("+-.0123456789")
_INTEGER: Final = re.compile(
    r"[-+]?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0(?P<octal>[0-7]+)|0|[1-9][0-9]*)"
)
_SIGN_INSIDE: Final = re.compile(r"0b[-+][01]+")
_BITS: Final = len("0b-") + 63
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_FRACTION: Final = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?")
_LOWEST, _HIGHEST, _HIGHEST_UNSIGNED = -(2**63), 2**63 - 1, 2**64 - 1


def _of_kubernetes(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _BEGINS:
        return intern(text)
    if text[0] == ".":
        return _number(text) if _FRACTION.fullmatch(text) else intern(text)
    plain = text.replace("_", "")
    match = _INTEGER.fullmatch(plain) if len(plain) <= _MAX_REMEMBERED else None
    if match is not None:
        whole = int(plain, 8 if match["octal"] else 0)
        highest = _HIGHEST if plain[0] in "+-" else _HIGHEST_UNSIGNED
        if _LOWEST <= whole <= highest:
            return whole
    if _SIGN_INSIDE.fullmatch(plain) and len(plain) <= _BITS:
        return int(plain[2:], 2)  # noqa: FURB166 - the sign stands behind the prefix
    return _number(plain, written=text) if _FLOAT.fullmatch(plain) else intern(text)


def _number(text: str, *, written: str = "") -> float | str:
    """Return a number; one that is larger than any stays a text, as it is *written*."""
    found = float(text)
    return found if isfinite(found) else intern(written or text)


def _typed_of_kubernetes(tag: str, text: str) -> Any:
    """Return a text under a tag; one that Go would refuse under it stays a text."""
    kind = tag.removeprefix(TAG)
    if kind == "binary":
        return _binary(text)
    found = _of_kubernetes(text)
    match kind:
        case "null" if found is None:
            return None
        case "bool" if isinstance(found, bool):
            return found
        case "int" if isinstance(found, int) and not isinstance(found, bool):
            return found
        case "float" if isinstance(found, int | float) and not isinstance(found, bool):
            return float(found)
        case _:
            return intern(text)


# Ansible reads YAML by PyYAML, that is YAML 1.1 with numbers of base 60; dates stay texts here.


def _of_ansible(text: str) -> Any:
    tag: str = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]  # left out of types-PyYAML
    return _typed_of_ansible(tag, text)


def _typed_of_ansible(tag: str, text: str) -> Any:
    kind = tag.removeprefix(TAG)
    if kind in {"int", "float"} and ":" in text:
        return _base_60(text, int if kind == "int" else float)
    make = _OF_ANSIBLE.get(kind)
    return make(text) if make else intern(text)


def _base_60(text: str, number: Callable[[str], float]) -> Any:
    """Return a number like 1:30; of more digits than anything can have it stays a text."""
    plain = text.replace("_", "")
    if len(plain) > MAX_DIGITS:
        return text
    total: float = 0
    try:
        for part in plain.lstrip("+-").split(":"):
            total = total * 60 + number(part)
    except ValueError:
        return text
    return -total if plain.startswith("-") else total


def _binary(text: str) -> str:
    """Return what *text* encodes, as Go's parsers do; else what is hidden in it would be missed."""
    try:
        return base64.b64decode("".join(text.split()), validate=True).decode()
    except ValueError:
        return text


def _float(text: str) -> float | str:
    """Return a number; what only a tag says is one, as in ``!!float x``, stays a text."""
    try:
        return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text


def _integer(text: str) -> int | str:
    """Return a number; one of more digits than anything can have, or write, stays a text."""
    digits = text.replace("_", "").lower()
    body = digits.lstrip("+-")
    if len(body) > MAX_DIGITS:
        return text
    try:
        if body.startswith("0") and body.isdigit() and len(body) > 1:
            return int(digits, 8)
        return int(digits, 0)
    except ValueError:
        return text


_OF_ANSIBLE: Final[dict[str, Callable[[str], Any]]] = {
    "null": lambda _: None,
    "bool": lambda text: text.lower() in {"yes", "true", "on"},
    "int": _integer,
    "float": _float,
    "binary": _binary,
}


def _remembering(resolve: Callable[[str], Any]) -> Callable[[str], Any]:
    """Return the same resolution, remembered for short texts."""
    known = lru_cache(maxsize=1 << 12)(resolve)

    def resolved(text: str) -> Any:
        return known(text) if len(text) <= _MAX_REMEMBERED else resolve(text)

    return resolved


KUBERNETES: Final = Dialect(_remembering(_of_kubernetes), _typed_of_kubernetes)
ANSIBLE: Final = Dialect(_remembering(_of_ansible), _typed_of_ansible, json=False)
