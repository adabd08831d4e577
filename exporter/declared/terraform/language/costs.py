"""What calling a function, or comparing two values, costs: told before it is done.

Functions bound what they give by themselves. Many calls of one that is dear are bounded here.
"""

from collections.abc import Sequence
from typing import Final

from exporter.declared.terraform.language.budget import Budget
from exporter.declared.terraform.language.values import (
    MAX_DEPTH,
    MAX_ITEMS,
    Items,
    Object,
    Value,
    unknown,
)

MOST: Final = 4 * MAX_ITEMS
"""What goes through all that a value holds goes through so many parts of it at the most."""
_LETTERS: Final = 64
_PARTS: Final = 16
"""So many letters, or parts, are gone through in the time of a step."""
_COMPOSED: Final = 3
"""So many letters, where any is not ASCII: what a reader takes for one has to be found out."""
_PARSED: Final = 2
_COMPARED: Final = 3
"""So many letters are parsed in it, so many parts compared or encoded."""
_DEEP: Final = frozenset(
    {
        *("==", "!=", "contains", "distinct", "flatten", "index", "jsonencode", "toset"),
        *("setintersection", "setsubtract", "setunion"),
    }
)
"""What goes through all that its operands hold, parts that they share as often as they do."""
_PARSING: Final = frozenset({"jsondecode", "yamldecode"})


def pay(name: str, operands: Sequence[Value], budget: Budget) -> None:
    """Take the steps of doing *name* to *operands*; raises :exc:`NotKnownError` without."""
    budget.spend(sum(_cost(one, deep=_is_deep(name, operands), name=name) for one in operands))


def _is_deep(name: str, operands: Sequence[Value]) -> bool:
    """Tell whether what is compared with nothing but a text or a number is looked at no further."""
    plain = name == "contains" and not isinstance(operands[-1].data, Items | Object)
    return name in _DEEP and not plain


def _cost(operand: Value, *, deep: bool, name: str) -> int:
    if isinstance(operand.data, str):
        each = _LETTERS if operand.data.isascii() else _COMPOSED
        return len(operand.data) // (_PARSED if name in _PARSING else each)
    if deep:
        weight = _weight(operand, {}, 0)
        if weight >= MOST:
            raise unknown(name, f"goes through more than {MOST:,} parts")
        return weight // _COMPARED
    if isinstance(operand.data, Items | Object):
        return len(operand.data) // _PARTS
    return 0


def _weight(value: Value, known: dict[int, int], depth: int) -> int:
    """Return how many parts a value has, up to ``MOST``, those that it shares counted each time."""
    if isinstance(value.data, str):
        return 1 + len(value.data) // _LETTERS
    if not isinstance(value.data, Items | Object):
        return 1
    if depth > MAX_DEPTH:
        return MOST
    key = id(value.data)
    if key not in known:
        parts = value.data.values() if isinstance(value.data, Object) else value.data
        known[key] = min(MOST, 1 + sum(_weight(one, known, depth + 1) for one in parts))
    return known[key]
