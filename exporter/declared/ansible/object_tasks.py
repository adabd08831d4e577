"""Objects that tasks hand to other tools: Kubernetes' own modules, kubectl and Helm."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from msgspec.structs import replace

from exporter.declared.ansible import helm, kubectl
from exporter.declared.ansible.components import components
from exporter.declared.ansible.relevance import SHELL_MODULES, argument_text, command_texts
from exporter.declared.ansible.shell import Word
from exporter.domain.components import KIND as COMPONENT
from exporter.domain.declaration import Failure
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Place, Source

_MODULES = {"k8s": "kubernetes.core.k8s", "helm": "kubernetes.core.helm"}
_GONE = re.compile(r"\bstate['\"]?\s*[:=]\s*['\"]?(?:absent|uninstalled)\b")
_NODE = re.compile(r"\bkind['\"]?\s*[:=]\s*['\"]?Node\b")
_PROGRAM = re.compile(r"\b(?:(kubectl|oc|kubecolor)|helm)[ \t]")
MAX_COMMANDS = 500
_WINDOW = 300
"""So far behind a program's name its verb is looked for."""

_ADVICE = (
    "deliver them by an Argo CD Application or by Kustomize, which are compared, "
    "or accept this with a waiver"
)


@dataclass(slots=True)
class _Kind:
    """Tasks of one kind in one file."""

    place: Place
    count: int = 0


@dataclass(slots=True)
class ObjectTasks:
    """Counts tasks that declare objects, by their file and by what delivers them."""

    _kinds: dict[tuple[str, str], _Kind] = field(default_factory=dict)
    _components: dict[str, Place] = field(default_factory=dict)

    def note(self, module: str, arguments: Any, *, place: Place) -> None:
        """Note a task, if it declares objects, or installs a component of the cluster."""
        tools = delivery_tools(module, arguments)
        for name in components(module, arguments, delivers=bool(tools)):
            self._components.setdefault(name, place)
        for kind in tools:
            known = self._kinds.setdefault((place.path, kind), _Kind(place))
            known.count += 1

    def items(self) -> Iterator[Item]:
        """Yield an item for each component, and for each file and kind."""
        for name, place in self._components.items():
            yield Item(
                source=Source.ANSIBLE,
                subject=Subject(COMPONENT, "", name),
                state=ItemState.COMPARED,
                place=place,
                layers=(Layer.CONFIGURATION,),
            )
        for (_, kind), found in self._kinds.items():
            tasks = "task declares" if found.count == 1 else "tasks declare"
            message = f"{found.count} {tasks} objects by {kind}, which nobody compares"
            item = _item(found.place, kind, message)
            yield replace(item, entry=kind)


def unread_tasks_item(failure: Failure) -> Item:
    """Return what stands for the objects that tasks of an unreadable file may declare.

    It weighs what they do together: nobody would compare them if they could be read.
    """
    message = f"its tasks may declare objects, but it {failure.message}"
    return replace(_item(failure.place, "unknown", message), broken=failure.is_broken)


def _item(place: Place, kind: str, message: str) -> Item:
    return Item(
        source=Source.ANSIBLE,
        subject=Subject("Objects", "", f"{place.path}: {kind}"),
        state=ItemState.UNSUPPORTED,
        place=place,
        layers=(Layer.APPLICATIONS,),
        message=message,
        advice=_ADVICE,
        origin=Subject("File", "", place.path),
    )


def delivery_tools(module: str, arguments: Any) -> list[str]:
    """Return by what a task declares objects, empty where it declares none."""
    text = argument_text(arguments)
    if module in _MODULES:
        other = not _GONE.search(text) and not (module == "k8s" and _NODE.search(text))
        return [_MODULES[module]] if other else []
    if module not in SHELL_MODULES:
        return []
    found = dict.fromkeys(_commands("\n".join(command_texts(arguments))))
    applied = "kubectl apply" in found
    return [tool for tool in found if not (applied and tool == "kubectl create")]


def _commands(text: str) -> Iterator[str]:
    """Yield the commands in *text* that declare objects, in their order."""
    for match in islice(_PROGRAM.finditer(text), MAX_COMMANDS):
        words = [Word(word) for word in text[match.end() : match.end() + _WINDOW].split()]
        line = kubectl.parse_arguments(words) if match[1] else helm.parse_arguments(words)
        match [word.text for word in line.plain[:2]]:
            case ["create", "token"]:
                continue
            case ["apply" | "create" as verb, *_] if match[1]:
                yield f"kubectl {verb}"
            case ["install" | "upgrade", *_] if not match[1]:
                yield "helm"
            case _:
                continue
