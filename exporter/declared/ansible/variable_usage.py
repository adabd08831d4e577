"""Which variables of a play are used by tasks that may concern nodes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from exporter.declared.ansible.variable_layer import VariableLayer

_WORDS = re.compile(r"\w+")


@dataclass(slots=True)
class VariableUsage:
    """The variables of one play's files, and the texts that may use them for what concerns nodes.

    *evaluated* are those of tasks that are evaluated here; what *others* do with a variable that
    cannot be read, nobody can tell.
    """

    layers: dict[int, VariableLayer] = field(default_factory=dict)
    evaluated: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def add(self, layers: Iterable[VariableLayer]) -> None:
        """Note variables that come from files of their own."""
        self.layers.update((id(layer.values), layer) for layer in layers)

    def used(self) -> Iterator[VariableLayer]:
        """Yield the variables that are used, and those of files that may hold such."""
        words = {word for text in (*self.evaluated, *self.others) for word in _WORDS.findall(text)}
        hidden = any("{{" in text for text in self.others)
        for layer in self.layers.values():
            values = {name: value for name, value in layer.values.items() if name in words}
            if values or (hidden and layer.unread is not None):
                yield replace(layer, values=values)
