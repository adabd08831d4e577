"""Converts values to types, as Terraform does where a function or a variable wants one.

Source: go-cty, package ``convert``; Terraform language, "Type Conversion".
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from exporter.declared.terraform.language.comparison import distinct
from exporter.declared.terraform.language.kinds import type_of
from exporter.declared.terraform.language.unification import converts, element_of, unify
from exporter.declared.terraform.language.value_types import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    CollectionType,
    Kind,
    ObjectType,
    Primitive,
    TupleType,
    Type,
    collection,
    is_open,
    list_of,
    map_of,
    set_of,
    without_optional,
)
from exporter.declared.terraform.language.values import (
    MAX_DEPTH,
    MAX_ITEMS,
    Data,
    Distinct,
    Items,
    Object,
    Origin,
    TypedItems,
    TypedList,
    TypedMap,
    Unknown,
    Value,
    failed,
    known,
    number,
    text,
    truth,
    unknown,
)

_PRIMITIVES: Mapping[Primitive, Callable[[Value], Data]] = {
    STRING: text,
    NUMBER: number,
    BOOL: truth,
}


def convert(value: Value, to: Type) -> Value:
    """Return *value* as the type *to* has it; what is unknown stays so, but has the type.

    Raises :exc:`NotKnownError` where it cannot be converted.
    """
    return _Conversion().convert(value, to)


def as_list(value: Value, element: Type = ANY) -> TypedList:
    """Return the elements of a list, a set or a tuple as those of a list."""
    found = known(_present(convert(value, list_of(element))))
    if not isinstance(found, TypedList):
        raise failed("a value", "is no list")
    return found


def as_set(value: Value, element: Type = ANY) -> Distinct:
    """Return the elements of a list, a set or a tuple as those of a set."""
    found = known(_present(convert(value, set_of(element))))
    if not isinstance(found, Distinct):
        raise failed("a value", "is no set")
    return found


def as_map(value: Value, element: Type = ANY) -> TypedMap:
    """Return the attributes of a map or an object as the elements of a map, all of them known."""
    found = known(_present(convert(value, map_of(element))))
    if not isinstance(found, TypedMap):
        raise failed("a value", "is no map")
    if found.rest is not None:
        raise unknown(found.rest.subject, found.rest.why)
    return found


def _present(value: Value) -> Value:
    if value.data is None:
        raise failed("a value", "is null")
    return value


def strings(found: Iterable[str], at: Origin) -> TypedList:
    """Return ``list(string)``."""
    return TypedList([Value(one, at) for one in found], STRING)


@dataclass(slots=True)
class _Conversion:
    """One conversion, of a bounded number of steps: values may share their parts."""

    steps: int = MAX_ITEMS
    depth: int = 0
    _done: dict[tuple[int, Type], tuple[Value, Value]] = field(default_factory=dict)

    def convert(self, value: Value, to: Type) -> Value:
        if to is ANY:
            return value
        if isinstance(value.data, Unknown | None) and not converts(value.type, to):
            raise failed("a value", f"is no {_named(to)}")
        match value.data:
            case Unknown() as data:
                return Value(data, value.at, to)
            case None:
                return Value(None, value.at, _type_of_null(value.type, to))
            case _:
                pass
        if (given := type_of(value)) is to:
            return value
        if not converts(given, to):
            raise failed("a value", f"is no {_named(to)}")
        return self._converted(value, to)

    def _converted(self, value: Value, to: Type) -> Value:
        """Convert what is known; a part that stands in many places is converted once."""
        key = id(value.data), to
        if key in self._done:
            return self._done[key][1]
        self.steps -= 1
        if self.steps < 0 or self.depth > MAX_DEPTH:
            raise unknown("a value", "is too large to convert")
        self.depth += 1
        result = self._by_kind(value, to)
        self.depth -= 1
        if isinstance(value.data, Items | Object):
            self._done[key] = value, result  # holds the value, lest another takes over its id
        return result

    def _by_kind(self, value: Value, to: Type) -> Value:
        if isinstance(to, Primitive):
            return Value(_PRIMITIVES[to](value), value.at)
        match to:
            case CollectionType(kind=Kind.MAP):
                return self._map(value, to)
            case CollectionType():
                return self._sequence(value, to)
            case TupleType():
                return self._tuple(value, to)
            case ObjectType():
                return self._object(value, to)

    def _sequence(self, value: Value, to: CollectionType) -> Value:
        elements = _items(value)
        element = self._element(elements, [type_of(one) for one in elements], to)
        found = [self.convert(one, element) for one in elements]
        if isinstance(elements, TypedItems) and not found and to.element is ANY:
            element = elements.element
        if is_open(element) and found:
            found, element = self._alike(found, to)
        if to.kind is Kind.SET:
            return Value(distinct(found, element), value.at)
        return Value(TypedList(found, element), value.at)

    def _map(self, value: Value, to: CollectionType) -> Value:
        pairs = _object(value)
        element = self._element(pairs, [type_of(one) for one in pairs.values()], to)
        found = [self.convert(one, element) for one in pairs.values()]
        if isinstance(pairs, TypedMap) and not found and to.element is ANY:
            element = pairs.element
        if is_open(element) and found:
            found, element = self._alike(found, to)
        converted = dict(zip(pairs, found, strict=True))
        return Value(TypedMap(converted, element, pairs.rest), value.at)

    def _element(self, source: Items | Object, parts: Sequence[Type], to: CollectionType) -> Type:
        """Return the type that the elements shall have: where any will do, the one of all."""
        if to.element is not ANY:
            return to.element
        if isinstance(source, TypedItems | TypedMap):
            return source.element
        element = element_of(parts, to.kind) if parts else ANY
        if element is None:
            raise failed("a value", "has elements of different types")
        return element

    def _alike(self, found: list[Value], to: CollectionType) -> tuple[list[Value], Type]:
        """Make elements one type of which the wanted type leaves parts open."""
        types = [type_of(one) for one in found]
        element = unify(types)
        if element is None or (to.kind is Kind.SET and len(set(types)) > 1):
            raise failed("a value", "has elements of different types")
        alike = [self.convert(one, element) for one in found]
        types = [one for one in dict.fromkeys(map(type_of, alike)) if one is not ANY]
        if len(types) > 1 and not any(map(_has_unknown, alike)):
            raise failed("a value", "has elements of different types")
        element = types[0] if len(types) == 1 else element
        return [
            one if one.data is not None else self.convert(one, element) for one in alike
        ], element

    def _tuple(self, value: Value, to: TupleType) -> Value:
        pairs = zip(_items(value), to.elements, strict=True)
        return Value(Items([self.convert(one, kind) for one, kind in pairs]), value.at)

    def _object(self, value: Value, to: ObjectType) -> Value:
        source = _object(value)
        pairs: dict[str, Value] = {}
        for name, kind in to.attributes:
            if name in source:
                pairs[name] = self._attribute(source[name], kind)
            elif source.rest is not None:
                pairs[name] = Value(source.rest, value.at, kind)
            elif name in to.optional:
                pairs[name] = Value(None, value.at, without_optional(kind))
            else:
                raise failed("a value", f"has no attribute {name[:60]!r}")
        return Value(Object(pairs), value.at)

    def _attribute(self, value: Value, kind: Type) -> Value:
        found = self.convert(value, kind)
        if found.data is None and isinstance(found.type, ObjectType):
            return Value(None, found.at, without_optional(found.type))
        return found


def _type_of_null(given: Type, to: Type) -> Type:
    """Return the type of a null of a type *given* that is converted; it has elements of one."""
    if given is ANY or not is_open(to):
        return without_optional(to)
    if not isinstance(to, CollectionType) or to.element is not ANY:
        return given
    match given:
        case CollectionType(element=element):
            return collection(to.kind, element)
        case TupleType(elements=elements):
            return collection(to.kind, unify(elements) or ANY)
        case ObjectType(attributes=attributes):
            return collection(to.kind, unify([kind for _, kind in attributes]) or ANY)
        case _:
            return given


def _has_unknown(value: Value) -> bool:
    """Tell whether a value, or one right inside of it, is unknown."""
    match value.data:
        case Items() as data:
            return any(isinstance(one.data, Unknown) for one in data)
        case Object() as data:
            return any(isinstance(one.data, Unknown) for one in data.values())
        case data:
            return isinstance(data, Unknown)


def _items(value: Value) -> Items:
    data = known(value)
    if not isinstance(data, Items):
        raise failed("a value", "is no list")
    return data


def _object(value: Value) -> Object:
    data = known(value)
    if not isinstance(data, Object):
        raise failed("a value", "is no map")
    return data


def _named(to: Type) -> str:
    """Return what a type is called in a message."""
    match to:
        case CollectionType():
            return str(to.kind)
        case TupleType():
            return "tuple of the right length and types"
        case ObjectType():
            return "object with the right attributes"
        case _:
            return str(to)
