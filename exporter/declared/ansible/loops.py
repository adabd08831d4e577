"""The turns of a task's loops: the names of each, as far as it is known what the loop goes over."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import Any

from exporter.declared.ansible.bounded_values import MAX_ITEMS
from exporter.declared.ansible.collection_filters import product
from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.located_data import LocatedList, LocatedMap
from exporter.declared.ansible.task_context import Loop
from exporter.declared.ansible.task_variables import TaskVariables
from exporter.declared.ansible.templates import Scope, Templates
from exporter.domain.provenance import Place


@dataclass(frozen=True, slots=True)
class Iteration:
    """One turn of a task's loops: what its names mean, and where its last item stands.

    *error* tells why some of its items, or parts of them, are not known.
    """

    variables: TaskVariables
    place: Place | None = None
    error: UnresolvedError | None = None


@dataclass(frozen=True, slots=True)
class _Item:
    value: Any
    place: Place | None = None
    error: UnresolvedError | None = None


@dataclass(frozen=True, slots=True)
class Loops:
    """Unrolls the loops of a task on one host; *used_names* are the names that they depend on."""

    templates: Templates
    documents: Documents
    used_names: set[str]

    def iterations(self, loops: tuple[Loop, ...], variables: TaskVariables) -> Iterator[Iteration]:
        """Yield every turn of nested *loops*; one that stands for all where they are not known."""
        if not loops:
            yield Iteration(variables)
            return
        loop, rest = loops[0], loops[1:]
        for index, item in enumerate(self._known_items(loop, variables)):
            self.templates.budget.spend()
            inside = replace(variables, items=_with_item(variables.items, loop, item, index))
            for iteration in self.iterations(rest, inside):
                place = iteration.place or item.place
                yield Iteration(iteration.variables, place, iteration.error or item.error)

    def _known_items(self, loop: Loop, variables: TaskVariables) -> list[_Item]:
        try:
            return self._items(loop, variables)
        except UnresolvedError as error:
            return [_Item(_UNKNOWN, None, error)]

    def _items(self, loop: Loop, variables: TaskVariables) -> list[_Item]:
        scope = self.templates.scope(variables)
        scope.used_names = self.used_names
        if loop.kind in {"loop", "list", "items"} and isinstance(loop.value, LocatedList):
            items = [self._item(item, scope) for item in self._located(loop.value)]
        else:
            items = self._unrolled(loop, self.templates.expand(loop.value, scope))
        if loop.kind == "items":
            items = [inner for item in items for inner in self._flattened(item)]
        if len(items) > MAX_ITEMS:
            raise UnresolvedError(f"a loop has more than {MAX_ITEMS} items")
        return items

    def _unrolled(self, loop: Loop, value: Any) -> list[_Item]:
        match loop.kind:
            case "dict" if isinstance(value, dict):
                return [self._pair(value, key) for key in value]
            case "loop" | "list" if isinstance(value, list):
                return self._located(value)
            case "items":
                return self._located(value)
            case "nested" | "cartesian" if isinstance(value, list) and all(map(_is_list, value)):
                return [_Item(_joined(items)) for items in product(*value)]
            case "together" if isinstance(value, list) and all(map(_is_list, value)):
                return [_Item(list(items)) for items in zip_longest(*value)]
            case "indexed_items" if isinstance(value, list):
                return [_Item([at, item]) for at, item in enumerate(_joined(value))]
            case _:
                raise UnresolvedError(f"a loop over {_loop_name(loop)} is not evaluated")

    def _item(self, item: _Item, scope: Scope) -> _Item:
        """Return an item of a literal list evaluated; what is not known of it is left out."""
        try:
            return replace(item, value=self.templates.expand(item.value, scope))
        except UnresolvedError as error:
            return _Item(self._known_part(item.value, scope), item.place, error)

    def _known_part(self, value: Any, scope: Scope) -> Any:
        if not isinstance(value, dict):
            return _UNKNOWN
        known = {}
        for key, content in value.items():
            try:
                known[key] = self.templates.expand(content, scope)
            except UnresolvedError:
                continue
        return known

    def _located(self, value: Any) -> list[_Item]:
        """Return the items of a list with where each stands, as far as that is known."""
        if not isinstance(value, list):
            return [_Item(value)]
        if isinstance(value, LocatedList) and len(value.lines) == len(value):
            return [
                _Item(item, self.documents.place(value.path, line))
                for item, line in zip(value, value.lines, strict=True)
            ]
        return [_Item(item, self._place_of(item)) for item in value]

    def _flattened(self, item: _Item) -> list[_Item]:
        """Return the items of *item*, as ``with_items`` flattens one level."""
        if not isinstance(item.value, list):
            return [replace(item, place=item.place or self._place_of(item.value))]
        return [
            _Item(inner, self._place_of(inner) or item.place, item.error) for inner in item.value
        ]

    def _place_of(self, item: Any) -> Place | None:
        return (
            self.documents.place(item.path, item.line)
            if isinstance(item, LocatedMap | LocatedList)
            else None
        )

    def _pair(self, value: Mapping[str, Any], key: str) -> _Item:
        place = None
        if isinstance(value, LocatedMap):
            place = self.documents.place(value.path, value.line_of(key))
        return _Item({"key": key, "value": value[key]}, place)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _joined(items: Iterable[Any]) -> list[Any]:
    """Return *items* with those that are lists flattened by one level."""
    return [inner for item in items for inner in (item if isinstance(item, list) else [item])]


_UNKNOWN = object()


def _with_item(items: Mapping[str, Any], loop: Loop, item: _Item, index: int) -> dict[str, Any]:
    """Return *items* with those of a turn; what is not known of it has no name."""
    iteration = {**items}
    iteration.pop(loop.variable, None)
    if item.value is not _UNKNOWN:
        iteration[loop.variable] = item.value
    if loop.index:
        iteration[loop.index] = index
    return iteration


def _loop_name(loop: Loop) -> str:
    return "what is no list" if loop.kind in {"loop", "list", "dict"} else f"with_{loop.kind}"
