"""Walks a root module and all local modules that it calls, and describes the nodes they make."""

from dataclasses import dataclass, field

from exporter.declared.kubelet import mentions_arguments
from exporter.declared.terraform.attribute_paths import first, roots
from exporter.declared.terraform.bodies import instances, values_of
from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.configuration import META, Configuration
from exporter.declared.terraform.kubelet_maps import KubeletMaps
from exporter.declared.terraform.kubernetes_manifests import MANIFESTS, add_pools
from exporter.declared.terraform.kubernetes_resources import NODE_METADATA, note_node_metadata
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Block
from exporter.declared.terraform.language.values import NotKnownError, Origin, Unknown, Value
from exporter.declared.terraform.launch_templates import started_with
from exporter.declared.terraform.module import Module
from exporter.declared.terraform.module_calls import Call
from exporter.declared.terraform.nodes import ADVICE, Candidate, describe
from exporter.declared.terraform.other_resources import LONGEST, OtherResources
from exporter.declared.terraform.pool_description import Declared
from exporter.declared.terraform.pool_modules import reader_of
from exporter.declared.terraform.pools import (
    describe_pools,
    ignored_changes,
    pool_roots,
)
from exporter.declared.terraform.providers import KINDS, Kind, module_kind
from exporter.declared.terraform.registry_modules import makes_no_nodes
from exporter.declared.terraform.relevance import CalledModules, Relevance, literal_source
from exporter.declared.terraform.resource_types import Role, role_of
from exporter.domain.errors import ReadError, Reason
from exporter.domain.finding import Subject

MAX_MODULE_DEPTH = 20


