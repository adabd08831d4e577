"""Kubelet arguments that label and taint a node when it registers.

Source: kubelet's flags ``--node-labels`` (``key=value,...``) and ``--register-with-taints``
(``key=value:Effect,...``); k3s and RKE2 write them ``--node-label`` and ``--node-taint``.
"""

import re
from dataclasses import dataclass

from exporter.domain.taints import Taint

_FLAG = re.compile(
    r"--(?P<flag>node-labels?|register-with-taints|node-taint)(?:=|\s+)(?P<quote>[\"']?)(?P<value>[^\s\"']*)"
)

_TEMPLATE = re.compile(r"\$\{[^}]*\}?|\{\{.*?(?:\}\}|$)|\$[\w(]+|[`\\]")


@dataclass(frozen=True, slots=True)
class KubeletArguments:
    """The labels and taints that a command line gives to a node."""

    labels: dict[str, str]
    taints: tuple[Taint, ...]

    def __bool__(self) -> bool:
        return bool(self.labels or self.taints)


def parse_arguments(text: str) -> KubeletArguments:
    """Return what a kubelet command line, or a text that holds one, sets on its node.

    A text without these flags gives nothing. Raises :exc:`ParseError` for a malformed taint.
    """
    labels: dict[str, str] = {}
    taints: list[Taint] = []
    for match in _FLAG.finditer(text):
        parts = [part for part in match["value"].split(",") if part]
        if match["flag"].startswith("node-label"):
            pairs = (part.partition("=") for part in parts)
            labels.update({key: value for key, _, value in pairs if key})
        else:
            taints += [Taint.parse(part) for part in parts]
    return KubeletArguments(labels=labels, taints=tuple(taints))


def mentions_arguments(text: str) -> bool:
    """Tell whether *text* holds one of the flags at all."""
    return any(flag in text for flag in ("--node-label", "--register-with-taints", "--node-taint"))


def unresolved_part(text: str) -> str:
    """Return the first part of a flag's value that a run fills in, or an empty string.

    That is a template (``${...}``, ``{{...}}``), a shell's variable or command, or an escape.
    Such a value is only known when it is applied, so nothing of it may be taken for declared.
    """
    found = (_TEMPLATE.search(match["value"]) for match in _FLAG.finditer(text))
    return next((match[0] for match in found if match), "")
