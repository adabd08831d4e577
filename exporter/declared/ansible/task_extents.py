"""What a task could set on nodes, where what it does is not known."""

from typing import Any

from exporter.declared.ansible import object_extents
from exporter.declared.ansible.command_extents import script_extent
from exporter.declared.ansible.errors import HiddenError, UnresolvedError
from exporter.declared.ansible.extents import LABELS_AND_TAINTS, Extent
from exporter.declared.ansible.kubelet_files import kubelet_attributes, without_known_variables
from exporter.declared.ansible.partial_renderer import PartialRenderer
from exporter.declared.ansible.relevance import (
    FILE_MODULES,
    HELM_MODULE,
    SHELL_MODULES,
    argument_text,
    command_texts,
)
from exporter.declared.ansible.tasks import Task


def task_extent(
    task: Task, renderer: PartialRenderer, *, node: str, error: UnresolvedError
) -> Extent | None:
    """Return what *task* could set; None where it is surely nothing of a node.

    *node* is that of the host on which it runs, empty for any; *error* is why it is not known.
    """
    if task.module in FILE_MODULES:
        return _file_extent(task, renderer, node)
    arguments = renderer.render(task.arguments)
    hidden = renderer.hidden is not None or isinstance(error, HiddenError)
    if task.module in SHELL_MODULES:
        return script_extent("\n".join(command_texts(arguments)), hidden=hidden)
    return _object_extent(task, arguments, hidden=hidden)


def _object_extent(task: Task, arguments: Any, *, hidden: bool) -> Extent | None:
    match task.module:
        case "k8s":
            return object_extents.k8s_extent(arguments, task.text, hidden=hidden)
        case "k8s_taint":
            return object_extents.k8s_taint_extent(arguments)
        case "k8s_json_patch":
            return object_extents.k8s_json_patch_extent(arguments, hidden=hidden)
        case "script" if task.text is not None:
            return script_extent(task.text, hidden=hidden) or Extent(LABELS_AND_TAINTS)
        case module:
            return None if module == HELM_MODULE else Extent(LABELS_AND_TAINTS)


def _file_extent(task: Task, renderer: PartialRenderer, node: str) -> Extent | None:
    """Return what a file for the kubelet could set of its own node."""
    names = frozenset({node} if node else ())
    rendered = renderer.render(without_known_variables(argument_text(task.arguments)))
    if task.text is None:
        return Extent(LABELS_AND_TAINTS, names)
    attributes = kubelet_attributes(f"{rendered}\n{without_known_variables(task.text)}")
    return Extent(attributes, names) if attributes else None