@dataclass(slots=True)
class ModuleExpander:
    """One walk; *chain* are the directories of the modules that are being walked.

    *path* is the address of the module instance at hand, ``module.a.module.b``, empty at the root.
    """

    configuration: Configuration
    collector: Collector
    modules: CalledModules = field(init=False)
    maps: KubeletMaps = field(default_factory=KubeletMaps)
    other_resources: OtherResources = field(default_factory=OtherResources)
    chain: list[str] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    listed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Look at modules as the settings do."""
        settings = self.collector.settings
        self.modules = CalledModules(self.configuration, settings.node_name, settings.modules)

    def run(self, module: Module, scope: Scope) -> None:
        """Describe all nodes of a root module."""
        self._walk(module, scope)
        self.other_resources.add_to(self.collector)
        self.maps.add_to(self.collector)
        if exceeded := self.configuration.budget.exceeded:
            error = ReadError(
                exceeded, reason=Reason.TOO_LARGE, path=self.configuration.root or "."
            )
            self.collector.fail(error, part=self.configuration.root)

    def _walk(self, module: Module, scope: Scope) -> None:
        """Describe the nodes of a module and of those that it calls."""
        self.chain.append(module.directory)
        for failure in module.failures:
            self.collector.add_failure(failure)
        for (kind, name), block in module.resources.items():
            address = self._address(f"{kind}.{name}")
            role = role_of(kind)
            if role is not Role.NEITHER and self.collector.makes_none(address, kind):
                self.collector.leave_out(address, block.at, kind="Resource")
                continue
            match role:
                case Role.NODE:
                    self._resource(block, address, KINDS[kind], scope)
                case Role.POOL:
                    self._pool(block, address, module, scope)
                case Role.OBJECT | Role.UNKNOWN if self._may_exist(block, scope):
                    self.other_resources.resource(module.directory, f"{kind}.{name}", at=block.at)
                    self._object(block, address, scope)
                case _:
                    pass
        for name, block in module.calls.items():
            if self.collector.makes_none(self._address(f"module.{name}"), ""):
                self.collector.leave_out(self._address(f"module.{name}"), block.at, kind="Module")
            else:
                self._call(block, name, module, scope)
        if module.mentions_kubelet or len(self.chain) == 1:
            self.maps.gather(module, scope)
        self.chain.pop()

    def _address(self, name: str) -> str:
        return ".".join((*self.path, name))

    def _resource(self, block: Block, address: str, kind: Kind, scope: Scope) -> None:
        for inner, at in self._instances(block, scope, subject=Subject("Node", "", address)):
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

    def _pool(self, block: Block, address: str, module: Module, scope: Scope) -> None:
        kind = block.labels[0]
        subject = Subject("NodeGroup", "", address)
        for inner, at in self._instances(block, scope, subject=subject):
            pools = Declared(
                address=address,
                at=at,
                kind=kind,
                attributes={
                    **values_of(block.body, inner, pool_roots(kind)),
                    **started_with(block, module, inner),
                },
                ignored=ignored_changes(block.body),
            )
            describe_pools(pools, self.collector)

    def _object(self, block: Block, address: str, scope: Scope) -> None:
        """Note an object that labels or taints a node, or makes nodes."""
        kind = block.labels[0]
        if kind not in NODE_METADATA and kind not in MANIFESTS:
            return
        try:
            scopes = [inner for inner, _ in instances(block, scope)]
        except NotKnownError:
            scopes = [scope]
        note = note_node_metadata if kind in NODE_METADATA else add_pools
        note(block, address, scopes=scopes, collector=self.collector)

    def _call(self, block: Block, call: str, module: Module, scope: Scope) -> None:
        """Describe the node that a module call stands for, or go into the module."""
        name = f"module.{call}"
        if self.modules.is_node(call, block):
            self._node_call(block, self._address(name), scope)
            return
        relevance = self.modules.relevance(block, module, within=self.chain)
        if relevance is Relevance.NOTHING:
            return
        try:
            self.configuration.check_arguments(block, module)
            found = list(instances(block, scope))
        except NotKnownError as error:
            if relevance is Relevance.NODES:
                subject = Subject("Module", "", self._address(name))
                self._uncounted(block, subject, error)
            self._list(block, name, module)
            return
        for inner, _ in found:
            self.path.append(name)
            self._descend(block, name, module, inner)
            self.path.pop()

    def _node_call(self, block: Block, address: str, scope: Scope) -> None:
        kind = module_kind(self.collector.settings.node_name)
        names = [name for name in block.body.attributes if name not in META]
        for inner, at in self._instances(block, scope, subject=Subject("Node", "", address)):
            attributes = values_of(block.body, inner, names)
            texts = [
                attribute
                for name, attribute in attributes.items()
                if _may_speak(name, attribute, kind)
            ]
            describe(
                Candidate(
                    address=address, at=at, kind=kind, attributes=attributes, texts=tuple(texts)
                ),
                self.collector,
            )

    def _descend(self, block: Block, name: str, module: Module, scope: Scope) -> None:
        address = ".".join(self.path)
        try:
            found = self.configuration.call(block, module, scope)
        except ReadError as error:
            self.collector.fail(error, at=block.at, part=address)
            return
        if found is None:
            self._outside(block, name, module, scope)
        elif found[0].directory in self.chain:
            self._refuse(block, address, "leads back to a module that it is part of")
        elif len(self.chain) >= MAX_MODULE_DEPTH:
            self._refuse(block, address, f"is nested more than {MAX_MODULE_DEPTH} modules deep")
        else:
            self._walk(*found)

    def _refuse(self, block: Block, address: str, why: str) -> None:
        error = ReadError(f"{address} {why}", reason=Reason.MALFORMED)
        self.collector.fail(error, at=block.at, part=address)

    def _outside(self, block: Block, name: str, module: Module, scope: Scope | None = None) -> None:
        """Read the pools of a module that is no part of this repository, or list it."""
        source = literal_source(block)
        read = reader_of(source) if source and scope is not None else None
        if read is not None and scope is not None:
            address = ".".join(self.path)
            read(Call(block=block, address=address, scope=scope, collector=self.collector))
            return
        if source is None or not makes_no_nodes(source):
            shown = f"{name} ({source[:LONGEST]})" if source else name
            self.other_resources.unknown(module.directory, shown, at=block.at)

    def _list(self, block: Block, name: str, module: Module) -> None:
        """List what is in a module with an unknown number of instances."""
        source = literal_source(block)
        try:
            directory = None if source is None else self.configuration.local_source(source, module)
            called = None if directory is None else self.configuration.module(directory)
        except ReadError as error:
            self.collector.fail(error, at=block.at, part=self._address(name))
            return
        if called is None:
            self._outside(block, name, module)
        elif called.directory not in self.listed:
            self.listed.add(called.directory)
            self._list_parts(called)

    def _list_parts(self, module: Module) -> None:
        for failure in module.failures:
            self.collector.add_failure(failure)
        for key, block in module.resources.items():
            if not self.collector.makes_none(".".join(key), key[0]):
                self.other_resources.resource(module.directory, ".".join(key), at=block.at)
        for name, block in module.calls.items():
            if not self.modules.is_node(name, block):
                self._list(block, f"module.{name}", module)

    def _instances(
        self, block: Block, scope: Scope, *, subject: Subject
    ) -> list[tuple[Scope, Origin]]:
        """Return the instances of a block; where they are not known, they are hidden."""
        try:
            return list(instances(block, scope))
        except NotKnownError as error:
            self._uncounted(block, subject, error)
            return []

    def _uncounted(self, block: Block, subject: Subject, error: NotKnownError) -> None:
        attributes = block.body.attributes
        expression = attributes.get("for_each") or attributes.get("count")
        at = expression.at if expression else block.at
        message = f"how many of {subject.name} there are: {error.unknown}"
        self.collector.hide(at, message, subject=subject, advice=ADVICE)

    def _may_exist(self, block: Block, scope: Scope) -> bool:
        """Tell whether there is any instance of a block, or may be."""
        try:
            return next(instances(block, scope), None) is not None
        except NotKnownError:
            return not self.configuration.budget.exceeded


def _may_speak(name: str, value: Value, kind: Kind) -> bool:
    """Tell whether an argument of a module call may hold kubelet arguments."""
    match value.data:
        case str(content) | Unknown(partial=content) if content:
            return mentions_arguments(content) or name in kind.user_data
        case Unknown():
            return name in kind.user_data
        case _:
            return False
