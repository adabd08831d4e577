"""Labels, taints and kubelet arguments of a node, in all forms in which variables give them.

Each part is evaluated for itself, so that one that is not known does not hide the others.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from exporter.declared.ansible.errors import HiddenError, UnresolvedError
from exporter.declared.ansible.extents import LABEL_KEY, Extent, attribute_name
from exporter.declared.ansible.located_data import place_in
from exporter.declared.ansible.node_gaps import NodeGaps
from exporter.declared.ansible.templates import ExhaustedError, Scope
from exporter.declared.ansible.unread_file import UnreadFile
from exporter.declared.kubelet import mentions_arguments, parse_arguments, unresolved_part
from exporter.domain.declaration import LABELS, TAINTS, Unresolved
from exporter.domain.errors import ParseError
from exporter.domain.provenance import Located, Place
from exporter.domain.taints import Taint


@dataclass(slots=True, kw_only=True)
class NodeValues:
    """Collects labels and taints of one node, whose *scope* evaluates what is a template.

    What is left open goes to *unresolved*, and what of the node *name* (of any node, where that
    is empty) is not known because of it to *node_gaps*.
    """

    scope: Scope
    unresolved: dict[Unresolved, None]
    node_gaps: NodeGaps
    name: str = ""
    labels: dict[str, Located[str]] = field(default_factory=dict)
    taints: dict[tuple[str, str], Located[Taint]] = field(default_factory=dict)

    def note(self, place: Place, message: str, *attributes: str) -> None:
        """Note what is left open, once, and which *attributes* are not known because of it."""
        self.unresolved[Unresolved(place, message)] = None
        self._add_gap(place, message, attributes)

    def _add_gap(self, place: Place, message: str, attributes: Iterable[str]) -> None:
        names = frozenset({self.name} - {""})
        self.node_gaps.add(Extent(frozenset(attributes), names), place=place, message=message)

    def note_unread(self, unread: UnreadFile, *attributes: str) -> None:
        """Note that *attributes* may be set in a file that cannot be read."""
        self._add_gap(unread.place, unread.message, attributes)

    def note_hidden(self, error: HiddenError, place: Place, attributes: Iterable[str]) -> None:
        """Note that *attributes* are not known as something in a variable cannot be read."""
        if error.unread is None:
            self.note(place, str(error), *attributes)
        else:
            self.note_unread(error.unread, *attributes)

    def attempt(self, place: Place, add: Callable[[], None], *attributes: str) -> None:
        """Call *add*, which is about *attributes*; note where it is left open."""
        try:
            add()
        except HiddenError as error:
            self.note_hidden(error, place, attributes)
        except (UnresolvedError, ExhaustedError) as error:
            self.note(place, str(error), *attributes)
        except ParseError as error:
            self.note(place, error.message, *attributes)

    def expanded(self, value: Any) -> Any:
        """Return *value* evaluated; raises :exc:`UnresolvedError`."""
        return self.scope.templates.expand(value, self.scope)

    def add_labels(self, value: Any, place: Place) -> None:
        """Collect labels given as a mapping, a list of ``key=value`` or such a list as text.

        What of them is still a template is evaluated one by one, so that one does not hide others.
        Kubelet arguments are taken as such, whatever the variable is called.
        """
        if mentions_kubelet(value):
            self.add_kubelet_arguments(value, place)
            return
        if isinstance(value, str):
            value = self.expanded(value)
        if isinstance(value, str):
            if mentions_kubelet(value):
                self.add_kubelet_arguments(value, place)
                return
            value = [part for part in value.split(",") if part.strip()]
        if isinstance(value, list):
            for index, item in enumerate(value):
                where = place_in(value, index, place)
                add = partial(self._label_pair, item, where)
                self.attempt(where, add, *_keys_of(LABELS, item))
        elif isinstance(value, dict):
            for key, label in value.items():
                self._label(str(key), label, place_in(value, key, place))
        else:
            raise UnresolvedError("node labels are neither a mapping nor a list")

    def _label_pair(self, item: Any, place: Place) -> None:
        if isinstance(item, dict):
            for key, label in item.items():
                self._label(str(key), label, place)
            return
        text = str(self.expanded(item))
        key, equals, value = text.strip().partition("=")
        if not equals:
            raise UnresolvedError(f"{text[:80]!r} is no label; write key=value")
        self._label(key, value, place)

    def _label(self, key: str, value: Any, place: Place) -> None:
        def add() -> None:
            self._expanded_label(self.expanded(key), self.expanded(value), place)

        self.attempt(place, add, attribute_name(LABELS, key))

    def _expanded_label(self, key: Any, value: Any, place: Place) -> None:
        if not isinstance(key, str) or not LABEL_KEY.fullmatch(key):
            self.note(place, f"{str(key)[:80]!r} is no label's key", LABELS)
        elif isinstance(value, bool | float):
            message = f"the label {key} is no text; quote its value"
            self.note(place, message, attribute_name(LABELS, key))
        elif value is None or isinstance(value, str | int):
            self.labels[key] = Located("" if value is None else str(value), place)
        else:
            self.note(place, f"the label {key} is no text", attribute_name(LABELS, key))

    def add_taints(self, value: Any, place: Place) -> None:
        """Collect taints given as ``key=value:Effect`` or as the API writes them, one by one."""
        if isinstance(value, str):
            value = self.expanded(value)
        items = value.split(",") if isinstance(value, str) else value
        if not isinstance(items, list):
            raise UnresolvedError("node taints are no list")
        for index, item in enumerate(items):
            where = place_in(items, index, place)
            if item:
                self.attempt(where, partial(self._taint, item, where), *_keys_of(TAINTS, item))

    def _taint(self, given: Any, place: Place) -> None:
        item = self.expanded(given)
        if isinstance(item, dict):
            value = item.get("value")
            text = f"{item.get('key', '')}={'' if value is None else value}:{item.get('effect')}"
        else:
            text = str(item)
        taint = Taint.parse(text)
        self.taints[taint.key, taint.effect] = Located(taint, place)

    def add_kubelet_arguments(self, value: Any, place: Place) -> None:
        """Collect the labels and taints in kubelet arguments, a text or a list of them."""
        value = self.expanded(value)
        text = " ".join(str(argument) for argument in value) if isinstance(value, list) else value
        if not isinstance(text, str):
            raise UnresolvedError("kubelet arguments are no text")
        if part := unresolved_part(text):
            raise UnresolvedError(f"kubelet arguments hold {part[:40]!r}, which a run puts in")
        parsed = parse_arguments(text)
        for key, label_value in parsed.labels.items():
            self._label(key, label_value, place)
        for taint in parsed.taints:
            self.taints[taint.key, taint.effect] = Located(taint, place)


def mentions_kubelet(value: Any) -> bool:
    """Tell whether kubelet arguments about labels or taints stand in *value*."""
    if isinstance(value, str):
        return mentions_arguments(value)
    return isinstance(value, list) and any(
        isinstance(argument, str) and mentions_arguments(argument) for argument in value
    )


def _keys_of(family: str, item: Any) -> list[str]:
    """Return the attributes of a label or taint that is not evaluated yet."""
    if isinstance(item, dict):
        keys = [item.get("key")] if family == TAINTS else list(item)
        return [attribute_name(family, str(key or "")) for key in keys]
    return [attribute_name(family, re.split("[=:]", str(item))[0].strip())]
