"""The turns of a task's loops: the names of each, as far as it is known what the loop goes over."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from exporter.declared.ansible.filters import MAX_ITEMS
from exporter.declared.ansible.names import TaskNames
from exporter.declared.ansible.steps import Loop
from exporter.declared.ansible.templates import ExhaustedError, Scope, Templates
from exporter.declared.ansible.values import PlacedList, PlacedMap, UnresolvedError
from exporter.declared.checkout import Checkout
from exporter.domain.provenance import Place, Source


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a task's loops: what its names mean, and where its last item stands.

    *lacking* tells why some of its items, or parts of them, are not known.
    """

    names: TaskNames
    place: Place | None = None
    lacking: UnresolvedError | None = None


@dataclass(frozen=True, slots=True)
class _Item:
    value: Any
    place: Place | None = None
    lacking: UnresolvedError | None = None


@dataclass(frozen=True, slots=True)
class Loops:
    """Unrolls the loops of a task on one host; *touched* are the names that they depend on."""

    templates: Templates
    checkout: Checkout
    touched: set[str]

    def turns(self, loops: tuple[Loop, ...], names: TaskNames) -> Iterator[Turn]:
        """Yield every turn of nested *loops*; one that stands for all where they are not known."""
        if not loops:
            yield Turn(names)
            return
        loop, rest = loops[0], loops[1:]
        for index, item in enumerate(self._known_items(loop, names)):
            self.templates.budget.spend()
            inside = replace(names, items=_with_item(names.items, loop, item, index))
            for turn in self.turns(rest, inside):
                place = turn.place or item.place
                yield Turn(turn.names, place, turn.lacking or item.lacking)

    def _known_items(self, loop: Loop, names: TaskNames) -> list[_Item]:
        try:
            return self._items(loop, names)
        except ExhaustedError:
            raise
        except UnresolvedError as error:
            return [_Item(_NOTHING, None, error)]

    def _items(self, loop: Loop, names: TaskNames) -> list[_Item]:
        scope = self.templates.scope(names)
        scope.touched = self.touched
        if loop.kind in {"loop", "list", "items"} and isinstance(loop.value, PlacedList):
            items = [self._item(one, scope) for one in self._placed(loop.value)]
        else:
            items = self._unrolled(loop, self.templates.expand(loop.value, scope))
        if loop.kind == "items":
            items = [inner for one in items for inner in self._flat(one)]
        if len(items) > MAX_ITEMS:
            raise UnresolvedError(f"a loop has more than {MAX_ITEMS} items")
        return items

    def _unrolled(self, loop: Loop, value: Any) -> list[_Item]:
        match loop.kind:
            case "dict" if isinstance(value, dict):
                return [self._pair(value, key) for key in value]
            case "loop" | "list" if isinstance(value, list):
                return self._placed(value)
            case "items":
                return self._placed(value)
            case _:
                raise UnresolvedError(f"a loop over {_loop_name(loop)} is not evaluated")

    def _item(self, item: _Item, scope: Scope) -> _Item:
        """Return an item of a literal list evaluated; what is not known of it is left out."""
        try:
            return replace(item, value=self.templates.expand(item.value, scope))
        except ExhaustedError:
            raise
        except UnresolvedError as error:
            return _Item(self._known_part(item.value, scope), item.place, error)

    def _known_part(self, value: Any, scope: Scope) -> Any:
        if not isinstance(value, dict):
            return _NOTHING
        known = {}
        for key, one in value.items():
            try:
                known[key] = self.templates.expand(one, scope)
            except ExhaustedError:
                raise
            except UnresolvedError:
                continue
        return known

    def _placed(self, value: Any) -> list[_Item]:
        """Return the items of a list with where each stands, as far as that is known."""
        if not isinstance(value, list):
            return [_Item(value)]
        if isinstance(value, PlacedList) and len(value.lines) == len(value):
            return [
                _Item(item, self._at(value.path, line))
                for item, line in zip(value, value.lines, strict=True)
            ]
        return [_Item(item, self._place_of(item)) for item in value]

    def _flat(self, item: _Item) -> list[_Item]:
        """Return the items of *item*, as ``with_items`` flattens one level."""
        if not isinstance(item.value, list):
            return [replace(item, place=item.place or self._place_of(item.value))]
        return [_Item(one, self._place_of(one) or item.place, item.lacking) for one in item.value]

    def _place_of(self, item: Any) -> Place | None:
        return self._at(item.path, item.line) if isinstance(item, PlacedMap | PlacedList) else None

    def _pair(self, value: Mapping[str, Any], key: str) -> _Item:
        place = None
        if isinstance(value, PlacedMap):
            place = self._at(value.path, value.line_of(key))
        return _Item({"key": key, "value": value[key]}, place)

    def _at(self, path: str, line: int) -> Place:
        return self.checkout.place(Source.ANSIBLE, path, line)


_NOTHING = object()


def _with_item(items: Mapping[str, Any], loop: Loop, item: _Item, index: int) -> dict[str, Any]:
    """Return *items* with those of a turn; what is not known of it has no name."""
    turn = {**items}
    turn.pop(loop.variable, None)
    if item.value is not _NOTHING:
        turn[loop.variable] = item.value
    if loop.index:
        turn[loop.index] = index
    return turn


def _loop_name(loop: Loop) -> str:
    return "what is no list" if loop.kind in {"loop", "list", "dict"} else f"with_{loop.kind}"
