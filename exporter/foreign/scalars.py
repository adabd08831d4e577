"""What a scalar of YAML stands for, as Kubernetes' tools take it.

That is YAML 1.1 without dates and base-60 numbers, which stay strings. Equal texts are one object,
as thousands of manifests say the same.
"""

import base64
from functools import lru_cache
from sys import intern
from typing import Any, Final

import yaml

TAG: Final = "tag:yaml.org,2002:"
MAX_DIGITS: Final = 400
_MAX_REMEMBERED: Final = 64
"""Characters of a text of which it is remembered what it stands for."""
_RESOLVER: Final = yaml.resolver.Resolver()


def value(event: yaml.ScalarEvent) -> Any:
    """Return the value; a tag that is not known counts for nothing."""
    text, tag = event.value, event.tag
    if tag is None or tag == "!":
        if not event.implicit[0]:
            return intern(text)
        return _remembered(text) if len(text) <= _MAX_REMEMBERED else _implicit(text)
    return _typed(tag, text)


def key(event: yaml.ScalarEvent) -> str:
    """Return a key, which is a text whatever it looks like."""
    return _binary(event.value) if event.tag == TAG + "binary" else intern(event.value)


def merges(event: yaml.ScalarEvent) -> bool:
    """Tell whether a key is the one that takes over what other mappings hold."""
    if event.tag is None or event.tag == "!":
        return event.implicit[0] and event.value == "<<"
    return event.tag == TAG + "merge"


def foreign_tag(event: yaml.ScalarEvent) -> str:
    """Return the tag of a value that is not plain data; empty where it is."""
    tag = event.tag
    return tag if tag and tag.startswith("!") and tag not in {"!", "!unsafe"} else ""


def _implicit(text: str) -> Any:
    """Return what a *text* without quotes or tag stands for."""
    tag: str = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]  # left out of types-PyYAML
    return _typed(tag, text)


_remembered = lru_cache(maxsize=1 << 12)(_implicit)


def _typed(tag: str, text: str) -> Any:
    match tag.removeprefix(TAG):
        case "null":
            return None
        case "bool":
            return text.lower() in {"yes", "true", "on"}
        case "int" if ":" not in text:
            return _integer(text)
        case "float" if ":" not in text:
            return _float(text)
        case "binary":
            return _binary(text)
        case _:
            return intern(text)


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
