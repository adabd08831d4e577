"""Labels and taints that kubelet arguments in a text give to a node."""

import base64
import binascii
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.declared.kubelet import mentions_arguments, parse_arguments, unresolved_part
from exporter.declared.terraform.language.values import Unknown, Value
from exporter.domain.errors import ParseError
from exporter.domain.taints import Taint

_BOTTLEROCKET = re.compile(r"^\s*\[settings\.kubernetes", re.MULTILINE)
_REGISTERED = re.compile(r"registerWithTaints\W*:\s*\S")
_HASH = re.compile(r"[0-9a-f]{40}")
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a text sets on its node, and why more is not known of it."""

    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Taint, ...] = ()
    unresolved: str = ""
    malformed: str = ""


def arguments_in(value: Value) -> Arguments:
    """Return what the kubelet arguments in a text set; Base64 is decoded.

    A text of which parts are unknown says what stands in its known parts; one that is wholly
    unknown may say anything.
    """
    match value.data:
        case str(content) if _HASH.fullmatch(content):
            return Arguments(unresolved="user data of which the state has only a hash")
        case str(content):
            return _parsed(_plain(content))
        case Unknown(partial=content) as data if content:
            return _parsed(content) if mentions_arguments(content) else Arguments()
        case Unknown() as data:
            return Arguments(unresolved=str(data))
        case _:
            return Arguments()


def _parsed(content: str) -> Arguments:
    if _BOTTLEROCKET.search(content):
        return _of_bottlerocket(content)
    stated = _COMMENT.sub("", content)
    if _REGISTERED.search(stated):
        return Arguments(unresolved="the configuration of a kubelet that registers with taints")
    if unknown := unresolved_part(stated):
        return Arguments(unresolved=f"{unknown} is only known in a run")
    try:
        found = parse_arguments(stated)
    except ParseError as error:
        return Arguments(malformed=error.message)
    return Arguments(labels=found.labels, taints=found.taints)


def _of_bottlerocket(content: str) -> Arguments:
    """Read ``settings.kubernetes`` of Bottlerocket's user data, which is TOML."""
    try:
        settings = tomllib.loads(content).get("settings", {}).get("kubernetes", {})
        labels, taints = settings.get("node-labels", {}), settings.get("node-taints", {})
        pairs = [(key, one) for key, some in taints.items() for one in _each(some)]
        texts = [*labels.values(), *(one for _, one in pairs)]
        if "${" in "".join(texts):
            return Arguments(unresolved="the user data of Bottlerocket is only known in a run")
        found = tuple(Taint.parse(_joined(key, *one.rsplit(":", 1))) for key, one in pairs)
    except (tomllib.TOMLDecodeError, AttributeError, TypeError, RecursionError):
        return Arguments(unresolved="the user data of Bottlerocket is not understood")
    except ParseError as error:
        return Arguments(malformed=error.message)
    return Arguments(labels=labels, taints=found)


def _each(taints: object) -> tuple[str, ...]:
    """Return the values of one key: a list since version 1.11, one text before."""
    return (taints,) if isinstance(taints, str) else tuple(taints)  # type: ignore[arg-type]  # TypeError is caught


def _joined(key: str, value: str, effect: str = "") -> str:
    return f"{key}={value}:{effect}" if value else f"{key}:{effect}"


def _plain(content: str) -> str:
    """Return the text under Base64, or the text itself where it is none."""
    if mentions_arguments(content) or any(letter.isspace() for letter in content.strip()):
        return content
    try:
        return base64.b64decode(content, validate=True).decode()
    except (binascii.Error, ValueError):
        return content
