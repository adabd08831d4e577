"""Single tasks of playbooks, taken apart: module, arguments, loop, conditions."""

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

from exporter.declared.ansible.located_data import LocatedMap, as_items
from exporter.declared.ansible.task_context import TaskContext
from exporter.domain.provenance import Place

_COLLECTIONS = (
    *("ansible.builtin.", "ansible.legacy.", "kubernetes.core.", "community.kubernetes."),
    *("community.general.", "community.okd."),
)
_FACT: Final = re.compile(r"(?:^|\s)([\w{} ]+)=")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task that may concern us; its *arguments* are untemplated.

    *text* is that of the files to which it refers, None where there is none to be had.
    """

    module: str
    arguments: Any
    path: str
    line: int
    context: TaskContext
    text: str | None = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadTasks:
    """Tasks that could not be read, and the *attributes* of nodes that they could set."""

    place: Place
    message: str
    attributes: frozenset[str]


def module_of(task: LocatedMap) -> tuple[str, str, Any]:
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


def _with_args(value: Any, task: LocatedMap) -> Any:
    """Return a module's arguments, with those given under ``args``."""
    more = task.get("args")
    if not isinstance(more, dict):
        return value
    if isinstance(value, LocatedMap):
        merged = LocatedMap(value.line, value.path)
        merged.lines = (
            {**more.lines, **value.lines} if isinstance(more, LocatedMap) else value.lines
        )
        merged.update({**more, **value})
        return merged
    return more if value is None or value == "" else value


def may_be_notified(handler: Mapping[str, Any], notified: AbstractSet[str]) -> bool:
    """Tell whether a handler may run where tasks notify these names, and no others."""
    if "block" in handler or "{" in "".join(notified):
        return True
    if any(key.rpartition(".")[2] in {"include_tasks", "import_tasks"} for key in handler):
        return True
    names = [str(handler.get("name")), *map(str, as_items(handler.get("listen")))]
    plain = {name.rpartition(" : ")[2] for name in notified}
    return any("{" in name or name.rpartition(" : ")[2] in plain for name in names)


def facts_set(arguments: Any) -> list[str]:
    """Return the names of what ``set_fact`` sets; "" for one that only a run would tell."""
    if isinstance(arguments, str):
        names: Iterable[Any] = _FACT.findall(arguments) or [""]
    else:
        names = arguments if isinstance(arguments, dict) else ()
    return ["" if "{" in str(name) else str(name) for name in names]


def _short(name: str) -> str:
    for prefix in _COLLECTIONS:
        name = name.removeprefix(prefix)
    return name


def never_runs(task: Mapping[str, Any]) -> bool:
    """Tell whether a task runs only when its tag is asked for, or only pretends to run."""
    tags = task.get("tags")
    named = tags.split(",") if isinstance(tags, str) else as_items(tags)
    return "never" in named or task.get("check_mode") is True
