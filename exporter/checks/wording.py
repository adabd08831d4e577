"""How details are worded: one line, short, with the most telling part first."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

MAX_TEXT = 300
MAX_ITEMS = 10
_READ_AHEAD = 4  # spaces are read but not kept


def excerpt(text: str, *, limit: int = MAX_TEXT) -> str:
    """Return foreign *text* as one line of at most *limit* characters."""
    line = " ".join(text[: _READ_AHEAD * limit].split())
    cut = len(line) > limit or len(text) > _READ_AHEAD * limit
    return f"{line[: limit - 4].rstrip()} ..." if cut else line


def listing(items: Sequence[str]) -> str:
    """Return at most ten of *items* with commas between them, and how many more there are."""
    return ", ".join(items[:MAX_ITEMS]) + _more(len(items))


def counted(counts: Mapping[Any, int]) -> str:
    """Return the first ten of *counts* as ``name (number)``, and how many more there are."""
    shown = [f"{name} ({n})" for name, n in islice(counts.items(), MAX_ITEMS)]
    return ", ".join(shown) + _more(len(counts))


def first(items: Iterable[str]) -> list[str]:
    """Return the first ten of *items*, each as one short line."""
    return [excerpt(item) for item in islice(items, MAX_ITEMS)]


def _more(count: int) -> str:
    return f" and {count - MAX_ITEMS} more" if count > MAX_ITEMS else ""
