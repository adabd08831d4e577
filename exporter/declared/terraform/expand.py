"""Walks a root module and all local modules that it calls, and describes the nodes they make."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from exporter.declared.kubelet import mentions_arguments
from exporter.declared.terraform.bodies import instances, values_of
from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.kubelet_maps import KubeletMaps
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Block, Literal
from exporter.declared.terraform.language.values import NotKnownError, Origin, Unknown, Value
from exporter.declared.terraform.module import Module
from exporter.declared.terraform.nodes import Candidate, describe
from exporter.declared.terraform.paths import first, roots
from exporter.declared.terraform.project import META, Project
from exporter.declared.terraform.providers import KINDS, POOLS, Kind, module_kind
from exporter.domain.errors import ReadError, Reason

MAX_MODULE_DEPTH = 20


@dataclass(slots=True)
class Expansion:
    """One walk; *chain* are the directories of the modules that are being walked."""

    project: Project
    collector: Collector
    maps: KubeletMaps = field(default_factory=KubeletMaps)
    chain: list[str] = field(default_factory=list)
    relevant: dict[str, bool] = field(default_factory=dict)

    def run(self, module: Module, scope: Scope) -> None:
        """Describe all nodes of a root module."""
        self._walk(module, scope)
        self.maps.add_to(self.collector)
        if exceeded := self.project.budget.exceeded:
            error = ReadError(exceeded, reason=Reason.TOO_LARGE, path=self.project.root or ".")
            self.collector.fail(error, part=self.project.root)

    def _walk(self, module: Module, scope: Scope) -> None:
        """Describe the nodes of a module and of those that it calls."""
        self.chain.append(module.directory)
        for failure in module.failures:
            self.collector.add_failure(failure)
        for (kind, name), block in module.resources.items():
            if kind in POOLS:
                self._pool(block, f"{kind}.{name}", scope)
            elif kind in KINDS:
                self._resource(block, f"{kind}.{name}", KINDS[kind], scope)
        for name, block in module.calls.items():
            self._call(block, f"module.{name}", module, scope)
        if module.mentions_kubelet or len(self.chain) == 1:
            self.maps.gather(module, scope)
        self.chain.pop()

    def _resource(self, block: Block, address: str, kind: Kind, scope: Scope) -> None:
        for inner, at in self._instances(block, address, scope):
            attributes = values_of(block.body, inner, roots(kind))
            texts = (first(attributes, (path,)) for path in kind.user_data)
            describe(
                Candidate(
                    address=address,
                    at=at,
                    kind=kind,
                    attributes=attributes,
                    texts=tuple(text for text in texts if text is not None),
                ),
                self.collector,
            )

    def _pool(self, block: Block, address: str, scope: Scope) -> None:
        for _, at in self._instances(block, address, scope):
            message = f"{address} makes nodes whose names are only known once it is applied"
            self.collector.notice(at, message, hides_nodes=True)

    def _call(self, block: Block, address: str, module: Module, scope: Scope) -> None:
        """Describe the node that a module call stands for, or go into the module."""
        if self._is_node(block):
            self._node_call(block, address, scope)
        elif self._may_hold_nodes(block, module):
            for inner, _ in self._instances(block, address, scope):
                self._descend(block, address, module, inner)

    def _is_node(self, block: Block) -> bool:
        node_name = self.collector.settings.node_name
        return bool(node_name) and node_name in block.body.attributes

    def _node_call(self, block: Block, address: str, scope: Scope) -> None:
        kind = module_kind(self.collector.settings.node_name)
        names = [name for name in block.body.attributes if name not in META]
        for inner, at in self._instances(block, address, scope):
            attributes = values_of(block.body, inner, names)
            texts = [one for name, one in attributes.items() if _may_speak(name, one, kind)]
            describe(
                Candidate(
                    address=address, at=at, kind=kind, attributes=attributes, texts=tuple(texts)
                ),
                self.collector,
            )

    def _descend(self, block: Block, address: str, module: Module, scope: Scope) -> None:
        try:
            found = self.project.call(block, module, scope)
        except ReadError as error:
            self.collector.fail(error, at=block.at, part=address)
            return
        if found is None:
            self._outside(block, address)
        elif found[0].directory in self.chain:
            self._refuse(block, address, "leads back to a module that it is part of")
        elif len(self.chain) >= MAX_MODULE_DEPTH:
            self._refuse(block, address, f"is nested more than {MAX_MODULE_DEPTH} modules deep")
        else:
            self._walk(*found)

    def _refuse(self, block: Block, address: str, why: str) -> None:
        error = ReadError(f"{address} {why}", reason=Reason.MALFORMED)
        self.collector.fail(error, at=block.at, part=address)

    def _outside(self, block: Block, address: str) -> None:
        """Say that a module is not at hand, unless the settings tell that it is no node."""
        if not self.collector.settings.node_name:
            message = f"{address} is no module of this repository; nodes that it makes are not seen"
            self.collector.notice(block.at, message, hides_nodes=True)

    def _instances(
        self, block: Block, address: str, scope: Scope
    ) -> Iterator[tuple[Scope, Origin]]:
        try:
            found = list(instances(block, scope))
        except NotKnownError as error:
            attributes = block.body.attributes
            expression = attributes.get("for_each") or attributes.get("count")
            at = expression.at if expression else block.at
            message = f"how many of {address} there are: {error.unknown}"
            self.collector.notice(at, message, hides_nodes=True)
            return
        yield from found

    def _may_hold_nodes(self, block: Block, module: Module) -> bool:
        """Tell whether a called module could make nodes, without evaluating anything of it."""
        source = block.body.attributes.get("source")
        if not isinstance(source, Literal):
            return True
        try:
            directory = self.project.local_source(str(source.value), module)
            if directory is None:
                return not self.collector.settings.node_name
            if directory not in self.relevant:
                self.relevant[directory] = False  # while it is found out, as a cycle ends here
                self.relevant[directory] = self._is_relevant(self.project.module(directory))
            return self.relevant[directory] or directory in self.chain
        except ReadError:
            return True

    def _is_relevant(self, module: Module) -> bool:
        kinds = {kind for kind, _ in module.resources}
        return (
            bool(module.failures or module.mentions_kubelet)
            or not kinds.isdisjoint(KINDS.keys() | POOLS)
            or any(
                self._is_node(block) or self._may_hold_nodes(block, module)
                for block in module.calls.values()
            )
        )


def _may_speak(name: str, value: Value, kind: Kind) -> bool:
    """Tell whether an argument of a module call may hold kubelet arguments."""
    match value.data:
        case str(content) | Unknown(partial=content) if content:
            return mentions_arguments(content) or name in kind.user_data
        case Unknown():
            return name in kind.user_data
        case _:
            return False
