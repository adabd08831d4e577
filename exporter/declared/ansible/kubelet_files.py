"""Labels and taints in files that tasks write for a kubelet; they are not evaluated."""

import re
from collections.abc import Iterator

from exporter.declared.ansible.extents import attribute_name
from exporter.declared.ansible.node_keywords import EXPRESSION, UNKNOWN
from exporter.declared.ansible.variable_names import (
    ARGUMENT_VARIABLES,
    LABEL_VARIABLES,
    TAINT_VARIABLES,
)
from exporter.domain.declaration import LABELS, TAINTS

_TEMPLATE = re.compile(rf"{EXPRESSION.pattern}|\{{%[^%]*%\}}")
_FLAG = re.compile(
    r"--(?P<flag>node-labels?|register-with-taints|node-taint)(?:=|\s+)[\"']?(?P<value>[^\s\"']*)"
)
_KEY = re.compile(
    r"(?<![-\w])(?P<flag>node-labels?|node-taints?|node_labels?|node_taints?|register-with-taints"
    r"|registerWithTaints|taints)[\"']?[ \t]*[:=][ \t]*(?P<value>.*(?:\n[ \t]*-.*)*)"
)
_KNOWN_VARIABLES = frozenset({*LABEL_VARIABLES, *TAINT_VARIABLES, *ARGUMENT_VARIABLES})


def without_known_variables(text: str) -> str:
    """Return *text* without expressions of the usual variables, as these are evaluated already.

    What statements of a template surround is left standing.
    """
    return _TEMPLATE.sub(_replaced, text)


def _replaced(match: re.Match[str]) -> str:
    outcomes = match[0].startswith("{%") or _KNOWN_VARIABLES & set(re.findall(r"\w+", match[0]))
    return "" if outcomes else match[0]


def kubelet_attributes(text: str) -> frozenset[str]:
    """Return what the kubelet's arguments and configuration in *text* could set."""
    plain = _TEMPLATE.sub(UNKNOWN, text)
    return frozenset((*_flags(plain), *_keys(plain)))


def _flags(text: str) -> Iterator[str]:
    for match in _FLAG.finditer(text):
        family = _family(match["flag"])
        for part in match["value"].split(","):
            if part:
                yield attribute_name(family, re.split("[=:]", part)[0])


def _keys(text: str) -> Iterator[str]:
    for match in _KEY.finditer(text):
        if match["value"].strip(" \t\n-\"'[]{}|>"):
            yield _family(match["flag"])


def _family(flag: str) -> str:
    return TAINTS if "taint" in flag.lower() else LABELS
