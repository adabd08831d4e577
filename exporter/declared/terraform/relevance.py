"""Which called modules are worth going into: found out without evaluating anything of them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from exporter.declared.terraform.configuration import Configuration
from exporter.declared.terraform.language.syntax import Block, Literal
from exporter.declared.terraform.module import Module
from exporter.declared.terraform.registry_modules import makes_no_nodes
from exporter.declared.terraform.resource_types import Role, role_of
from exporter.domain.errors import ReadError
from exporter.domain.policy import matches_any


class Relevance(IntEnum):
    """What there is to find in a module: nothing, what is listed by its type, or nodes."""

    NOTHING = 0
    LISTED = 1
    NODES = 2


_OF_ROLES = {
    Role.NODE: Relevance.NODES,
    Role.POOL: Relevance.NODES,
    Role.OBJECT: Relevance.LISTED,
    Role.UNKNOWN: Relevance.LISTED,
    Role.NEITHER: Relevance.NOTHING,
}


@dataclass(slots=True)
class CalledModules:
    """The modules that a *configuration* may call; *node_name* and *names* as in the settings."""

    configuration: Configuration
    node_name: str
    names: tuple[str, ...] = ("*",)
    _known: dict[str, Relevance] = field(default_factory=dict)

    def is_node(self, name: str, block: Block) -> bool:
        """Tell whether the call *name* stands for a node, as an argument names that."""
        named = bool(self.node_name) and self.node_name in block.body.attributes
        return named and matches_any(name, self.names)

    def relevance(self, block: Block, module: Module, *, within: Collection[str]) -> Relevance:
        """Return that of the module which *block* calls from *module*.

        *within* are the directories around it: a call that leads back is worth a failure.
        """
        source = literal_source(block)
        if source is None:
            return Relevance.NODES
        try:
            directory = self.configuration.local_source(source, module)
            if directory is None:
                return Relevance.NOTHING if makes_no_nodes(source) else Relevance.LISTED
            if directory not in self._known:
                self._known[directory] = Relevance.NOTHING  # while it is found out: cycles end here
                self._known[directory] = self._of(self.configuration.module(directory), within)
        except ReadError:
            return Relevance.NODES
        return Relevance.NODES if directory in within else self._known[directory]

    def _of(self, module: Module, within: Collection[str]) -> Relevance:
        if module.failures or module.mentions_kubelet:
            return Relevance.NODES
        return max(self._parts(module, within), default=Relevance.NOTHING)

    def _parts(self, module: Module, within: Collection[str]) -> Iterator[Relevance]:
        yield from {_OF_ROLES[role_of(kind)] for kind, _ in module.resources}
        for name, block in module.calls.items():
            if self.is_node(name, block):
                yield Relevance.NODES
            else:
                yield self.relevance(block, module, within=within)


def literal_source(block: Block) -> str | None:
    """Return the source of a module call where it is written out."""
    source = block.body.attributes.get("source")
    return str(source.value) if isinstance(source, Literal) else None
