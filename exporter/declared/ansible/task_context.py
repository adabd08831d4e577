"""What surrounds a task: its play, blocks, roles and includes, with their loops and conditions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from exporter.declared.ansible.located_data import LocatedMap, as_items
from exporter.declared.ansible.variable_layer import VariableLayer
from exporter.domain.provenance import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A loop of a task or of an include around it, unevaluated."""

    kind: str
    value: Any
    variable: str = "item"
    index: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskContext:
    """What a task gets from the play, blocks, roles and includes around it.

    *overrides* are variables that override those of hosts, *defaults* those that hosts override,
    the highest precedence first. *uncertainty* is why the task may not run at all, or empty.
    *play* is the name of the play, or its line, and *place* where the play begins. In a list of
    handlers *notified* are the names that tasks notify, where they are all known.
    """

    playbook: str
    hosts: Any
    folders: tuple[str, ...]
    overrides: tuple[VariableLayer, ...] = ()
    defaults: tuple[VariableLayer, ...] = ()
    conditions: tuple[Any, ...] = ()
    loops: tuple[Loop, ...] = ()
    uncertainty: str = ""
    once: bool = False
    depth: int = 0
    files: tuple[str, ...] = ()
    play: str = ""
    place: Place | None = None
    notified: frozenset[str] | None = None


def loop_of(task: LocatedMap) -> tuple[Loop, ...]:
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
    return tuple(as_items(entry.get("when")))
