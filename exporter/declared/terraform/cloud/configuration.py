"""A configuration in which a resource may be referred to, though only a run tells its id.

An id stands as what refers to the resource, so that expressions over it (splats, loops, outputs of
modules) lead to the resource that they mean.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from exporter.declared.terraform.cloud.types import TYPES
from exporter.declared.terraform.configuration import Configuration, by_instance
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.language.scope import APPLIED, Scope, memoised
from exporter.declared.terraform.language.syntax import Block
from exporter.declared.terraform.language.values import (
    Lazy,
    Object,
    Origin,
    Unknown,
    Value,
    failed,
)
from exporter.declared.terraform.module import Module
from exporter.domain.cloud import reference

_ADDRESS = "\0address"
"""Under this name a scope knows the address of its module, which no expression can name."""


@dataclass(slots=True)
class CloudConfiguration(Configuration):
    """A root module with all local modules that it calls."""

    def root_scope(self, module: Module, scope: Scope) -> Scope:
        """Return the *scope* of the root module with its resources in it."""
        self._bind(module, scope, "")
        return scope

    def call(self, block: Block, module: Module, scope: Scope) -> tuple[Module, Scope] | None:
        """Return the module that *block* calls, with its scope; None where it is not local."""
        found = super(CloudConfiguration, self).call(block, module, scope)
        if found is not None:
            own = address_in(scope, f"module.{block.labels[0]}") + key_of(scope)
            self._bind(*found, own)
        return found

    def _bind(self, module: Module, scope: Scope, address: str) -> None:
        """Let expressions of a module refer to its resources."""
        roots = cast("dict[str, Value]", scope.roots)  # made for this module instance alone
        at = Origin(module.directory or ".", 0)
        roots[_ADDRESS] = Value(address, at)
        for kind in {kind for kind, _ in module.resources}:
            roots[kind] = Value(memoised(self._getter(kind, module, scope), kind=kind, at=at), at)

    def _getter(self, kind: str, module: Module, scope: Scope) -> Callable[[str], Value]:
        def get(name: str) -> Value:
            block = module.resources.get((kind, name))
            if block is None:
                raise failed(f"{kind}.{name}", "is not declared")
            address = f"{kind}.{name}"
            return by_instance(
                block, scope, lambda inner: Value(_attributes(block, address, inner), block.at)
            )

        return get


def _attributes(block: Block, name: str, scope: Scope) -> Lazy:
    """Return the attributes of one instance: its id as a reference, others where they stand."""
    address = address_in(scope, name) + key_of(scope)
    kind = TYPES.get(name.partition(".")[0])

    def get(attribute: str) -> Value:
        if kind is not None and attribute in ("id", *kind.aliases):
            return Value(reference(address), block.at)
        expression = block.body.attributes.get(attribute)
        if expression is not None:
            return evaluate(expression, scope)
        return Value(Unknown(f"{address}.{attribute}", APPLIED), block.at)

    return Lazy(get)


def address_in(scope: Scope, name: str) -> str:
    """Return the address of what a module calls *name*."""
    within = scope.roots.get(_ADDRESS)
    return f"{within.data}.{name}" if within is not None and within.data else name


def key_of(scope: Scope) -> str:
    """Return the key of the instance whose scope this is, as an address ends in it."""
    each, count = scope.bindings.get("each"), scope.bindings.get("count")
    if each is not None and isinstance(each.data, Object):
        return f"[{json.dumps(each.data['key'].data)}]"
    if count is not None and isinstance(count.data, Object):
        index = count.data["index"].data
        return f"[{int(index)}]" if isinstance(index, Fraction) else ""
    return ""
