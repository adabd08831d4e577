"""How details are worded: one line, short, with the most telling part first."""

from collections.abc import Iterable, Sequence
from itertools import islice

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
    rest = len(items) - MAX_ITEMS
    return ", ".join(items[:MAX_ITEMS]) + (f" and {rest} more" if rest > 0 else "")


def first(items: Iterable[str]) -> list[str]:
    """Return the first ten of *items*, each as one short line."""
    return [excerpt(item) for item in islice(items, MAX_ITEMS)]
