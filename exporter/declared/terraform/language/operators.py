"""The operators of Terraform's language."""

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction

from exporter.declared.terraform.language.comparison import equal
from exporter.declared.terraform.language.values import (
    Data,
    NotKnownError,
    Value,
    bounded,
    failed,
    number,
    truth,
    whole,
)

_ARITHMETIC: Mapping[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
_ORDER: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def unary(sign: str, operand: Value) -> Data:
    """Return ``-operand`` or ``!operand``."""
    return -number(operand) if sign == "-" else not truth(operand)


def binary(sign: str, left: Value, right: Value) -> Data:
    """Return ``left sign right``."""
    if sign in {"==", "!="}:
        return equal(left, right) is (sign == "==")
    if sign in {"&&", "||"}:
        return _logical(left, right, decisive=sign == "||")
    if sign in _ORDER:
        return _ORDER[sign](number(left), number(right))
    if sign in _ARITHMETIC:
        return bounded(_ARITHMETIC[sign](number(left), number(right)))
    return _divided(sign, number(left), number(right))


def _logical(left: Value, right: Value, *, decisive: bool) -> bool:
    """Combine two bools; a *decisive* one settles it whatever the other is."""
    try:
        first = truth(left)
    except NotKnownError:
        if truth(right) is decisive:
            return decisive
        raise
    return decisive if first is decisive else truth(right)


def _divided(sign: str, left: Fraction, right: Fraction) -> Fraction:
    if not right:
        raise failed("a number", "is divided by zero")
    if sign == "/":
        return bounded(left / right)
    remainder = abs(left) % abs(right)  # of the dividend's sign, unlike Python's
    return -remainder if left < 0 else remainder


def place(key: Value, length: int) -> int:
    """Return *key* as an index into a list of that *length*."""
    index = whole(key)
    if not 0 <= index < length:
        raise failed("a list", "has no element at that index")
    return index
