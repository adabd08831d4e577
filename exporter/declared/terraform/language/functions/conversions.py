"""Functions that convert values."""

from collections.abc import Mapping

from exporter.declared.terraform.language.comparison import distinct
from exporter.declared.terraform.language.values import (
    Data,
    Function,
    Items,
    Object,
    Value,
    items,
    known,
    mapping,
    number,
    text,
    truth,
)


def tostring(value: Value) -> Data:
    """Return the value as a string; null stays null."""
    return None if known(value) is None else text(value)


def tonumber(value: Value) -> Data:
    """Return the value as a number; null stays null."""
    return None if known(value) is None else number(value)


def tobool(value: Value) -> Data:
    """Return the value as a bool; null stays null."""
    return None if known(value) is None else truth(value)


def tolist(value: Value) -> Data:
    """Return the elements as a list."""
    return Items(items(value))


def toset(value: Value) -> Data:
    """Return the elements as a set."""
    return distinct(items(value))


def tomap(value: Value) -> Data:
    """Return the attributes as a map."""
    return Object(mapping(value))


def same(value: Value) -> Value:
    """Return the value: whether it is sensitive is nothing that we tell apart."""
    return value


FUNCTIONS: Mapping[str, Function] = {
    "nonsensitive": same,
    "sensitive": same,
    "tobool": tobool,
    "tolist": tolist,
    "tomap": tomap,
    "tonumber": tonumber,
    "toset": toset,
    "tostring": tostring,
}
