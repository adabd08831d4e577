"""A configuration in which a resource may be referred to, though only a run tells its id.

An id stands as what refers to the resource, so that expressions over it (splats, loops, outputs of
modules) lead to the resource that they mean.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import cast

from exporter.declared.terraform.cloud.stand_ins import described_module, harmless, stand_in
from exporter.declared.terraform.cloud.types import TYPES
from exporter.declared.terraform.configuration import META, Configuration, by_instance
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.language.scope import APPLIED, Scope, memoised
from exporter.declared.terraform.language.syntax import Block
from exporter.declared.terraform.language.values import (
    Items,
    Lazy,
    Object,
    Origin,
    Unknown,
    Value,
    failed,
)
from exporter.declared.terraform.module import Module
from exporter.declared.terraform.relevance import literal_source
from exporter.domain.cloud import reference
from exporter.domain.policy import matches_any

_ADDRESS = "\0address"
"""Under this name a scope knows the address of its module, which no expression can name."""


@dataclass(slots=True)
class CloudConfiguration(Configuration):
    """A root module with all local modules that it calls, and stand-ins for some of registries."""

    _stand_ins: dict[str, Module] = field(default_factory=dict)

    def root_scope(self, module: Module, scope: Scope) -> Scope:
        """Return the *scope* of the root module with its resources in it."""
        self._bind(module, scope, "")
        return scope

    def call(self, block: Block, module: Module, scope: Scope) -> tuple[Module, Scope] | None:
        """Return the module that *block* calls, with its scope.

        For one of a registry that is known here its stand-in is returned; None for any other.
        """
        found = super(CloudConfiguration, self).call(block, module, scope)
        found = found or self._stand_in(block, scope)
        if found is not None:
            own = address_in(scope, f"module.{block.labels[0]}") + key_of(scope)
            self._bind(*found, own)
        return found

    def _stand_in(self, block: Block, scope: Scope) -> tuple[Module, Scope] | None:
        name = stand_in(literal_source(block) or "")
        if not name or self.strange_inputs(block, scope):
            return None
        arguments = block.body.attributes

        def given(variable: str) -> Value | None:
            wanted = "version" if variable == "module_version" else variable
            known = wanted == "version" or wanted not in META
            return evaluate(arguments[wanted], scope) if known and wanted in arguments else None

        module = self._stand_in_module(name)
        return module, self.scope(module, given)

    def strange_inputs(self, block: Block, scope: Scope) -> list[str]:
        """Return the inputs of a call that its stand-in does not know, and that say something."""
        name = stand_in(literal_source(block) or "")
        if not name:
            return []
        known = self._stand_in_module(name).variables
        return [
            argument
            for argument, expression in block.body.attributes.items()
            if argument not in META
            and argument not in known
            and not matches_any(argument, harmless(name))
            and not _says_nothing(evaluate(expression, scope))
        ]

    def _stand_in_module(self, name: str) -> Module:
        if name not in self._stand_ins:
            self._stand_ins[name] = described_module(name)
        return self._stand_ins[name]

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


def _says_nothing(value: Value) -> bool:
    """Tell whether an input surely switches nothing on: it is null, false or empty."""
    data = value.data
    empty = isinstance(data, str | Items | Object) and not data
    return empty or data is None or data is False


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
