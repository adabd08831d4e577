"""Maps from node names to kubelet arguments, wherever in a module they stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from exporter.declared.kubelet import mentions_arguments
from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.values import Lazy, Object, Origin, Unknown, Value
from exporter.declared.terraform.module import Module
from exporter.declared.terraform.nodes import add_arguments
from exporter.domain.declaration import LABELS, TAINTS


@dataclass(slots=True)
class KubeletMaps:
    """The maps that were met; whether their keys are node names shows only at the end."""

    _found: dict[Origin, tuple[str, Object]] = field(default_factory=dict)

    def gather(self, module: Module, scope: Scope) -> None:
        """Remember the maps among the locals and variables of a module instance."""
        for subject, value in _named_values(module, scope):
            if isinstance(value.data, Object) and any(map(_holds_arguments, value.data.values())):
                self._found.setdefault(value.at, (subject, value.data))

    def add_to(self, collector: Collector) -> None:
        """Add what each map sets on its nodes, where its keys name nodes at all.

        They do where one of them is a node of this declaration, or where it lists no nodes. Where
        it may list others, whoever else names a node like a key does not know what this says.
        """
        names = {node.name for node in collector.nodes}
        for at, (subject, entries) in self._found.items():
            spoken = {key: entry for key, entry in entries.items() if _holds_arguments(entry)}
            if names & entries.keys() or (not names and collector.complete):
                _add(spoken, subject, collector)
                continue
            message = f"{subject}: none of its keys names a node"
            collector.notice(at, message)
            if not collector.complete:
                for key in spoken:
                    collector.gap(at, message, attributes={LABELS, TAINTS}, name=key)


def _add(entries: Mapping[str, Value], subject: str, collector: Collector) -> None:
    for name, value in entries.items():
        if collector.wanted(name):
            add_arguments(name, value, subject=f"{subject}[{name!r}]", collector=collector)


def _named_values(module: Module, scope: Scope) -> Iterator[tuple[str, Value]]:
    for root, names in (("local", module.locals), ("var", module.variables)):
        lazy = scope.roots[root].data
        if isinstance(lazy, Lazy):
            yield from ((f"{root}.{name}", lazy.get(name)) for name in names)


def _holds_arguments(value: Value) -> bool:
    match value.data:
        case str(content) | Unknown(partial=content):
            return mentions_arguments(content)
        case _:
            return False
