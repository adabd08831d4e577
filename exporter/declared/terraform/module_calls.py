"""Calls of modules that are no part of the repository, of which only the inputs are known."""

from dataclasses import dataclass

from exporter.declared.terraform.bodies import values_of
from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Block
from exporter.declared.terraform.language.values import (
    Items,
    NotKnownError,
    Object,
    Unknown,
    Value,
    text,
)
from exporter.declared.terraform.nodes import POOL_ADVICE
from exporter.declared.terraform.pool_description import Declared
from exporter.domain.finding import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of a module that is no part of the repository."""

    block: Block
    address: str
    scope: Scope
    collector: Collector

    def values(self, *names: str) -> dict[str, Value]:
        """Return the values of the inputs with these *names*, as far as they are given."""
        found = values_of(self.block.body, self.scope, names)
        return {name: value for name, value in found.items() if value.data is not None}

    def hide(self, message: str) -> None:
        """Say that nobody can tell which nodes it makes."""
        subject = Subject("NodeGroup", "", self.address)
        said = f"{self.address}: {message}"
        self.collector.hide(self.block.at, said, subject=subject, advice=POOL_ADVICE)

    def declared(self) -> Declared:
        """Return it as something that makes pools."""
        return Declared(address=self.address, at=self.block.at, kind="module", attributes={})


def is_empty(value: Value | None) -> bool:
    """Tell whether there is nothing in an input."""
    return value is None or (isinstance(value.data, Object | Items) and not value.data)


def why(value: Value | None) -> str:
    """Return why nothing is known of an input; a value is not repeated."""
    if value is None:
        return "is not given, and what the module makes then is not known"
    return str(value.data) if isinstance(value.data, Unknown) else "has an unexpected form"


def says(value: Value | None, wanted: str) -> bool:
    """Tell whether an input surely is *wanted*."""
    try:
        return value is not None and text(value) == wanted
    except NotKnownError:
        return False
