"""Single tasks of playbooks, taken apart: module, arguments, loop, conditions."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from exporter.declared.ansible.helm import mentions_stack
from exporter.declared.ansible.kubectl import mentions_nodes
from exporter.declared.ansible.values import Layer, PlacedMap, items_of

SHELLS = frozenset({"shell", "command", "raw"})
HELM = "helm"
NODE_MODULES = frozenset({"k8s", "k8s_taint", "k8s_json_patch"})
_COLLECTIONS = ("ansible.builtin.", "ansible.legacy.", "kubernetes.core.", "community.kubernetes.")
_KEYWORDS = frozenset(
    {
        *("name", "when", "loop", "loop_control", "register", "vars", "args", "tags", "become"),
        *("become_user", "become_method", "become_flags", "become_exe", "delegate_to", "notify"),
        *("run_once", "changed_when", "failed_when", "ignore_errors", "ignore_unreachable"),
        *("environment", "no_log", "until", "retries", "delay", "async", "poll", "check_mode"),
        *("diff", "listen", "delegate_facts", "any_errors_fatal", "throttle", "timeout"),
        *("connection", "remote_user", "port", "collections", "module_defaults", "debugger"),
        *("action", "local_action", "block", "rescue", "always"),
    }
)
_KIND_NODE = re.compile(r"\bkind['\"]?\s*[:=]\s*['\"]?Node\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A loop of a task or of an include around it, unevaluated."""

    kind: str
    value: Any
    variable: str = "item"
    index: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the play, blocks and includes around a task say for it.

    *above* are the variables that override those of hosts, *below* those that hosts override,
    the overriding ones first. *doubt* tells why it may not run at all, or is empty.
    """

    playbook: str
    hosts: Any
    folders: tuple[str, ...]
    above: tuple[Layer, ...] = ()
    below: tuple[Layer, ...] = ()
    conditions: tuple[Any, ...] = ()
    loops: tuple[Loop, ...] = ()
    doubt: str = ""
    once: bool = False
    depth: int = 0
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task that may say something we ask for; its *arguments* are untemplated."""

    module: str
    arguments: Any
    path: str
    line: int
    around: Surroundings


def concerns_us(module: str, arguments: Any) -> bool:
    """Tell whether a task may say something of nodes or of the monitoring stack.

    It may still turn out not to.
    """
    if module in SHELLS:
        texts = list(_command_texts(arguments))
        return any(mentions_nodes(one) or mentions_stack(one) for one in texts)
    if module == HELM:
        return mentions_stack(f"helm {arguments}")
    return module == "k8s_taint" or (module in NODE_MODULES and _is_about_nodes(arguments))


def _command_texts(arguments: Any) -> Iterator[str]:
    if isinstance(arguments, str):
        yield arguments
    elif isinstance(arguments, dict):
        for key in ("cmd", "_raw_params"):
            if isinstance(arguments.get(key), str):
                yield arguments[key]
        yield " ".join(str(one) for one in items_of(arguments.get("argv")))


def _is_about_nodes(arguments: Any) -> bool:
    if not isinstance(arguments, dict):
        return isinstance(arguments, str) and bool(_KIND_NODE.search(arguments))
    if arguments.get("kind") == "Node":
        return True
    for key in ("definition", "resource_definition"):
        for one in items_of(arguments.get(key)):
            if isinstance(one, dict) and one.get("kind") == "Node":
                return True
            if isinstance(one, str) and _KIND_NODE.search(one):
                return True
    return False


def module_of(task: PlacedMap) -> tuple[str, str, Any]:
    """Return the key, the short module name and the arguments of a task."""
    for key in ("action", "local_action"):
        given = task.get(key)
        if isinstance(given, str):
            name, _, rest = given.strip().partition(" ")
            return key, _short(name), _with_args(rest, task)
        if isinstance(given, dict) and isinstance(given.get("module"), str):
            return key, _short(given["module"]), given
    for key, value in task.items():
        if key not in _KEYWORDS and not key.startswith("with_"):
            return key, _short(key), _with_args(value, task)
    return "", "", None


def _with_args(value: Any, task: PlacedMap) -> Any:
    """Return a module's arguments, with those given under ``args``."""
    more = task.get("args")
    if not isinstance(more, dict):
        return value
    if isinstance(value, PlacedMap):
        merged = PlacedMap(value.line, value.path)
        merged.lines = {**more.lines, **value.lines} if isinstance(more, PlacedMap) else value.lines
        merged.update({**more, **value})
        return merged
    return more if value is None or value == "" else value


def _short(name: str) -> str:
    for prefix in _COLLECTIONS:
        name = name.removeprefix(prefix)
    return name


def loop_of(task: PlacedMap) -> tuple[Loop, ...]:
    """Return the loop of a task, if it has one."""
    for key, value in task.items():
        if key != "loop" and not key.startswith("with_"):
            continue
        control = task.get("loop_control")
        control = control if isinstance(control, dict) else {}
        return (
            Loop(
                kind=key.removeprefix("with_"),
                value=value,
                variable=str(control.get("loop_var", "item")),
                index=str(control.get("index_var", "")),
            ),
        )
    return ()


def conditions_of(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the ``when`` conditions of a task, block, role entry or import."""
    return tuple(items_of(entry.get("when")))


def never_runs(task: Mapping[str, Any]) -> bool:
    """Tell whether a task runs only when its tag is asked for, or only pretends to run."""
    tags = task.get("tags")
    named = tags.split(",") if isinstance(tags, str) else items_of(tags)
    return "never" in named or task.get("check_mode") is True
