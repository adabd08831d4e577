"""Functions over numbers."""

import math
from collections.abc import Mapping
from fractions import Fraction

from exporter.declared.terraform.language.values import (
    Data,
    Function,
    Value,
    bounded,
    collect,
    failed,
    items,
    number,
    text,
    whole,
)

MAX_RANGE = 1024
"""As many values as Terraform lets ``range`` give."""


def absolute(value: Value) -> Data:
    """Return the number without its sign."""
    return abs(number(value))


def ceil(value: Value) -> Data:
    """Return the number rounded up."""
    return Fraction(math.ceil(number(value)))


def floor(value: Value) -> Data:
    """Return the number rounded down."""
    return Fraction(math.floor(number(value)))


def largest(*values: Value) -> Data:
    """Return the largest argument."""
    return max((number(value) for value in values), default=None)


def smallest(*values: Value) -> Data:
    """Return the smallest argument."""
    return min((number(value) for value in values), default=None)


def total(value: Value) -> Data:
    """Return the sum of a list."""
    result = Fraction(0)
    for item in items(value):
        result = bounded(result + number(item))  # else denominators grow with every element
    return result


def parseint(value: Value, base: Value) -> Data:
    """Read a whole number in a base from 2 to 36."""
    digits, radix = text(value), whole(base)
    if len(digits) > 60 or not 2 <= radix <= 36:  # noqa: PLR2004 - bases that have digits
        raise failed("parseint()", "has an argument that it does not take")
    try:
        return Fraction(int(digits, radix))
    except ValueError:
        raise failed("parseint()", "has an argument that it does not take") from None


def span(*bounds: Value) -> Data:
    """Return the numbers of ``range(limit)``, ``(start, limit)`` or ``(start, limit, step)``."""
    given = [number(bound) for bound in bounds]
    if not 1 <= len(given) <= 3:  # noqa: PLR2004 - the three forms
        raise failed("range()", "is called with the wrong number of arguments")
    start, limit = (Fraction(0), given[0]) if len(given) == 1 else (given[0], given[1])
    default = Fraction(1 if start <= limit else -1)
    step = given[2] if len(given) > 2 else default  # noqa: PLR2004 - the third form
    if not step:
        raise failed("range()", "has a step of zero")
    count = max(math.ceil((limit - start) / step), 0)
    if count > MAX_RANGE:
        raise failed("range()", f"gives more than {MAX_RANGE} numbers")
    return collect(Value(start + step * place, bounds[0].at) for place in range(count))


FUNCTIONS: Mapping[str, Function] = {
    "abs": absolute,
    "ceil": ceil,
    "floor": floor,
    "max": largest,
    "min": smallest,
    "parseint": parseint,
    "range": span,
    "sum": total,
}
