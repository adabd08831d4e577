"""Reads the resources of a cloud in directories of ``.tf``, states and plans."""

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from exporter.declared.checkout import Checkout
from exporter.declared.terraform.bodies import instances
from exporter.declared.terraform.cloud.blocks import members
from exporter.declared.terraform.cloud.collected import Collected
from exporter.declared.terraform.cloud.configuration import (
    CloudConfiguration,
    address_in,
    key_of,
)
from exporter.declared.terraform.cloud.stand_ins import OWN, kinds_of, stand_in
from exporter.declared.terraform.cloud.types import PARTS, TYPES
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Block
from exporter.declared.terraform.language.values import (
    NotKnownError,
    Origin,
    Value,
    from_plain,
)
from exporter.declared.terraform.module import Module, module_files
from exporter.declared.terraform.pools import ignored_changes
from exporter.declared.terraform.relevance import literal_source
from exporter.declared.terraform.state import MAX_STATE, resource_instances
from exporter.declared.terraform.state_schema import paths_type
from exporter.declared.terraform.variables import read_variables
from exporter.domain.cloud import CloudKind
from exporter.domain.errors import ReadError
from exporter.settings.declared import TerraformSettings

MAX_MODULE_DEPTH = 20
_ALL = frozenset(CloudKind)


def read_cloud(settings: TerraformSettings, *, checkout: Checkout) -> Collected:
    """Return what one declaration declares of a cloud; what cannot be read of it is a gap.

    That something is broken the reader of nodes says, which reads the same files.
    """
    path = posixpath.normpath(settings.path)
    path = "" if path == "." else path
    collected = Collected(checkout, origin=settings.path)
    try:
        if checkout.is_dir(path) or path.endswith((".tf", ".tofu")):
            if module_files(checkout, path):
                _read_directory(path, settings, collected)
        else:
            _read_state(path, collected)
    except ReadError as error:
        collected.gap(Origin(error.path or path or ".", error.line), error.message, _ALL)
    return collected


def _read_directory(path: str, settings: TerraformSettings, collected: Collected) -> None:
    configuration = CloudConfiguration(
        checkout=collected.checkout, root=path, workspace=settings.workspace
    )
    module = configuration.module(path)
    bare = configuration.bare_scope()
    given = read_variables(
        collected.checkout,
        path,
        extra=settings.variables,
        evaluate=lambda expression: evaluate(expression, bare),
    )
    scope = configuration.scope(module, given.get)
    _Walk(configuration, collected).into(module, configuration.root_scope(module, scope), depth=0)
    if exceeded := configuration.budget.exceeded:
        collected.gap(Origin(path or ".", 0), exceeded, _ALL)


@dataclass(frozen=True, slots=True)
class _Walk:
    """Goes through a root module and all local modules that it calls."""

    configuration: CloudConfiguration
    collected: Collected

    def into(self, module: Module, scope: Scope, *, depth: int) -> None:
        for failure in module.failures:
            place = failure.place
            self.collected.gap(Origin(place.path, place.line), failure.message, _ALL)
        for (kind, name), block in module.resources.items():
            if kind in TYPES or kind in PARTS:
                self._resource(block, kind, address_in(scope, f"{kind}.{name}"), scope)
        for name, block in module.calls.items():
            self._call(block, name, module, scope, depth=depth)

    def _resource(self, block: Block, kind: str, address: str, scope: Scope) -> None:
        ignored = ignored_changes(block.body)
        try:
            for inner, at in instances(block, scope):
                attributes = members(block.body, inner, _roots(kind))
                own = address + key_of(inner)
                self.collected.add(kind, own, at, attributes, ignored=ignored)
        except NotKnownError as error:
            self.collected.uncounted(kind, address, block.at, error)

    def _call(self, block: Block, name: str, module: Module, scope: Scope, *, depth: int) -> None:
        address = address_in(scope, f"module.{name}")
        try:
            for inner, _ in instances(block, scope):
                found = self.configuration.call(block, module, inner)
                if found is None:
                    self._unread(block, address, inner)
                    return
                self._own(block, address)
                if depth < MAX_MODULE_DEPTH:
                    with self.collected.stand_in(block.at):
                        self.into(*found, depth=depth + 1)
        except NotKnownError as error:
            message = f"how many of {address} there are: {error.unknown}"
            self.collected.gap(block.at, message, _ALL)
        except ReadError as error:
            self.collected.gap(block.at, f"{address}: {error.message}", _ALL)

    def _unread(self, block: Block, address: str, scope: Scope) -> None:
        """Note what a module of a registry may make, of which nothing is read."""
        source = literal_source(block)
        strange = self.configuration.strange_inputs(block, scope)
        kinds = kinds_of(source or "")
        message = f"{address} comes from {(source or 'elsewhere')[:100]}, and what it makes is not"
        message += f" read: its inputs {', '.join(strange)[:200]} are not" if strange else " read"
        if kinds <= OWN and not _is_lent_a_group(block):
            self.collected.unread(address, block.at, kinds, message)
        else:
            self.collected.gap(block.at, message, kinds)

    def _own(self, block: Block, address: str) -> None:
        """Note what a module of a registry makes for itself beside what its stand-in tells."""
        source = literal_source(block) or ""
        kinds = kinds_of(source)
        if stand_in(source) and kinds <= OWN:
            self._unread(block, address, self.configuration.bare_scope())


def _is_lent_a_group(block: Block) -> bool:
    """Tell whether a module may add rules to a security group of others."""
    return any(name.endswith("security_group_id") for name in block.body.attributes)


def _roots(kind: str) -> Iterable[str]:
    """Return the attributes and blocks in which the paths of a type begin."""
    return dict.fromkeys(path.partition(".")[0] for path in _paths(kind))


def _paths(kind: str) -> tuple[str, ...]:
    if kind in TYPES:
        return TYPES[kind].paths
    return (PARTS[kind].owner, *PARTS[kind].read)


def _read_state(path: str, collected: Collected) -> None:
    at = Origin(path, 0)
    data = collected.checkout.read_bytes(path, limit=MAX_STATE)
    for _, address, kind, raw in resource_instances(data, path):
        if kind in TYPES or kind in PARTS:
            attributes = _attributes(kind, raw, at)
            if attributes is None:
                message = f"an attribute of {address} has an unexpected form"
                of = TYPES[kind].kind if kind in TYPES else PARTS[kind].of
                collected.gap(at, message, {of})
            else:
                collected.add(kind, address, at, attributes)


def _attributes(kind: str, raw: msgspec.Raw, at: Origin) -> Mapping[str, Value] | None:
    """Return what is read of a type's attributes; None where they have another form."""
    try:
        plain: Any = msgspec.to_builtins(msgspec.json.decode(raw, type=paths_type(_paths(kind))))
        return {name: from_plain(value, at) for name, value in (plain or {}).items()}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, NotKnownError):
        return None
