"""The operators of Terraform's language."""

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction

from exporter.declared.terraform.language.comparison import equal
from exporter.declared.terraform.language.decimals import (
    MINUS_ZERO,
    Counted,
    Double,
    MinusZero,
    is_short,
)
from exporter.declared.terraform.language.values import (
    Data,
    NotKnownError,
    Unknown,
    Value,
    bounded,
    differing,
    failed,
    number,
    truth,
    unknown,
    whole,
)

LOGICAL: Mapping[str, bool] = {"&&": False, "||": True}
"""The operators of bools, each with the operand that decides it whatever the other is."""
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
    if sign == "!":
        return not truth(operand)
    found = number(operand)
    return -found if found or isinstance(found, MinusZero) else MINUS_ZERO


def binary(sign: str, left: Value, right: Value) -> Data:
    """Return ``left sign right``."""
    if sign in {"==", "!="}:
        return equal(left, right) is (sign == "==")
    if sign in LOGICAL:
        return _logical(left, right, decisive=LOGICAL[sign])
    if sign in _ORDER:
        return _ORDER[sign](number(left), number(right))
    _need_precise(left, right)
    return _counted(sign, _calculated(sign, left, right), left, right)


def _calculated(sign: str, left: Value, right: Value) -> Fraction:
    if sign in _ARITHMETIC:
        result = bounded(_ARITHMETIC[sign](number(left), number(right)))
        return result if sign != "*" else _signed(result, left, right)
    if sign == "%":
        return _remainder(number(left), number(right))
    return _signed(_divided(number(left), number(right)), left, right)


def _counted(sign: str, result: Fraction, left: Value, right: Value) -> Fraction:
    """Return the result of an operation, which is less precise where all was counted."""
    is_counted = isinstance(left.data, Counted) and (sign == "%" or isinstance(right.data, Counted))
    if not is_counted or isinstance(result, MinusZero):
        return result
    if not is_short(result):
        raise unknown("a number", "was calculated of what was counted")
    return Counted(result) if result.denominator == 1 else result


def _need_precise(*operands: Value) -> None:
    """Refuse to calculate with less precise numbers: how much is lost depends on their origin."""
    if any(isinstance(one.data, Double) for one in operands):
        raise unknown("a number", "was calculated in double precision")


def _signed(result: Fraction, left: Value, right: Value) -> Fraction:
    """Return zero with the sign that a product or quotient has."""
    if result:
        return result
    below = [one < 0 or isinstance(one, MinusZero) for one in (number(left), number(right))]
    return MINUS_ZERO if below[0] is not below[1] else result


def _logical(left: Value, right: Value, *, decisive: bool) -> bool:
    """Combine two bools; a *decisive* one settles it whatever the other is."""
    try:
        first = truth(left)
    except NotKnownError as error:
        settled = error.unknown.failed or error.unknown.by_version
        if not settled and truth(right) is decisive:
            return decisive
        raise
    if first is not decisive:
        return truth(right)
    if not isinstance(right.data, Unknown):
        _need_bool(right)
    return decisive


def _need_bool(right: Value) -> None:
    """Refuse to tell what depends on the version: 1.12 looks no further once it is decided."""
    try:
        truth(right)
    except NotKnownError:
        raise differing("an operand", "is no bool, as versions before 1.12 notice") from None


def _divided(left: Fraction, right: Fraction) -> Fraction:
    if not left and not right:
        raise failed("zero", "is divided by zero")
    if not right:
        raise unknown("a number", "is infinite, as it is divided by zero")
    return bounded(left / right)


def _remainder(left: Fraction, right: Fraction) -> Fraction:
    """Return it as go-cty does, losing digits; of the dividend's sign, unlike Python's."""
    if not right:
        return left
    times = Fraction(int(bounded(left / right)))
    return bounded(left - bounded(times * right))


def place(key: Value, length: int) -> int:
    """Return *key* as an index into a list of that *length*."""
    index = whole(key)
    if not 0 <= index < length:
        raise failed("a list", "has no element at that index")
    return index
