"""Functions over numbers."""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from exporter.declared.terraform.language.decimals import MINUS_ZERO, Double
from exporter.declared.terraform.language.value_types import NUMBER
from exporter.declared.terraform.language.values import (
    Data,
    Function,
    TypedList,
    Value,
    bounded,
    collect,
    failed,
    items,
    known,
    number,
    unknown,
    whole,
)

MAX_RANGE = 1024
"""As many values as Terraform lets ``range`` give."""
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CASELESS: Final = 36
"""In bases up to this one, upper and lower case are the same."""
_MAX_LETTERS: Final = 1_000
_WHOLE: Final = 1 << 63
_EXACT: Final = 1 << 53
"""Whole numbers below this one are exact in double precision."""
_LN2: Final = (6.93147180369123816490e-01, 1.90821492927058770002e-10)
_ODD: Final = (
    *(6.666666666666735130e-01, 2.857142874366239149e-01),
    *(1.818357216161805012e-01, 1.479819860511658591e-01),
)
_EVEN: Final = (3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01)


def absolute(value: Value) -> Data:
    """Return the number without its sign."""
    return abs(number(value))


def ceil(value: Value) -> Data:
    """Return the number rounded up."""
    return Fraction(math.ceil(number(value)))


def floor(value: Value) -> Data:
    """Return the number rounded down."""
    return Fraction(math.floor(number(value)))


def signum(value: Value) -> Data:
    """Return -1, 0 or 1: the sign of a whole number."""
    found = whole(value)
    if not -_WHOLE <= found < _WHOLE:
        raise failed("signum()", "has a number that is too large")
    return Fraction((found > 0) - (found < 0))


def largest(first: Value, *others: Value) -> Data:
    """Return the largest argument."""
    return max([number(value) for value in (first, *others)])


def smallest(first: Value, *others: Value) -> Data:
    """Return the smallest argument."""
    return min([number(value) for value in (first, *others)])


def total(value: Value) -> Data:
    """Return the sum of a list that is not empty."""
    elements = items(value)
    if not elements:
        raise failed("sum()", "has an empty list")
    result = number(elements[0])
    for item in elements[1:]:
        result = bounded(result + number(item))
    return result


def power(base: Value, exponent: Value) -> Data:
    """Return a power, calculated as Go calculates it; for broken exponents it is not known."""
    x, y = _float(number(base)), _float(number(exponent))
    if y == 0 or x == 1:
        return Fraction(1)
    if abs(y) == 0.5 and x > 0:  # noqa: PLR2004 - a root
        return _from_float(math.sqrt(x) if y > 0 else 1 / math.sqrt(x))
    if x == 0 or not y.is_integer() or abs(y) > MAX_RANGE:
        if x == 0 and y > 0:
            return Fraction(0)
        raise unknown("pow()", "is not evaluated here for such numbers")
    return _from_float(_power(x, int(y)))


def _power(x: float, exponent: int) -> float:
    """Multiply as Go's ``math.Pow`` does, so that the same digits are lost."""
    result, shift = 1.0, 0
    factor, scale = math.frexp(x)
    left = abs(exponent)
    while left:
        if left & 1:
            result *= factor
            shift += scale
        factor *= factor
        scale *= 2
        if abs(factor) < 0.5:  # noqa: PLR2004 - a mantissa is at least that
            factor += factor
            scale -= 1
        left >>= 1
    if exponent < 0:
        result, shift = 1 / result, -shift
    return _scaled(result, shift)


def _scaled(mantissa: float, shift: int) -> float:
    try:
        return math.ldexp(mantissa, shift)
    except OverflowError:
        raise unknown("a number", "is too large") from None


def logarithm(value: Value, base: Value) -> Data:
    """Return a logarithm, calculated as Go calculates it."""
    x, y = _float(number(value)), _float(number(base))
    if min(x, y) < 0 or x == y == 0 or x == y == 1:
        raise failed("log()", "has no value for these numbers")
    if x == 0 or y == 1:
        raise unknown("log()", "is infinite for these numbers")
    if y == 0:
        return Fraction(0) if x < 1 else MINUS_ZERO
    return _from_float(_log(x) / _log(y))


def _log(x: float) -> float:
    """Return the natural logarithm, with the same rounding as Go's ``math.Log``."""
    mantissa, shift = math.frexp(x)
    if mantissa < math.sqrt(2) / 2:
        mantissa, shift = mantissa * 2, shift - 1
    f = mantissa - 1
    s = f / (2 + f)
    s2 = s * s
    s4 = s2 * s2
    odd = s2 * (_ODD[0] + s4 * (_ODD[1] + s4 * (_ODD[2] + s4 * _ODD[3])))
    even = s4 * (_EVEN[0] + s4 * (_EVEN[1] + s4 * _EVEN[2]))
    half = 0.5 * f * f
    return shift * _LN2[0] - ((half - (s * (half + odd + even) + shift * _LN2[1])) - f)


def _float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        raise unknown("a number", "is too large") from None


def _from_float(value: float) -> Fraction:
    return Fraction(value) if value.is_integer() and abs(value) < _EXACT else Double(value)


def parseint(value: Value, base: Value) -> Data:
    """Read a whole number in a base from 2 to 62."""
    digits, radix = known(value), whole(base)
    if not isinstance(digits, str) or not 2 <= radix <= len(_DIGITS):  # noqa: PLR2004 - bases
        raise failed("parseint()", "has an argument that it does not take")
    sign = -1 if digits.startswith("-") else 1
    body = digits[1:] if digits[:1] in {"+", "-"} else digits
    places = [_DIGITS.find(one.lower() if radix <= _CASELESS else one) for one in body]
    if not body or min(places) < 0 or max(places) >= radix:
        raise failed("parseint()", "has an argument that it does not take")
    if len(body) > _MAX_LETTERS:
        raise unknown("a number", "is too large")
    result = 0
    for place in places:
        result = result * radix + place
    return bounded(Fraction(sign * result))


def span(*bounds: Value) -> Data:
    """Return the numbers of ``range(limit)``, ``(start, limit)`` or ``(start, limit, step)``."""
    given = [number(bound) for bound in bounds]
    if not 1 <= len(given) <= 3:  # noqa: PLR2004 - the three forms
        raise failed("range()", "is called with the wrong number of arguments")
    start, limit = (Fraction(0), given[0]) if len(given) == 1 else (given[0], given[1])
    default = Fraction(1 if start <= limit else -1)
    step = given[2] if len(given) > 2 else default  # noqa: PLR2004 - the third form
    if (limit < start) if step >= 0 else (limit > start):
        raise failed("range()", "has a step that leads away from its end")
    if limit != start and not step:
        raise failed("range()", "has a step of zero")
    count = math.ceil((limit - start) / step) if limit != start else 0
    if count > MAX_RANGE:
        raise failed("range()", f"gives more than {MAX_RANGE} numbers")
    if count > 1 and any(isinstance(one, Double) for one in (start, step)):
        raise unknown("a number", "was calculated in double precision")
    at = bounds[0].at
    found = (start + step * place if place else start for place in range(count))
    return TypedList(collect(Value(one, at) for one in found), NUMBER)


FUNCTIONS: Mapping[str, Function] = {
    "abs": absolute,
    "ceil": ceil,
    "floor": floor,
    "log": logarithm,
    "max": largest,
    "min": smallest,
    "parseint": parseint,
    "pow": power,
    "range": span,
    "signum": signum,
    "sum": total,
}
