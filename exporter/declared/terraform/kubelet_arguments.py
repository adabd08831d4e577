"""Labels and taints that kubelet arguments in a text give to a node."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.declared.kubelet import mentions_arguments, parse_arguments, unresolved_part
from exporter.declared.terraform.language.values import Unknown, Value
from exporter.domain.errors import ParseError
from exporter.domain.taints import Taint

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
        case str(content):
            return _parsed(_plain(content))
        case Unknown(partial=content) as data if content:
            return _parsed(content) if mentions_arguments(content) else Arguments()
        case Unknown() as data:
            return Arguments(unresolved=str(data))
        case _:
            return Arguments()


def _parsed(content: str) -> Arguments:
    stated = _COMMENT.sub("", content)
    if unknown := unresolved_part(stated):
        return Arguments(unresolved=f"{unknown} is only known in a run")
    try:
        found = parse_arguments(stated)
    except ParseError as error:
        return Arguments(malformed=error.message)
    return Arguments(labels=found.labels, taints=found.taints)


def _plain(content: str) -> str:
    """Return the text under Base64, or the text itself where it is none."""
    if mentions_arguments(content) or any(letter.isspace() for letter in content.strip()):
        return content
    try:
        return base64.b64decode(content, validate=True).decode()
    except (binascii.Error, ValueError):
        return content
