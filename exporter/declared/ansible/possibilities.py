"""What a task could set on nodes, where it cannot be told what it does."""

from typing import Any

from exporter.declared.ansible import manifests
from exporter.declared.ansible.doubts import Reach
from exporter.declared.ansible.interest import FILES, HELM, SHELLS, argument_text, command_texts
from exporter.declared.ansible.kubelet_files import attributes_of, without_told
from exporter.declared.ansible.partly import Partly
from exporter.declared.ansible.reach import BOTH, of_script
from exporter.declared.ansible.steps import Task
from exporter.declared.ansible.values import HiddenError, UnresolvedError


def reach_of(task: Task, partly: Partly, *, node: str, error: UnresolvedError) -> Reach | None:
    """Return what *task* could set; None where it is surely nothing of a node.

    *node* is that of the host on which it runs, empty for any; *error* is why it is not known.
    """
    if task.module in FILES:
        return _of_file(task, partly, node)
    arguments = partly.render(task.arguments)
    hidden = partly.hidden is not None or isinstance(error, HiddenError)
    if task.module in SHELLS:
        return of_script("\n".join(command_texts(arguments)), hidden=hidden)
    return _of_objects(task, arguments, hidden=hidden)


def _of_objects(task: Task, arguments: Any, *, hidden: bool) -> Reach | None:
    match task.module:
        case "k8s":
            return manifests.of_objects(arguments, task.text, hidden=hidden)
        case "k8s_taint":
            return manifests.of_taints(arguments)
        case "k8s_json_patch":
            return manifests.of_patch(arguments, hidden=hidden)
        case "script" if task.text is not None:
            return of_script(task.text, hidden=hidden) or Reach(BOTH)
        case module:
            return None if module == HELM else Reach(BOTH)


def _of_file(task: Task, partly: Partly, node: str) -> Reach | None:
    """Return what a file for the kubelet could set of its own node."""
    names = frozenset({node} if node else ())
    said = partly.render(without_told(argument_text(task.arguments)))
    if task.text is None:
        return Reach(BOTH, names)
    attributes = attributes_of(f"{said}\n{without_told(task.text)}")
    return Reach(attributes, names) if attributes else None
