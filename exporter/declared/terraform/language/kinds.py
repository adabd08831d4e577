"""Tells the type of a value, which is worked out once for all that holds others."""

from fractions import Fraction

from exporter.declared.terraform.language.value_types import (
    BOOL,
    NUMBER,
    STRING,
    Type,
    list_of,
    map_of,
    object_of,
    set_of,
    tuple_of,
)
from exporter.declared.terraform.language.values import (
    MAX_DEPTH,
    Distinct,
    Items,
    Object,
    TypedList,
    TypedMap,
    Value,
    unknown,
)


def type_of(value: Value, depth: int = 0) -> Type:
    """Return the type of a value; of what is null or unknown, the one it was given."""
    match value.data:
        case str():
            return STRING
        case bool():
            return BOOL
        case Fraction():
            return NUMBER
        case Items() | Object() as data:
            if data.type is None:
                data.type = _collected(data, depth)
            return data.type
        case _:
            return value.type


def _collected(data: Items | Object, depth: int) -> Type:
    if depth > MAX_DEPTH:
        raise unknown("a value", "is nested too deeply")
    match data:
        case TypedList():
            return list_of(data.element)
        case Distinct():
            return set_of(data.element)
        case TypedMap():
            return map_of(data.element)
        case Items():
            return tuple_of([type_of(one, depth + 1) for one in data])
        case Object():
            return object_of({name: type_of(one, depth + 1) for name, one in data.items()})
