"""Which tasks may say something of nodes, or of the monitoring stack."""

import re
from collections.abc import Iterator
from typing import Any

from exporter.declared.ansible.helm import mentions_stack
from exporter.declared.ansible.kubectl import PROGRAMS, is_open, mentions_nodes
from exporter.declared.ansible.referred import Text, looked_up
from exporter.declared.ansible.values import items_of
from exporter.declared.ansible.words import NODE_KIND, attributes_in, configures_kubelet
from exporter.domain.declaration import LABELS, TAINTS

SHELLS = frozenset({"shell", "command", "raw"})
HELM = "helm"
OBJECTS = frozenset({"k8s", "k8s_json_patch"})
EVALUATED = frozenset({*SHELLS, *OBJECTS, HELM, "k8s_taint"})
FILES = frozenset({"template", "copy", "lineinfile", "blockinfile", "replace", "ini_file"})
"""Modules that write what a kubelet may read."""

_WITHOUT_EFFECT = frozenset(
    {
        *("debug", "assert", "fail", "set_fact", "pause", "meta", "set_stats", "wait_for"),
        *(
            "k8s_info",
            "group_by",
            "add_host",
            "include_vars",
            "stat",
            "file",
            "user",
            "import_role",
        ),
    }
)
_URL = "uri"
_KUBELETS = re.compile(r"kube|k3s|rke2|k0s", re.IGNORECASE)


def concerns_us(module: str, arguments: Any, *, text: Text) -> bool:
    """Tell whether a task may say something of nodes or of the monitoring stack.

    *text* is what it refers to. It may still turn out not to.
    """
    if module in SHELLS:
        return any(_is_telling(one) for one in command_texts(arguments))
    if module == HELM:
        return installs_stack(module, arguments)
    if module == "k8s_taint":
        return True
    if module in OBJECTS:
        return _may_be_node(arguments, text)
    return _is_about_nodes(module, arguments, text=text)


def installs_stack(module: str, arguments: Any) -> bool:
    """Tell whether a task may install a monitoring chart; it may still turn out not to."""
    if module in SHELLS:
        return any(map(mentions_stack, command_texts(arguments)))
    return module == HELM and mentions_stack(f"helm {arguments}")


def _is_about_nodes(module: str, arguments: Any, *, text: Text) -> bool:
    """Tell whether a task of a module that is not evaluated may say something of nodes."""
    said = argument_text(arguments)
    if module in FILES:
        doubtful = text.unreadable and (module == "template" or bool(_KUBELETS.search(said)))
        return doubtful or configures_kubelet(f"{said}\n{text.text}")
    if module == "script":
        return text.unreadable or bool(attributes_in(text.text) & {LABELS, TAINTS})
    if module == _URL:
        return "/nodes" in said
    spoken = any(name in said for name in PROGRAMS) or "{" in module
    return module not in _WITHOUT_EFFECT and spoken and mentions_nodes(said)


def _is_telling(text: str) -> bool:
    return mentions_nodes(text) or mentions_stack(text) or is_open(text)


def command_texts(arguments: Any) -> Iterator[str]:
    """Yield the command line or script of a task, untemplated."""
    if isinstance(arguments, str):
        yield arguments
    elif isinstance(arguments, dict):
        for key in ("cmd", "_raw_params"):
            if isinstance(arguments.get(key), str):
                yield arguments[key]
        yield " ".join(str(one) for one in items_of(arguments.get("argv")))


def argument_text(arguments: Any) -> str:
    """Return all that stands in the arguments of a task, a line for each value."""
    return "\n".join(_lines(arguments, ""))


def _lines(value: Any, before: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _lines(one, f"{key}: ")
    elif isinstance(value, list):
        if before:
            yield before
        for one in value:
            yield from _lines(one, "- ")
    else:
        yield f"{before}{value}"


def _may_be_node(arguments: Any, text: Text) -> bool:
    if text.unreadable or NODE_KIND.search(text.text):
        return True
    if not isinstance(arguments, dict):
        return isinstance(arguments, str) and bool(NODE_KIND.search(arguments))
    if _is_node_kind(arguments.get("kind")):
        return True
    return any(
        _defines_node(one)
        for key in ("definition", "resource_definition")
        for one in items_of(arguments.get(key))
    )


def _is_node_kind(kind: Any) -> bool:
    return kind == "Node" or (isinstance(kind, str) and "{" in kind)


def _defines_node(definition: Any) -> bool:
    """Tell whether a definition is a node, or a template that is not read from a file."""
    if isinstance(definition, dict):
        return _is_node_kind(definition.get("kind"))
    if not isinstance(definition, str):
        return False
    bare = definition.strip().startswith("{{") and not any(looked_up(definition))
    return bare or bool(NODE_KIND.search(definition))
