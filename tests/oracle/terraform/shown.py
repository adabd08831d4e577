"""Values as `terraform console` shows them.

Source: Terraform, package ``repl`` (``format.go``).
"""

from collections.abc import Iterable
from fractions import Fraction

from exporter.declared.terraform.language.decimals import shortest
from exporter.declared.terraform.language.go_text import quoted
from exporter.declared.terraform.language.value_types import (
    CollectionType,
    ObjectType,
    TupleType,
    Type,
)
from exporter.declared.terraform.language.values import (
    Distinct,
    Items,
    Object,
    TypedItems,
    TypedMap,
    Unknown,
    Value,
)

INDENT = 4
"""How far a value is indented where the answers have it."""


def shown(value: Value, indent: int = INDENT) -> str:  # noqa: PLR0911 - a line for each kind
    """Return how a value is shown that stands *indent* blanks in."""
    match value.data:
        case None:
            return _null(value.type)
        case bool(data):
            return "true" if data else "false"
        case Fraction() as data:
            return shortest(data)
        case str(data):
            return _lines(data, indent) if "\n" in data else quoted(data)
        case Items() as data:
            inner = _sequence(data, indent)
            if isinstance(data, TypedItems):
                return f"{'toset' if isinstance(data, Distinct) else 'tolist'}({inner})"
            return inner
        case Object() as data:
            inner = _mapping(data, indent)
            return f"tomap({inner})" if isinstance(data, TypedMap) else inner
        case data:
            raise TypeError(data)


def is_known(value: Value) -> bool:
    """Tell whether all of a value is known."""
    match value.data:
        case Unknown():
            return False
        case Items() as data:
            return all(map(is_known, data))
        case Object() as data:
            return data.rest is None and all(map(is_known, data.values()))
        case _:
            return True


def _null(of: Type) -> str:
    match of:
        case CollectionType():
            return f"to{of.kind}(null) /* of {_friendly(of.element)} */"
        case ObjectType() | TupleType():
            return f"null /* {_friendly(of)} */"
        case _:
            return "null" if of == "any" else f"to{of}(null)"


def _friendly(of: Type) -> str:
    match of:
        case CollectionType():
            return f"{of.kind} of {_friendly(of.element)}"
        case ObjectType():
            return "object"
        case TupleType():
            return "tuple"
        case _:
            return "dynamic" if of == "any" else str(of)


def _key(key: str, indent: int) -> str:
    return _lines(key, indent) if "\n" in key else quoted(key)


def _lines(text: str, indent: int) -> str:
    lines, marker = text.split("\n"), "EOT"
    while any(line.strip() == marker for line in lines):
        marker += "_"
    blanks = " " * indent
    return "\n".join([f"<<-{marker}", *(blanks + line for line in lines), blanks + marker])


def _sequence(values: Iterable[Value], indent: int) -> str:
    inner = [f"{' ' * (indent + 2)}{shown(one, indent + 2)}," for one in values]
    return "\n".join(["[", *inner, " " * indent + "]"]) if inner else "[]"


def _mapping(pairs: Object, indent: int) -> str:
    inner = [
        f"{' ' * (indent + 2)}{_key(key, indent + 2)} = {shown(pairs[key], indent + 2)}"
        for key in sorted(pairs)
    ]
    return "\n".join(["{", *inner, " " * indent + "}"]) if inner else "{}"
