"""Converts a value to the type that its variable asks for, and fills in optional attributes.

Source: Terraform language, "Type Constraints" and "Automatic Type Conversions".
"""

from collections.abc import Callable, Mapping

from exporter.declared.terraform.language import conversion
from exporter.declared.terraform.language.syntax import (
    Call,
    Expression,
    Literal,
    Name,
    ObjectLiteral,
    TupleLiteral,
)
from exporter.declared.terraform.language.value_types import (
    Kind,
    Primitive,
    Type,
    collection,
    object_of,
    tuple_of,
)
from exporter.declared.terraform.language.values import (
    Items,
    Lazy,
    Object,
    Value,
    failed,
)

Evaluate = Callable[[Expression], Value]
_PRIMITIVES: Mapping[str, Primitive] = {str(one): one for one in Primitive}
_KINDS: Mapping[str, Kind] = {str(one): one for one in Kind}


def convert(value: Value, constraint: Expression, evaluate: Evaluate) -> Value:
    """Return *value* as the type *constraint* has it; *evaluate* computes optional defaults.

    What is unknown stays so. Raises :exc:`NotKnownError` where the type cannot be had.
    """
    wanted = type_from(constraint)
    if isinstance(value.data, Lazy):
        return value
    return conversion.convert(_with_defaults(value, constraint, evaluate), wanted)


def type_from(constraint: Expression) -> Type:
    """Return the type that a constraint names; raises :exc:`NotKnownError` where it names none."""
    match constraint:
        case Name(name) | Literal(str(name)) if name in _PRIMITIVES:
            return _PRIMITIVES[name]
        case Name(name) | Literal(str(name)) if name in {"list", "map", "set"}:
            return collection(_KINDS[name], Primitive.ANY)  # short for it, as in old versions
        case Call(function=name, arguments=(inner,)) if name in _KINDS:
            return collection(_KINDS[name], type_from(inner))
        case Call(function="tuple", arguments=(TupleLiteral(parts),)):
            return tuple_of([type_from(one) for one in parts])
        case Call(function="object", arguments=(ObjectLiteral() as inner,)):
            attributes = dict(_attributes(inner))
            optional = [name for name, kind in attributes.items() if _is_optional(kind)]
            kinds = {name: type_from(_required(kind)) for name, kind in attributes.items()}
            return object_of(kinds, optional)
        case _:
            raise failed("a type", "is not one that Terraform has")


def _attributes(constraint: ObjectLiteral) -> list[tuple[str, Expression]]:
    return [(str(key.value), kind) for key, kind in constraint.items if isinstance(key, Literal)]


def _is_optional(kind: Expression) -> bool:
    return isinstance(kind, Call) and kind.function == "optional" and bool(kind.arguments)


def _required(kind: Expression) -> Expression:
    """Return the type inside of ``optional(type, default)``."""
    return kind.arguments[0] if isinstance(kind, Call) and _is_optional(kind) else kind


def _with_defaults(value: Value, constraint: Expression, evaluate: Evaluate) -> Value:
    """Return a value with the defaults of optional attributes where these lack or are null."""
    match constraint, value.data:
        case Call("list" | "set" | "map", (inner,)), Items() | Object():
            return _filled(value, lambda _: inner, evaluate)
        case Call("tuple", (TupleLiteral(parts),)), Items() as data if len(parts) == len(data):
            return _filled(value, lambda place: parts[int(place)], evaluate)
        case Call("object", (ObjectLiteral() as inner,)), Object() as data:
            return Value(_object(data, inner, evaluate), value.at)
        case _:
            return value


def _filled(value: Value, kind: Callable[[str], Expression], evaluate: Evaluate) -> Value:
    """Fill in the defaults of all elements; *kind* is the type of one."""
    data = value.data
    if isinstance(data, Object):
        pairs = {key: _with_defaults(one, kind(key), evaluate) for key, one in data.items()}
        same = all(pairs[key] is one for key, one in data.items())
        return value if same else Value(Object(pairs, data.rest), value.at)
    if not isinstance(data, Items):
        return value
    found = [_with_defaults(one, kind(str(place)), evaluate) for place, one in enumerate(data)]
    same = all(new is old for new, old in zip(found, data, strict=True))
    return value if same else Value(Items(found), value.at)


def _object(data: Object, constraint: ObjectLiteral, evaluate: Evaluate) -> Object:
    pairs = dict(data)
    for name, kind in _attributes(constraint):
        default = kind.arguments[1:] if isinstance(kind, Call) and _is_optional(kind) else ()
        lacks = data.rest is None and (name not in pairs or pairs[name].data is None)
        if lacks and default:
            pairs[name] = conversion.convert(evaluate(default[0]), type_from(_required(kind)))
        if name in pairs:
            pairs[name] = _with_defaults(pairs[name], _required(kind), evaluate)
    return Object(pairs, data.rest)
