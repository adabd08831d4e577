"""Numbers as Terraform has them: 512 binary digits, written with no more decimals than it takes.

Source: go-cty, "Numbers"; Go, package ``math/big``, ``Float`` and its format ``'f', -1``.
"""

import re
from fractions import Fraction
from typing import Final

PRECISION: Final = 512
_COUNTED: Final = 64
MAX_EXPONENT: Final = 4096
"""Numbers from this power of two on are too large, and those below its inverse too small."""
_MAX_LETTERS: Final = 2_000
_MAX_DECIMALS: Final = 155
"""As many decimal digits as 512 binary ones may need."""
_NUMBER: Final = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:([eEpP])([+-]?[0-9]+))?")


class Double(Fraction):
    """A number that was calculated in double precision, and is written in as few digits."""

    __slots__ = ()

    def __neg__(self) -> "Double":
        """Return the number with the other sign."""
        return Double(super().__neg__())

    def __abs__(self) -> "Double":
        """Return the number without its sign."""
        return Double(super().__abs__())


class Counted(Fraction):
    """A whole number that Terraform counted: what is calculated of such alone has 64 digits."""

    __slots__ = ()


class MinusZero(Fraction):
    """Zero below zero: equal to the other, but written with its sign."""

    __slots__ = ()

    def __neg__(self) -> Fraction:
        """Return the other zero."""
        return Fraction(0)

    def __abs__(self) -> Fraction:
        """Return the other zero."""
        return Fraction(0)


MINUS_ZERO: Final = MinusZero(0)


def parse(text: str) -> Fraction | None:
    """Read a decimal number, None where there is none; raises :exc:`OverflowError`."""
    found = _NUMBER.fullmatch(text)
    if len(text) > _MAX_LETTERS or found is None or not (found[2] or found[3]):
        return None
    mantissa = int(found[2] + (found[3] or ""))
    exponent = int(found[5] or "0") if len(found[5] or "") < 8 else MAX_EXPONENT + 1  # noqa: PLR2004
    if not mantissa:
        return MINUS_ZERO if found[1] == "-" else Fraction(0)
    if abs(exponent) > MAX_EXPONENT:
        raise OverflowError
    shift = -len(found[3] or "")
    if found[4] in {"p", "P"}:
        result = mantissa * Fraction(2) ** exponent * Fraction(10) ** shift
    else:
        result = mantissa * Fraction(10) ** (exponent + shift)
    return rounded(-result if found[1] == "-" else result)


def rounded(number: Fraction) -> Fraction:
    """Return the nearest number that Terraform can hold; raises :exc:`OverflowError`."""
    above, below = number.numerator, number.denominator
    if below == 1 and above.bit_length() <= PRECISION:
        return number
    exponent = _exponent(number)
    if abs(exponent) > MAX_EXPONENT:
        raise OverflowError
    shift = PRECISION - exponent
    scaled = round(
        Fraction(above << shift, below) if shift >= 0 else Fraction(above, below << -shift)
    )
    return Fraction(scaled, 1 << shift) if shift >= 0 else Fraction(scaled << -shift)


def is_short(number: Fraction) -> bool:
    """Tell whether 64 binary digits are enough for a number."""
    odd = abs(number.numerator) // ((number.numerator & -number.numerator) or 1)
    below = number.denominator
    return below & (below - 1) == 0 and odd.bit_length() <= _COUNTED


def as_written(number: Fraction) -> Fraction:
    """Return the number that is written as this one is, be it less precise."""
    return (parse(repr(float(number))) or number) if isinstance(number, Double) else number


def _is_whole(number: Fraction) -> bool:
    return number.denominator == 1 and number.numerator.bit_length() <= PRECISION


def _exponent(number: Fraction) -> int:
    """Return how many binary digits stand before the point (fewer than none: leading zeros)."""
    above, below = abs(number.numerator), number.denominator
    exponent = above.bit_length() - below.bit_length()
    reached = above >= below << exponent if exponent >= 0 else above << -exponent >= below
    return exponent + reached


def digits_of(number: Fraction) -> tuple[str, int]:
    """Return the digits that tell a number from its neighbours, and where the point stands.

    The number is not negative; it is ``0.<digits>`` times ten to the power of the point.
    """
    if not number:
        return "", 0
    if isinstance(number, Double):
        return digits_of(as_written(number))
    if _is_whole(number):
        text = str(number.numerator)
        return text.rstrip("0"), len(text)
    half = Fraction(2) ** (_exponent(number) - PRECISION - 1)
    power = number.numerator << max(PRECISION - _exponent(number), 0)
    is_power = power % number.denominator == 0 and (power // number.denominator).bit_count() == 1
    lower, upper = number - (half / 2 if is_power else half), number + half
    return _shortest_between(lower, number, upper, inclusive=_is_even(number))


def _is_even(number: Fraction) -> bool:
    """Tell whether the last of the binary digits is 0."""
    shift = PRECISION - _exponent(number)
    scaled = number * (1 << shift) if shift >= 0 else number / (1 << -shift)
    return scaled.numerator % 2 == 0


def _shortest_between(
    lower: Fraction, number: Fraction, upper: Fraction, *, inclusive: bool
) -> tuple[str, int]:
    """Return the digits of the decimal between two bounds that has the fewest."""
    point = len(str(int(number))) if number >= 1 else 0
    while number < 1 and number * Fraction(10) ** -point < Fraction(1, 10):
        point -= 1
    for count in range(1, _MAX_DECIMALS + 2):
        unit = Fraction(10) ** (point - count)
        down = number // unit
        below, above = down * unit, (down + 1) * unit
        is_low = below > lower or (inclusive and below == lower)
        is_high = above < upper or (inclusive and above == upper)
        if is_low and is_high:
            is_high = number - below > above - number or (
                number - below == above - number and down % 2 == 1
            )
        if is_low or is_high:
            text = str(down + is_high)
            return text.rstrip("0"), point + len(text) - count
    raise OverflowError


def shortest(number: Fraction) -> str:
    """Return a number in decimals, never in powers of ten."""
    if isinstance(number, MinusZero):
        return "-0"
    if _is_whole(number) and not isinstance(number, Double):
        return str(number.numerator)
    digits, point = digits_of(abs(number))
    sign = "-" if number < 0 else ""
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    whole, rest = digits[:point].ljust(point, "0"), digits[point:]
    return f"{sign}{whole}.{rest}" if rest else f"{sign}{whole}"


def general(digits: str, point: int, *, limit: int) -> str:
    """Write digits as Go's ``%g`` does: in powers of ten where there would be too many zeros.

    *limit* is how many digits before the point are too many.
    """
    if not digits:
        return "0"
    exponent = point - 1
    if exponent < -4 or exponent >= limit:  # noqa: PLR2004 - as C has it
        rest = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{digits[0]}{rest}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if point <= 0:
        return f"0.{'0' * -point}{digits}"
    whole, rest = digits[:point].ljust(point, "0"), digits[point:]
    return f"{whole}.{rest}" if rest else whole
