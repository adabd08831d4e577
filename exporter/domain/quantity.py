"""Resource quantities: the one place that parses them.

Source: ``k8s.io/apimachinery/pkg/api/resource`` (Quantity).
"""

import re
from decimal import ROUND_UP, Context, Decimal, Overflow
from typing import Final

from exporter.domain.errors import ParseError

_FORM: Final = re.compile(
    r"(?P<sign>[+-]?)(?=\.?\d)(?P<whole>\d{0,40})\.?(?P<fraction>\d{0,40})"
    r"(?P<suffix>[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,3})?",
    re.ASCII,
)
_SHOWN: Final = 80
_SCALE: Final = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "k": Decimal(10) ** 3,
    "M": Decimal(10) ** 6,
    "G": Decimal(10) ** 9,
    "T": Decimal(10) ** 12,
    "P": Decimal(10) ** 15,
    "E": Decimal(10) ** 18,
    "Ki": Decimal(1 << 10),
    "Mi": Decimal(1 << 20),
    "Gi": Decimal(1 << 30),
    "Ti": Decimal(1 << 40),
    "Pi": Decimal(1 << 50),
    "Ei": Decimal(1 << 60),
}
_EXACT: Final = Context(prec=1200, rounding=ROUND_UP, traps=[Overflow])
_LEAST: Final = Decimal("1e-9")
"""What a quantity is a whole multiple of: it is rounded up to that, away from zero."""
_MOST: Final = Decimal(2**63 - 1)
"""The largest one that is written with ``Ki`` and the like."""


def parse_quantity(text: str | float) -> Decimal:
    """Return the value of a quantity (``100m`` is 0.1, ``1Gi`` is 1073741824).

    Numbers are taken as YAML gives them. Raises :exc:`ParseError` for anything else.
    """
    try:
        written = str(text)
    except ValueError:  # Python writes no integer of more than 4,300 digits
        raise ParseError("a number of that length is no quantity") from None
    match = _FORM.fullmatch(written)
    if match is None:
        shown = written[:_SHOWN]
        raise ParseError(f"{shown!r} is no quantity; write a number and a suffix, as 500m or 1Gi")
    sign, whole, fraction, suffix = match.group("sign", "whole", "fraction", "suffix")
    number = Decimal(f"{sign}{whole or 0}" + (f".{fraction}" if fraction else ""))
    scale = _SCALE.get(suffix or "") or Decimal(f"1{suffix}")
    exact = _EXACT.multiply(number, scale)
    rounded = exact.quantize(_LEAST, context=_EXACT)
    value = exact if exact == rounded else rounded
    return max(-_MOST, min(value, _MOST)) if suffix and suffix.endswith("i") else value
