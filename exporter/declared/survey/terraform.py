"""Root modules of Terraform that make nodes, and the argument that names them."""

import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from exporter.declared.checkout import Checkout
from exporter.declared.survey.found import MOST, Found, Terraform
from exporter.declared.terraform import pool_modules
from exporter.declared.terraform.language.budget import Budget
from exporter.declared.terraform.language.syntax import (
    Block,
    Expression,
    GetAttribute,
    Literal,
    ObjectLiteral,
)
from exporter.declared.terraform.module import Module, load
from exporter.declared.terraform.pool_types import POOLS
from exporter.declared.terraform.providers import KINDS
from exporter.domain.errors import ReadError

SUFFIXES: Final = (".tf", ".tofu")
USUAL: Final = ("node_name", "instance_name", "server_name", "vm_name", "hostname", "host_name")
"""Arguments that name machines where nobody knows the cluster's nodes."""
TAGS: Final = ("tags", "labels", "metadata")


@dataclass(slots=True)
class TerraformSurvey:
    """The modules of a *checkout* by directory; *nodes* are those of the cluster with labels."""

    checkout: Checkout
    nodes: Mapping[str, Mapping[str, str]]
    modules: dict[str, Module] = field(default_factory=dict)
    unread: list[Found] = field(default_factory=list)

    def roots(self) -> Iterator[Terraform]:
        """Yield the root modules in which machines or pools are declared."""
        self._load()
        called = {inner for path in self.modules for inner in self._calls_of(path) if inner != path}
        for path in sorted(self.modules.keys() - called)[:MOST]:
            argument, why_named = self._node_name(path)
            why = self._why(path) or (why_named and f"module calls name nodes by {argument}")
            if why:
                yield Terraform(
                    path=path or ".",
                    why=why,
                    node_name=argument,
                    node_name_why=why_named,
                    tags=tuple(self._tags(path, argument)),
                )

    def _load(self) -> None:
        try:
            files = self.checkout.files("", suffixes=SUFFIXES)
        except ReadError as error:
            self.unread.append(Found(error.path or ".", error.message))
            return
        budget = Budget()
        for folder in sorted({posixpath.dirname(file) for file in files}):
            try:
                module = load(self.checkout, folder, budget)
            except ReadError as error:
                self.unread.append(Found(folder, error.message))
                continue
            self.modules[folder] = module
            for failure in module.failures:
                self.unread.append(Found(failure.place.where, failure.message))

    def _calls_of(self, path: str) -> Iterator[str]:
        """Yield the directories of the local modules that a module calls."""
        for call in self.modules[path].calls.values():
            source = _text(call.body.attributes.get("source"))
            if source.startswith(("./", "../")):
                yield posixpath.normpath(posixpath.join(path, source)).removeprefix("./")

    def _why(self, path: str, passed: frozenset[str] = frozenset()) -> str:
        """Return which machine or pool a module declares, or those that it calls; empty if none."""
        module = self.modules.get(path)
        if module is None or path in passed:
            return ""
        for (kind, name), block in _resources(module):
            if kind in KINDS or kind in POOLS:
                return f"{kind}.{name} ({block.at.path}:{block.at.line})"
        for name, call in module.calls.items():
            source = _text(call.body.attributes.get("source"))
            if source and pool_modules.reader_of(source):
                return f"module.{name} is {source} ({call.at.path}:{call.at.line})"
        inner = (self._why(called, passed | {path}) for called in self._calls_of(path))
        return next(filter(None, inner), "")

    def _node_name(self, path: str) -> tuple[str, str]:
        """Return the argument of module calls that names a node, and what tells so."""
        values: dict[str, list[str]] = defaultdict(list)
        for call in self.modules[path].calls.values():
            for name, given in call.body.attributes.items():
                if name != "source" and _text(given):
                    values[name].append(_text(given))
        hits = Counter(
            {name: sum(one in self.nodes for one in found) for name, found in values.items()}
        )
        for name, count in hits.most_common(1):
            if count:
                example = next(one for one in values[name] if one in self.nodes)
                return name, f"{count} of its values are nodes of the cluster, as {example}"
        usual = next((name for name in USUAL if values.get(name)), "")
        return usual, usual and f"arguments of this name usually name machines: {values[usual][0]}"

    def _tags(self, path: str, argument: str) -> Iterator[tuple[str, str, str]]:
        """Yield tags that say what labels of the same nodes say, with the label and the reason."""
        same: Counter[tuple[str, str]] = Counter()
        other: Counter[tuple[str, str]] = Counter()
        for call in self.modules[path].calls.values():
            labels = self.nodes.get(_text(call.body.attributes.get(argument)), {})
            for tag, value in _given_tags(call):
                for label in {tag, tag.lower()} & labels.keys():
                    (same if labels[label] == value else other)[tag, label] += 1
        for (tag, label), count in sorted(same.items()):
            if count > other[tag, label]:
                yield tag, label, f"on {count} nodes the label {label} has the value of the tag"


def _resources(module: Module) -> Iterator[tuple[tuple[str, str], Block]]:
    for key, block in module.resources.items():
        kind, name = key
        yield (kind, name), block


def _given_tags(call: Block) -> Iterator[tuple[str, str]]:
    """Yield the tags that a call gives as plain texts."""
    for name in TAGS:
        given = call.body.attributes.get(name)
        for key, value in given.items if isinstance(given, ObjectLiteral) else ():
            if _key(key) and _text(value):
                yield _key(key), _text(value)


def _key(key: Expression) -> str:
    return "" if isinstance(key, GetAttribute) else _text(key)


def _text(value: Expression | None) -> str:
    """Return a plain text, empty where it is anything else."""
    return value.value if isinstance(value, Literal) and isinstance(value.value, str) else ""
