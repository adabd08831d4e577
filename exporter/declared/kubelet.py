"""Kubelet arguments that label and taint a node when it registers.

Source: kubelet's flags ``--node-labels`` (``key=value,...``) and ``--register-with-taints``
(``key=value:Effect,...``).
"""

import re
from dataclasses import dataclass

from exporter.domain.errors import ParseError
from exporter.domain.taints import Taint

_FLAG = re.compile(
    r"--(?P<flag>node-labels|register-with-taints)(?:=|\s+)(?P<quote>[\"']?)(?P<value>[^\s\"']*)"
)

_TEMPLATE = re.compile(r"\$\{[^}]*\}?|\{\{.*?(?:\}\}|$)")


@dataclass(frozen=True, slots=True)
class KubeletArguments:
    """The labels and taints that a command line gives to a node."""

    labels: dict[str, str]
    taints: tuple[Taint, ...]

    def __bool__(self) -> bool:
        return bool(self.labels or self.taints)


def parse_arguments(text: str) -> KubeletArguments:
    """Return what a kubelet command line, or a text that holds one, says of its node.

    A text without these flags gives nothing. Raises :exc:`ParseError` for a malformed taint.
    """
    labels: dict[str, str] = {}
    taints: list[Taint] = []
    for match in _FLAG.finditer(text):
        parts = [part for part in match["value"].split(",") if part]
        if match["flag"] == "node-labels":
            pairs = (part.partition("=") for part in parts)
            labels.update({key: value for key, _, value in pairs if key})
        else:
            taints += [Taint.parse(part) for part in parts]
    return KubeletArguments(labels=labels, taints=tuple(taints))


def mentions_arguments(text: str) -> bool:
    """Tell whether *text* holds one of the flags at all."""
    return "--node-labels" in text or "--register-with-taints" in text


def unresolved_part(text: str) -> str:
    """Return the first template (``${...}`` or ``{{...}}``) in a flag's value, or an empty string.

    Such a value is only known when it is applied, so nothing of it may be taken for declared.
    """
    found = (_TEMPLATE.search(match["value"]) for match in _FLAG.finditer(text))
    return next((one[0] for one in found if one), "")
