"""The types of Terraform's values. There is one object for each type, so ``is`` compares them.

Source: go-cty, "Types"; its primitive, collection and structural types.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias
from weakref import WeakValueDictionary


class Primitive(StrEnum):
    """A type without parts; ``ANY`` is that of what has no type yet, as ``null``."""

    ANY = "any"
    STRING = "string"
    NUMBER = "number"
    BOOL = "bool"


class Kind(StrEnum):
    """The kinds of collections, all elements of which have one type."""

    LIST = "list"
    SET = "set"
    MAP = "map"


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class CollectionType:
    """``list(string)``."""

    kind: Kind
    element: "Type"
    is_open: bool
    has_optional: bool


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class TupleType:
    """``tuple([string, number])``."""

    elements: tuple["Type", ...]
    is_open: bool
    has_optional: bool


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class ObjectType:
    """``object({name = type})``, names in order; *optional* ones may lack."""

    attributes: tuple[tuple[str, "Type"], ...]
    optional: frozenset[str]
    is_open: bool
    has_optional: bool

    def get(self, name: str) -> "Type | None":
        """Return the type of an attribute."""
        return dict(self.attributes).get(name)


Type: TypeAlias = Primitive | CollectionType | TupleType | ObjectType

ANY, STRING, NUMBER, BOOL = Primitive.ANY, Primitive.STRING, Primitive.NUMBER, Primitive.BOOL

_known: WeakValueDictionary[tuple[Any, ...], Any] = WeakValueDictionary()
"""Each type that is in use, by its parts. Equal parts are the same object, so looking one up costs
no more than its own parts do, however deep they are."""


def collection(kind: Kind, element: Type) -> CollectionType:
    """Return the type of a collection."""
    key = (kind, element)
    found: CollectionType | None = _known.get(key)
    if found is None:
        found = _known[key] = CollectionType(kind, element, is_open(element), _optional(element))
    return found


def list_of(element: Type) -> CollectionType:
    """Return ``list(element)``."""
    return collection(Kind.LIST, element)


def set_of(element: Type) -> CollectionType:
    """Return ``set(element)``."""
    return collection(Kind.SET, element)


def map_of(element: Type) -> CollectionType:
    """Return ``map(element)``."""
    return collection(Kind.MAP, element)


def tuple_of(elements: Iterable[Type]) -> TupleType:
    """Return ``tuple([element, ...])``."""
    key = tuple(elements)
    found: TupleType | None = _known.get(("tuple", *key))
    if found is None:
        opens, optional = any(map(is_open, key)), any(map(_optional, key))
        found = _known["tuple", *key] = TupleType(key, opens, optional)
    return found


def object_of(attributes: Mapping[str, Type], optional: Iterable[str] = ()) -> ObjectType:
    """Return ``object({name = type, ...})``."""
    pairs = tuple(sorted(attributes.items(), key=lambda pair: pair[0]))
    key = ("object", pairs, frozenset(optional))
    found: ObjectType | None = _known.get(key)
    if found is None:
        parts = [one for _, one in pairs]
        opens = bool(key[2]) or any(map(is_open, parts))
        has_optional = bool(key[2]) or any(map(_optional, parts))
        found = _known[key] = ObjectType(pairs, key[2], opens, has_optional)
    return found


def is_open(of: Type) -> bool:
    """Tell whether a type leaves a part of it open: any type will do, or it may lack.

    Types that share their parts are as deep as there are ways through them, so each remembers it.
    """
    return of is ANY if isinstance(of, Primitive) else of.is_open


def without_optional(of: Type) -> Type:
    """Return a type without marks of what is optional, as values have it."""
    match of:
        case Primitive():
            return of
        case _ if not of.has_optional:
            return of
        case CollectionType():
            return collection(of.kind, without_optional(of.element))
        case TupleType():
            return tuple_of(without_optional(one) for one in of.elements)
        case ObjectType():
            return object_of({name: without_optional(one) for name, one in of.attributes})


def _optional(of: Type) -> bool:
    return not isinstance(of, Primitive) and of.has_optional


def is_kind(of: Type, *kinds: Kind) -> bool:
    """Tell whether a type is one of collections of one of the *kinds*."""
    return isinstance(of, CollectionType) and of.kind in kinds
