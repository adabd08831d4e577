"""Which tasks may concern nodes, or the monitoring stack."""

import re
from collections.abc import Iterator
from typing import Any

from exporter.declared.ansible.kubectl import PROGRAMS, is_templated_command, mentions_nodes
from exporter.declared.ansible.located_data import as_items
from exporter.declared.ansible.node_keywords import (
    NODE_KIND,
    attributes_mentioned,
    configures_kubelet,
)
from exporter.declared.ansible.referenced_files import ReferencedText, lookup_files
from exporter.declared.stack import mentions_stack
from exporter.domain.declaration import LABELS, TAINTS

SHELL_MODULES = frozenset({"shell", "command", "raw"})
HELM_MODULE = "helm"
OBJECT_MODULES = frozenset({"k8s", "k8s_json_patch"})
EVALUATED_MODULES = frozenset({*SHELL_MODULES, *OBJECT_MODULES, HELM_MODULE, "k8s_taint"})
FILE_MODULES = frozenset({"template", "copy", "lineinfile", "blockinfile", "replace", "ini_file"})
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
_URI = "uri"
_KUBELETS = re.compile(r"kube|k3s|rke2|k0s", re.IGNORECASE)


def is_relevant(module: str, arguments: Any, *, text: ReferencedText) -> bool:
    """Tell whether a task may say something of nodes or of the monitoring stack.

    *text* is what it refers to. It may still turn out not to.
    """
    if module in SHELL_MODULES:
        return any(_is_relevant_command(command) for command in command_texts(arguments))
    if module == HELM_MODULE:
        return installs_stack(module, arguments)
    if module == "k8s_taint":
        return True
    if module in OBJECT_MODULES:
        return _may_be_node(arguments, text)
    return _is_about_nodes(module, arguments, text=text)


def installs_stack(module: str, arguments: Any) -> bool:
    """Tell whether a task may install a monitoring chart; it may still turn out not to."""
    if module in SHELL_MODULES:
        return any(map(mentions_stack, command_texts(arguments)))
    return module == HELM_MODULE and mentions_stack(f"helm {arguments}")


def _is_about_nodes(module: str, arguments: Any, *, text: ReferencedText) -> bool:
    """Tell whether a task of a module that is not evaluated may say something of nodes."""
    text_of_arguments = argument_text(arguments)
    if module in FILE_MODULES:
        doubtful = text.unreadable and (
            module == "template" or bool(_KUBELETS.search(text_of_arguments))
        )
        return doubtful or configures_kubelet(f"{text_of_arguments}\n{text.text}")
    if module == "script":
        return text.unreadable or bool(attributes_mentioned(text.text) & {LABELS, TAINTS})
    if module == _URI:
        return "/nodes" in text_of_arguments
    spoken = any(name in text_of_arguments for name in PROGRAMS) or "{" in module
    return module not in _WITHOUT_EFFECT and spoken and mentions_nodes(text_of_arguments)


def _is_relevant_command(text: str) -> bool:
    return mentions_nodes(text) or mentions_stack(text) or is_templated_command(text)


def command_texts(arguments: Any) -> Iterator[str]:
    """Yield the command line or script of a task, untemplated."""
    if isinstance(arguments, str):
        yield arguments
    elif isinstance(arguments, dict):
        for key in ("cmd", "_raw_params"):
            if isinstance(arguments.get(key), str):
                yield arguments[key]
        yield " ".join(str(argument) for argument in as_items(arguments.get("argv")))


def argument_text(arguments: Any) -> str:
    """Return all that stands in the arguments of a task, a line for each value."""
    return "\n".join(_lines(arguments, ""))


def _lines(value: Any, before: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, content in value.items():
            yield from _lines(content, f"{key}: ")
    elif isinstance(value, list):
        if before:
            yield before
        for item in value:
            yield from _lines(item, "- ")
    else:
        yield f"{before}{value}"


def _may_be_node(arguments: Any, text: ReferencedText) -> bool:
    if text.unreadable or NODE_KIND.search(text.text):
        return True
    if not isinstance(arguments, dict):
        return isinstance(arguments, str) and bool(NODE_KIND.search(arguments))
    if _is_node_kind(arguments.get("kind")):
        return True
    return any(
        _defines_node(definition)
        for key in ("definition", "resource_definition")
        for definition in as_items(arguments.get(key))
    )


def _is_node_kind(kind: Any) -> bool:
    return kind == "Node" or (isinstance(kind, str) and "{" in kind)


def _defines_node(definition: Any) -> bool:
    """Tell whether a definition is a node, or a template that is not read from a file."""
    if isinstance(definition, dict):
        return _is_node_kind(definition.get("kind"))
    if not isinstance(definition, str):
        return False
    bare = definition.strip().startswith("{{") and not any(lookup_files(definition))
    return bare or bool(NODE_KIND.search(definition))
