"""Finds the type to which values of several types convert.

Source: go-cty, package ``convert`` (``unify.go``, ``compare_types.go``, ``conversion.go``), in its
"unsafe" mode, as functions and conditionals have it: a text may turn out to hold a number.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain

from exporter.declared.terraform.language.value_types import (
    ANY,
    STRING,
    CollectionType,
    Kind,
    ObjectType,
    Primitive,
    TupleType,
    Type,
    collection,
    is_kind,
    list_of,
    map_of,
    object_of,
    tuple_of,
)
from exporter.declared.terraform.language.values import unknown

MOST = 300
"""So many different types are compared with one another at the most."""
_SEQUENCES = (Kind.LIST, Kind.SET)


def unify(types: Sequence[Type]) -> Type | None:
    """Return the type that values of all *types* convert to, None where there is none."""
    return _unify(tuple(dict.fromkeys(types)))


@lru_cache(maxsize=4096)
def _unify(types: tuple[Type, ...]) -> Type | None:  # noqa: PLR0911 - a line for each pair of kinds
    """Unify different types: as their kinds allow, or else to the most general of them."""
    if len(types) < 2:  # noqa: PLR2004 - there is nothing to unify
        return types[0] if types else None
    kinds = {_kind_of(one) for one in types}
    dynamic = "any" in kinds
    plain = kinds - {"any"}
    if plain in ({"map"}, {"list"}, {"set"}):
        return ANY if dynamic else _unify_collections(types, Kind(plain.pop()))
    if plain == {"map", "object"} and (found := _as_collections(types, ObjectType)):
        return found
    if plain == {"list", "tuple"} and (found := _as_collections(types, TupleType)):
        return found
    if plain == {"object"}:
        return ANY if dynamic else _unify_objects(types)
    if plain == {"tuple"}:
        return ANY if dynamic else _unify_tuples(types)
    if plain >= {"object", "tuple"}:
        return None
    return _most_general(types)


def _kind_of(one: Type) -> str:
    match one:
        case CollectionType():
            return one.kind
        case ObjectType():
            return "object"
        case TupleType():
            return "tuple"
        case _:
            return "any" if one is ANY else "primitive"


def _unify_collections(types: Sequence[Type], kind: Kind) -> Type | None:
    element = unify([one.element for one in types if isinstance(one, CollectionType)])
    return None if element is None else collection(kind, element)


def _as_collections(types: Sequence[Type], structural: type) -> Type | None:
    """Unify lists with tuples, or maps with objects, by taking the latter for the former."""
    to_one = _tuples_to_list if structural is TupleType else _objects_to_map
    found = to_one([one for one in types if isinstance(one, structural)])
    if found is None:
        return None
    result = unify([found if isinstance(one, structural) else one for one in types])
    return result if isinstance(result, CollectionType) else None


def _unify_objects(types: Sequence[Type]) -> Type | None:
    """Return an object type where all have the same attributes, else that of a map."""
    objects = [one for one in types if isinstance(one, ObjectType)]
    names = [name for name, _ in objects[0].attributes]
    if any([name for name, _ in one.attributes] != names for one in objects):
        return _objects_to_map(types)
    columns = zip(*([kind for _, kind in one.attributes] for one in objects), strict=True)
    unified = [unify(column) for column in columns]
    if None in unified:
        return None
    pairs = zip(names, unified, strict=True)
    result = object_of({name: kind for name, kind in pairs if kind is not None})
    return result if _all_convert(types, result) else _objects_to_map(types)


def _objects_to_map(types: Sequence[Type]) -> Type | None:
    parts = chain.from_iterable(one.attributes for one in types if isinstance(one, ObjectType))
    return _collected(types, [kind for _, kind in parts], map_of)


def _unify_tuples(types: Sequence[Type]) -> Type | None:
    """Return a tuple type where all have the same length, else that of a list."""
    tuples = [one.elements for one in types if isinstance(one, TupleType)]
    if len(set(map(len, tuples))) > 1:
        return _tuples_to_list(types)
    unified = [unify(column) for column in zip(*tuples, strict=True)]
    if None in unified:
        return None
    result = tuple_of(kind for kind in unified if kind is not None)
    return result if _all_convert(types, result) else _tuples_to_list(types)


def _tuples_to_list(types: Sequence[Type]) -> Type | None:
    parts = chain.from_iterable(one.elements for one in types if isinstance(one, TupleType))
    return _collected(types, list(parts), list_of)


def _collected(
    types: Sequence[Type], elements: Sequence[Type], of: Callable[[Type], Type]
) -> Type | None:
    element = unify(elements)
    if element is None:
        return None
    return of(element) if _all_convert(types, of(element)) else None


def _all_convert(types: Sequence[Type], to: Type) -> bool:
    return all(one is to or converts(one, to) for one in types)


def _most_general(types: Sequence[Type]) -> Type | None:
    """Return the first, the more general before the less, that all others convert to."""
    if len(types) > MOST:
        raise unknown("a value", f"has parts of more than {MOST} types")
    return next((one for one in _sorted(types) if _all_convert(types, one)), None)


def _sorted(types: Sequence[Type]) -> list[Type]:
    """Return types in topological order, those before others to which these convert."""
    places = range(len(types))
    after: list[list[int]] = [[] for _ in places]
    before = [0] * len(types)
    for left in places:
        for right in places[left + 1 :]:
            if order := compare(types[left], types[right]):
                first, last = (left, right) if order < 0 else (right, left)
                after[first].append(last)
                before[last] += 1
    ready = [place for place in places if not before[place]]
    for place in ready:  # grows while it is gone through
        for other in after[place]:
            before[other] -= 1
            if not before[other]:
                ready.append(other)
    return [types[place] for place in ready]


@lru_cache(maxsize=4096)
def compare(left: Type, right: Type) -> int:
    """Return -1 where *left* is more general than *right*, 1 where it is less so, else 0."""
    if ANY in {left, right}:
        return (left is ANY) - (right is ANY)
    match left, right:
        case Primitive(), Primitive():
            return (right is STRING) - (left is STRING)
        case CollectionType(), CollectionType() if left.kind is right.kind:
            return compare(left.element, right.element)
        case ObjectType(), ObjectType():
            names = [[name for name, _ in one.attributes] for one in (left, right)]
            ours, theirs = ([kind for _, kind in one.attributes] for one in (left, right))
            return _compare_parts(ours, theirs) if names[0] == names[1] else 0
        case TupleType(), TupleType():
            same = len(left.elements) == len(right.elements)
            return _compare_parts(left.elements, right.elements) if same else 0
        case _:
            return _is_wider(left, right) - _is_wider(right, left)


def _compare_parts(left: Sequence[Type], right: Sequence[Type]) -> int:
    orders = {compare(*pair) for pair in zip(left, right, strict=True)} - {0}
    return orders.pop() if len(orders) == 1 else 0


def _is_wider(left: Type, right: Type) -> int:
    """Return -1 where *left* is of a kind to which *right*'s converts."""
    is_set = is_kind(right, Kind.SET) and (isinstance(left, TupleType) or is_kind(left, Kind.LIST))
    is_list = is_kind(left, Kind.LIST) and isinstance(right, TupleType)
    is_map = is_kind(left, Kind.MAP) and isinstance(right, ObjectType)
    return -1 if is_set or is_list or is_map else 0


