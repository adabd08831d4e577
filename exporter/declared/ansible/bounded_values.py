"""Texts, lists and truth values as templates make them, each bounded in size."""

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jinja2 import Undefined
from markupsafe import Markup

from exporter.declared.ansible.errors import UnresolvedError

MAX_TEXT = 65_536
TOO_LONG = f"a template gives more than {MAX_TEXT} letters"
MAX_ITEMS = 20_000
TRUE_WORDS = frozenset({"yes", "on", "true", "1"})
_FORMATS = re.compile(r"%(?:0?[0-9]{0,2})[sdi%]|%(?:\.[0-9])?f")


class Unordered(list[Any]):
    """What a set of Python held: Ansible gives it in an order that differs from run to run."""

    def bound_order(self) -> None:
        """Raise where a value would depend on the order."""
        if len(self) > 1:
            raise UnresolvedError("the order of what union and the like give differs between runs")


def bounded_text(text: str) -> str:
    """Return *text*, or raise where it is too long."""
    if len(text) > MAX_TEXT:
        raise UnresolvedError(TOO_LONG)
    return text


def bounded_list(items: Iterable[Any]) -> list[Any]:
    """Return *items* as a list, or raise where there are too many."""
    found = list(itertools.islice(items, MAX_ITEMS + 1))
    if len(found) > MAX_ITEMS:
        raise UnresolvedError(f"a template gives more than {MAX_ITEMS} items")
    return found


def as_text(value: Any) -> str:
    """Return *value* as a template prints it; undefined raises."""
    if isinstance(value, str):
        return str(value) if isinstance(value, Markup) else value
    if isinstance(value, Undefined | int | float) or value is None:
        return str(value)
    if isinstance(value, Unordered):
        value.bound_order()
    return bounded_text(str(bounded_list(value) if _lazy(value) else value))


def _lazy(value: Any) -> bool:
    return not isinstance(value, Mapping | Sequence | set)


def joined(parts: Iterable[Any], separator: str = "", attribute: str | None = None) -> str:
    """Join the texts of *parts*."""
    found = []
    total = 0
    for part in parts:
        text = as_text(part[attribute] if attribute is not None else part)
        total += len(text) + len(separator)
        if total > MAX_TEXT + len(separator):
            raise UnresolvedError(TOO_LONG)
        found.append(text)
    return separator.join(found)


def formatted(text: str, *values: Any) -> str:
    """Put *values* into the ``%s`` and ``%d`` of *text*."""
    if _FORMATS.sub("", text).count("%"):
        raise UnresolvedError("a template formats in a way that is not evaluated")
    return bounded_text(bounded_text(text) % tuple(_printable(value) for value in values))


def _printable(value: Any) -> Any:
    return value if isinstance(value, int | float) else as_text(value)


def to_bool(value: Any) -> bool:
    """Read a truth value as Ansible's ``bool`` does."""
    if isinstance(value, Undefined):
        str(value)
    if isinstance(value, str):
        return value.lower() in TRUE_WORDS
    return isinstance(value, int | float) and value == 1


def replaced(text: Any, old: str, new: str, count: int = -1) -> str:
    """Replace *old* in *text*, as the filter and the method ``replace`` do."""
    whole = as_text(text)
    if (whole.count(old) if old else len(whole) + 1) * len(new) > MAX_TEXT:
        raise UnresolvedError(TOO_LONG)
    return whole.replace(old, new, count)


def split(text: Any, separator: str | None = None, count: int = -1) -> list[str]:
    """Split *text*, as the filter and the method ``split`` do."""
    return bounded_list(as_text(text).split(separator, count))
