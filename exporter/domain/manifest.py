"""The semantic comparison of a declared manifest with the object that the API server shows.

Only declared paths are compared: what the cluster has beyond them (defaults, additions of
controllers) is no difference. A declared null declares nothing. Lists with merge keys are matched
by key, so items that only the cluster has are additions, too; of init containers, which run one
after the other, the order counts. Every other list is one value and compared whole, in order.
``tolerations`` are one value without an order.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from exporter.domain.fields import (
    DEFAULTED,
    MAP_MEMBERS,
    MEMBERS,
    MERGE_KEYS,
    ORDERED,
    SAME_FIELD,
    SCALARS,
    is_nothing,
    merge_key,
    same_text,
    same_value,
    text_of,
)
from exporter.domain.fingerprint import fingerprint
from exporter.domain.json import Json, JsonObject

MAX_DEPTH = 60
Tokens: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A declared value that the cluster does not have.

    *pointer* names the items of lists (``/spec/template/spec/containers/app/image``); *position*
    is the same with the indices of the declared manifest, as provenance is kept by. *observed* is
    None where there is no such value; of an env variable's value it is only the fingerprint.
    """

    pointer: str
    position: str
    declared: Json
    observed: Json


def differences(
    declared: Json,
    observed: Json,
    *,
    pointer: str = "",
    ignored: Collection[str] = (),
    kind: str = "",
) -> Iterator[Difference]:
    """Yield what of *declared* the *observed* value does not have, in the declared order.

    Both stand at *pointer*. What lies at or below an *ignored* JSON pointer is left out; the
    indices in it are those of the declared lists. Where the object is no workload, *kind* is its
    own, by which fields are known that mean something else in a workload.
    """
    spot = _Spot("", "", kind, tuple(_tokens(one) for one in ignored if one.startswith("/")), 0)
    for token in _tokens(pointer):
        spot = spot.member(token)
    yield from _compare(declared, observed=observed, spot=spot)


class _Spot(NamedTuple):
    """Where a value stands: by names, by indices, in which field, and what is ignored below."""

    pointer: str
    position: str
    field: str
    ignored: tuple[Tokens, ...]
    depth: int

    def member(self, key: str) -> "_Spot":
        """Return where the member *key* of the object here stands."""
        token = _escape(key)
        return _Spot(
            f"{self.pointer}/{token}",
            f"{self.position}/{token}",
            MEMBERS.get((self.field, key)) or MAP_MEMBERS.get(self.field, key),
            _below(self.ignored, key),
            self.depth + 1,
        )

    def item(self, index: int, name: str = "") -> "_Spot":
        """Return where the item *index* of the list here stands."""
        return _Spot(
            f"{self.pointer}/{_escape(name) or index}",
            f"{self.position}/{index}",
            f"{self.field}[]",
            _below(self.ignored, str(index)),
            self.depth + 1,
        )

    @property
    def is_ignored(self) -> bool:
        """Whether an ignored pointer ends here, or ended above."""
        return () in self.ignored

    def difference(self, declared: Json, observed: Json) -> Difference:
        """Return the difference between two values that stand here."""
        return Difference(self.pointer, self.position, declared, observed)


def _compare(declared: Json, *, observed: Json, spot: _Spot) -> Iterator[Difference]:
    if declared is None or spot.is_ignored or (not declared and spot.field in DEFAULTED):
        return
    if observed is not None:
        yield from _present(declared, observed=observed, spot=spot)
    elif spot.ignored and isinstance(declared, Mapping | list):
        yield from _present(
            declared, observed={} if isinstance(declared, Mapping) else [], spot=spot
        )
    elif not is_nothing(declared, spot.field):
        yield spot.difference(declared, None)


def _present(declared: Json, *, observed: Json, spot: _Spot) -> Iterator[Difference]:
    match declared, observed:
        case ((str() | int() | float()), (str() | int() | float())):
            if not SCALARS.get(spot.field, same_value)(declared, observed):
                yield spot.difference(declared, observed)
        case Mapping(), Mapping() if spot.depth < MAX_DEPTH:
            compare = _variables if spot.field == "env[]" else _objects
            yield from compare(declared, observed, spot)
        case (str() | Mapping(), _) | (_, str() | Mapping()):
            yield spot.difference(declared, _harmless(observed))
        case Sequence(), Sequence():
            yield from _lists(declared, observed=observed, spot=spot)
        case _:
            yield spot.difference(declared, _harmless(observed))


def _objects(declared: JsonObject, observed: JsonObject, spot: _Spot) -> Iterator[Difference]:
    for key, value in declared.items():
        twin = SAME_FIELD.get(key, key)
        if twin == key or declared.get(twin) is None:
            found = observed.get(key, observed.get(twin))
            if not _alike(value, found):
                yield from _compare(value, observed=found, spot=spot.member(key))