@lru_cache(maxsize=4096)
def converts(source: Type, to: Type) -> bool:  # noqa: PLR0911 - a line for each pair of kinds
    """Tell whether values of a type may convert to another, as far as types can tell."""
    if ANY in {source, to}:
        return True
    match source, to:
        case Primitive(), Primitive():
            return source is to or STRING in {source, to}
        case ObjectType(), ObjectType():
            return _object_converts(source, to)
        case TupleType(), TupleType():
            return len(source.elements) == len(to.elements) and all(
                map(converts, source.elements, to.elements)
            )
        case CollectionType(), CollectionType():
            same = source.kind is to.kind or {source.kind, to.kind} == set(_SEQUENCES)
            return same and converts(source.element, to.element)
        case TupleType(), CollectionType(kind=Kind.LIST | Kind.SET):
            return not source.elements or _parts_convert(source.elements, to)
        case ObjectType(), CollectionType(kind=Kind.MAP):
            return not source.attributes or _parts_convert(
                [kind for _, kind in source.attributes], to
            )
        case CollectionType(kind=Kind.MAP), ObjectType():
            return all(
                name in to.optional or converts(source.element, kind)
                for name, kind in to.attributes
            )
        case _:
            return False


def _object_converts(source: ObjectType, to: ObjectType) -> bool:
    given = dict(source.attributes)
    return all(
        converts(given[name], kind) if name in given else name in to.optional
        for name, kind in to.attributes
    )


def _parts_convert(parts: Sequence[Type], to: CollectionType) -> bool:
    element: Type | None = to.element
    if element is ANY:
        element = element_of(parts, to.kind)
    return element is not None and all(converts(one, element) for one in parts)


def element_of(parts: Sequence[Type], kind: Kind) -> Type | None:
    """Return the type that the elements of a collection made of such parts have.

    Elements without a type do not make a list or a set of those that have one.
    """
    found = unify(parts)
    mixed = found is ANY and kind is not Kind.MAP and any(one is not ANY for one in parts)
    return None if mixed else found
