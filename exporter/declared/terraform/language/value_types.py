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


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class TupleType:
    """``tuple([string, number])``."""

    elements: tuple["Type", ...]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class ObjectType:
    """``object({name = type})``, names in order; *optional* ones may lack."""

    attributes: tuple[tuple[str, "Type"], ...]
    optional: frozenset[str] = frozenset()

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
        found = _known[key] = CollectionType(kind, element)
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
        found = _known["tuple", *key] = TupleType(key)
    return found


def object_of(attributes: Mapping[str, Type], optional: Iterable[str] = ()) -> ObjectType:
    """Return ``object({name = type, ...})``."""
    pairs = tuple(sorted(attributes.items(), key=lambda pair: pair[0]))
    key = ("object", pairs, frozenset(optional))
    found: ObjectType | None = _known.get(key)
    if found is None:
        found = _known[key] = ObjectType(pairs, key[2])
    return found


def is_kind(of: Type, *kinds: Kind) -> bool:
    """Tell whether a type is one of collections of one of the *kinds*."""
    return isinstance(of, CollectionType) and of.kind in kinds