def _alike(declared: Json, observed: Json) -> bool:
    """Tell whether two values are equal at once, which most are; then no difference is in them."""
    return declared == observed and isinstance(declared, bool) == isinstance(observed, bool)


def _variables(declared: JsonObject, observed: JsonObject, spot: _Spot) -> Iterator[Difference]:
    """Compare two env variables; a value that the cluster has is nothing to show."""
    source, value = spot.member("valueFrom"), spot.member("value")
    plain = text_of(observed.get("value"))
    if declared.get("valueFrom"):
        if plain and not source.is_ignored:
            yield source.difference(declared["valueFrom"], {"value": fingerprint(plain)})
        else:
            yield from _compare(
                declared["valueFrom"], observed=observed.get("valueFrom"), spot=source
            )
    elif value.is_ignored:
        return
    elif observed.get("valueFrom"):
        yield value.difference(declared.get("value"), {"valueFrom": observed["valueFrom"]})
    elif not same_text(declared.get("value"), plain):
        yield value.difference(declared.get("value"), fingerprint(plain) if plain else None)


def _lists(
    declared: Sequence[Json], *, observed: Sequence[Json], spot: _Spot
) -> Iterator[Difference]:
    wanted = _by_key(declared, spot.field)
    if spot.field == "tolerations":
        yield from _sets(declared, observed=observed, spot=spot)
    elif spot.field not in MERGE_KEYS or None in wanted:
        yield from _values(declared, observed=observed, spot=spot)
    else:
        found = _by_key(observed, spot.field)
        for key, (index, item) in wanted.items():
            there = found[key][1] if key in found else None
            if key and not _alike(item, there):
                yield from _compare(item, observed=there, spot=spot.item(index, ":".join(key)))
        if spot.field in ORDERED and not spot.is_ignored:
            yield from _order([*wanted], observed=[*found], spot=spot)


def _order(
    declared: Sequence[Tokens | None], *, observed: Sequence[Tokens | None], spot: _Spot
) -> Iterator[Difference]:
    """Compare the order of what is on both sides; others may stand in between."""
    mine = [key for key in declared if key in observed]
    theirs = [key for key in observed if key in declared]
    if mine != theirs:
        names = [[":".join(key) for key in keys if key] for keys in (mine, theirs)]
        yield spot.difference(*names)


def _by_key(items: Sequence[Json], field: str) -> dict[Tokens | None, tuple[int, Json]]:
    """Return the items with their indices by merge key; the last of equal keys counts.

    What has no key, which the API server would not accept, stands under None.
    """
    return {merge_key(item, field): (index, item) for index, item in enumerate(items)}


def _values(
    declared: Sequence[Json], *, observed: Sequence[Json], spot: _Spot
) -> Iterator[Difference]:
    """Compare two lists that are one value; objects in them may still have defaults."""
    mine, theirs = _considered(declared, spot), _considered(observed, spot)
    if len(mine) == len(theirs) and all(isinstance(one, Mapping) for one in mine.values()):
        for (index, one), other in zip(mine.items(), theirs.values(), strict=True):
            if not _alike(one, other):
                yield from _compare(one, observed=other, spot=spot.item(index))
    elif list(mine.values()) != list(theirs.values()):
        yield spot.difference(declared, observed)


def _considered(items: Sequence[Json], spot: _Spot) -> dict[int, Json]:
    if not spot.ignored:
        return dict(enumerate(items))
    return {index: item for index, item in enumerate(items) if not spot.item(index).is_ignored}


def _sets(
    declared: Sequence[Json], *, observed: Sequence[Json], spot: _Spot
) -> Iterator[Difference]:
    mine, theirs = _considered(declared, spot), _considered(observed, spot)
    if set(map(_canonical, mine.values())) != set(map(_canonical, theirs.values())):
        yield spot.difference(declared, observed)


def _canonical(toleration: Json) -> frozenset[tuple[str, str]]:
    """Return a toleration without what the API server takes for granted."""
    content = toleration if isinstance(toleration, Mapping) else {"": toleration}
    return frozenset(
        (key, text_of(value))
        for key, value in content.items()
        if text_of(value) and (key, value) != ("operator", "Equal")
    )


def _harmless(observed: Json) -> Json:
    """Return a value of the wrong shape so that it can be shown: inside may be anything."""
    return observed if isinstance(observed, str | int | float) else f"({text_of(observed)})"


@lru_cache(maxsize=1024)
def _tokens(pointer: str) -> Tokens:
    """Return the parts of a JSON pointer (RFC 6901), unescaped."""
    return tuple(one.replace("~1", "/").replace("~0", "~") for one in pointer.split("/")[1:])


def _escape(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def _below(ignored: tuple[Tokens, ...], token: str) -> tuple[Tokens, ...]:
    """Return what is left of the *ignored* pointers below the part *token*."""
    return tuple(one[1:] for one in ignored if not one or one[0] == token)
