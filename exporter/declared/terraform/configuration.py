"""The modules of one declaration, and the scopes in which their expressions are evaluated."""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from exporter.declared.checkout import Checkout
from exporter.declared.terraform.bodies import instances
from exporter.declared.terraform.language.budget import Budget
from exporter.declared.terraform.language.constraints import convert
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.language.referenced_files import ReferencedFiles
from exporter.declared.terraform.language.scope import APPLIED, Scope, memoised
from exporter.declared.terraform.language.syntax import Block, Expression, Literal
from exporter.declared.terraform.language.values import (
    Items,
    NotKnownError,
    Object,
    Origin,
    Unknown,
    Value,
    attribute,
    text,
    unknown,
)
from exporter.declared.terraform.module import Module, load
from exporter.domain.errors import ReadError, Reason

META = frozenset({"source", "version", "providers", "depends_on", "count", "for_each"})
"""The arguments of a module call that are no variables of the module."""

VariableValues: TypeAlias = Callable[[str], Value | None]


@dataclass(slots=True)
class Configuration:
    """A root module with all local modules that it calls, each read once."""

    checkout: Checkout
    root: str
    workspace: str = ""
    budget: Budget = field(default_factory=Budget)
    texts: ReferencedFiles = field(init=False)
    _modules: dict[str, Module | ReadError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Share the budget with the files that functions read."""
        self.texts = ReferencedFiles(self.checkout, self.root, self.budget)

    def module(self, directory: str) -> Module:
        """Return the module in a directory; raises :exc:`ReadError`."""
        if directory not in self._modules:
            try:
                self._modules[directory] = load(self.checkout, directory, self.budget)
            except ReadError as error:
                self._modules[directory] = error
        found = self._modules[directory]
        if isinstance(found, ReadError):
            raise found
        return found

    def bare_scope(self) -> Scope:
        """Return a scope without names, for the values of ``.tfvars`` files."""
        return Scope(budget=self.budget, texts=self.texts)

    def scope(self, module: Module, given: VariableValues) -> Scope:
        """Return the scope of a module instance whose variables have the values *given*."""
        at = Origin(module.directory or ".", 0)
        roots: dict[str, Value] = {}
        scope = Scope(budget=self.budget, texts=self.texts, roots=roots)

        def variable(name: str) -> Value:
            return self._variable(module, name, given(name), scope)

        def local(name: str) -> Value:
            if name not in module.locals:
                return _undeclared(module, f"local.{name}", at)
            return evaluate(module.locals[name], scope)

        def outputs(name: str) -> Value:
            return self._outputs(module, name, scope, at)

        roots |= {
            "var": Value(memoised(variable, kind="var", at=at), at),
            "local": Value(memoised(local, kind="local", at=at), at),
            "module": Value(memoised(outputs, kind="module", at=at), at),
            "path": Value(self._path(module, at), at),
            "terraform": Value(self._terraform(at), at),
        }
        roots |= {kind: _resources(module, kind, scope) for kind, _ in module.resources}
        return scope

    def call(self, block: Block, module: Module, scope: Scope) -> tuple[Module, Scope] | None:
        """Return the module that *block* calls, with its scope; None where it is not local.

        Raises :exc:`ReadError` where it cannot be read.
        """
        directory = self._source(block, module, scope)
        if directory is None:
            return None
        called = self.module(directory)
        arguments = block.body.attributes

        def given(name: str) -> Value | None:
            argument = arguments.get(name) if name not in META else None
            return None if argument is None else evaluate(argument, scope)

        return called, self.scope(called, given)

    def _source(self, block: Block, module: Module, scope: Scope) -> str | None:
        """Return the directory of a local module; None for one of a registry or server."""
        source = block.body.attributes.get("source")
        value = None if source is None else evaluate(source, scope)
        if value is None or not isinstance(value.data, str):
            return None
        return self.local_source(value.data, module)

    def local_source(self, source: str, module: Module) -> str | None:
        """Return the directory that *source* names; None where it is no local path."""
        if not source.startswith(("./", "../")) and source not in {".", ".."}:
            return None
        directory = posixpath.normpath(posixpath.join(module.directory, source))
        if directory.split("/")[0] == "..":
            raise ReadError("leads out of the repository", reason=Reason.OUTSIDE, path=source[:200])
        return "" if directory == "." else directory

    def _variable(self, module: Module, name: str, given: Value | None, scope: Scope) -> Value:
        block = module.variables.get(name)
        if block is None:
            return _undeclared(module, f"var.{name}", Origin(module.directory or ".", 0))
        body = block.body.attributes
        nullable = body.get("nullable")
        refuses_null = isinstance(nullable, Literal) and nullable.value is False
        if given is None or (given.data is None and refuses_null):
            if "default" not in body:
                why = "has no default and no value in a .tfvars file"
                return Value(Unknown(f"var.{name}", why, traversable=True), block.at)
            given = evaluate(body["default"], scope)
        return self._typed(given, body.get("type"), name, scope)

    def _typed(self, value: Value, kind: Expression | None, name: str, scope: Scope) -> Value:
        if kind is None:
            return value
        try:
            return scope.budget.pay(convert(value, kind, lambda default: evaluate(default, scope)))
        except NotKnownError as error:
            reason = Unknown(f"var.{name}", f"is not of its type: {error.unknown}", failed=True)
            return Value(reason, value.at)

    def check_arguments(self, block: Block, module: Module) -> None:
        """Refuse arguments of a module call that are neither variables of it nor known here.

        Raises :exc:`NotKnownError`: a version newer than this may count its instances by one.
        """
        called = self._called(block, module)
        if called is None or called.failures:
            return
        for name in block.body.attributes:
            if name not in META and name not in called.variables:
                raise unknown(f"the argument {name[:60]}", "is no variable of the module")

    def _called(self, block: Block, module: Module) -> Module | None:
        """Return the local module whose directory a call has written out, None without."""
        source = block.body.attributes.get("source")
        if not isinstance(source, Literal) or not isinstance(source.value, str):
            return None
        try:
            directory = self.local_source(source.value, module)
            return None if directory is None else self.module(directory)
        except ReadError:
            return None  # whoever goes into it says so

    def _outputs(self, module: Module, name: str, scope: Scope, at: Origin) -> Value:
        """Return the outputs of a called module that is local: of one, a list, or a map by key."""
        block = module.calls.get(name)
        if block is None:
            return Value(Unknown(f"module.{name}", APPLIED, traversable=True), at)

        def outputs(inner: Scope) -> Value:
            return self._outputs_of(block, module, inner)

        return by_instance(block, scope, outputs)

    def _outputs_of(self, block: Block, module: Module, scope: Scope) -> Value:
        """Return the outputs of one instance of a module."""
        name = block.labels[0]
        hidden = Value(Unknown(f"module.{name}", APPLIED, traversable=True), block.at)
        try:
            found = self.call(block, module, scope)
        except ReadError:
            return hidden
        if found is None:
            return hidden
        called, inner = found

        def output(key: str) -> Value:
            declared = called.outputs.get(key)
            value = declared.body.attributes.get("value") if declared else None
            if value is None:
                return _undeclared(called, f"module.{name}.{key}", block.at)
            return evaluate(value, inner)

        names = None if called.failures else tuple(called.outputs)
        lazy = memoised(output, kind=f"module.{name}", at=block.at, names=names)
        return Value(lazy, block.at)

    def _terraform(self, at: Origin) -> Object:
        """Return ``terraform``: its workspace is chosen where it is run."""
        chosen = Unknown("terraform.workspace", "depends on the run; workspace says which it is")
        workspace = Value(self.workspace or chosen, at)
        return Object({"workspace": workspace}, Unknown("terraform", APPLIED))

    def _path(self, module: Module, at: Origin) -> Object:
        """Return ``path``: relative to the root module, where Terraform is started."""
        here = posixpath.relpath(module.directory or ".", self.root or ".")
        return Object({"module": Value(here, at), "root": Value(".", at)}, Unknown("path", APPLIED))


def _undeclared(module: Module, name: str, at: Origin) -> Value:
    """Return what stands for a name that no block declares, perhaps for want of a broken file."""
    if module.failures:
        return Value(Unknown(name, "may be declared in a file that could not be read"), at)
    return Value(Unknown(name, "is not declared", failed=True), at)


def by_instance(block: Block, scope: Scope, value: Callable[[Scope], Value]) -> Value:
    """Return what a block is in expressions: one value, null, a list, or an object by key.

    Raises :exc:`NotKnownError` where its instances are not known.
    """
    found = list(instances(block, scope))
    if "for_each" in block.body.attributes:
        return Value(Object({_key(inner): value(inner) for inner, _ in found}), block.at)
    if "count" in block.body.attributes:
        return Value(Items([value(inner) for inner, _ in found]), block.at)
    return value(found[0][0]) if found else Value(None, block.at)


def _key(scope: Scope) -> str:
    return text(attribute(scope.bindings["each"], "key"))


def _resources(module: Module, kind: str, scope: Scope) -> Value:
    """Return the resources of a type by name, each with the attributes that are configured.

    What is configured is what Terraform plans; all else only a run tells.
    """
    at = Origin(module.directory or ".", 0)

    def resource(name: str) -> Value:
        block = module.resources.get((kind, name))
        if block is None:
            return Value(Unknown(f"{kind}.{name}", APPLIED, traversable=True), at)
        return by_instance(block, scope, lambda inner: _configured(block, inner))

    return Value(memoised(resource, kind=kind, at=at), at)


def _configured(block: Block, scope: Scope) -> Value:
    """Return one instance of a resource, of which only what is configured is known."""
    attributes, address = block.body.attributes, ".".join(block.labels)

    def configured(key: str) -> Value:
        applied = Value(Unknown(f"{address}.{key}", APPLIED, traversable=True), block.at)
        value = evaluate(attributes[key], scope) if key in attributes else applied
        return applied if value.data is None else value

    return Value(memoised(configured, kind=address, at=block.at), block.at)
