"""Functions that convert values."""

from collections.abc import Callable, Mapping

from exporter.declared.terraform.language.conversion import convert
from exporter.declared.terraform.language.value_types import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    Type,
    list_of,
    map_of,
    set_of,
)
from exporter.declared.terraform.language.values import Function, Value, known


def _conversion(to: Type) -> Callable[[Value], Value]:
    """Return the function that converts to a type; null stays null."""

    def converted(value: Value) -> Value:
        return convert(Value(known(value), value.at, value.type), to)

    return converted


def same(value: Value) -> Value:
    """Return the value: whether it is sensitive is nothing that we tell apart."""
    return value


FUNCTIONS: Mapping[str, Function] = {
    "nonsensitive": same,
    "sensitive": same,
    "tobool": _conversion(BOOL),
    "tolist": _conversion(list_of(ANY)),
    "tomap": _conversion(map_of(ANY)),
    "tonumber": _conversion(NUMBER),
    "toset": _conversion(set_of(ANY)),
    "tostring": _conversion(STRING),
}
