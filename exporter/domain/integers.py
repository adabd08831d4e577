"""Whole numbers as Kubernetes reads them from label and taint values.

Source: Go, ``strconv.ParseInt(text, 10, 64)``.
"""

import re

from exporter.domain.errors import ParseError

_FORM = re.compile(r"[+-]?[0-9]{1,64}")
_CANONICAL = re.compile(r"0|-?[1-9][0-9]{0,64}")
_LIMIT = 1 << 63


def parse_integer(text: str) -> int:
    """Return a decimal number of 64 bits; raises :exc:`ParseError` for ``1_000``, ``" 1"`` ..."""
    number = int(text) if _FORM.fullmatch(text) else _LIMIT
    if not -_LIMIT <= number < _LIMIT:
        raise ParseError(f"{text!r} is no whole number of 64 bits")
    return number


def parse_canonical(text: str) -> int:
    """Return a number as one writes it; raises :exc:`ParseError`, also for ``+1`` and ``01``.

    Source: ``content.IsDecimalInteger`` in Kubernetes' apimachinery, for comparing tolerations.
    """
    if not _CANONICAL.fullmatch(text):
        raise ParseError(f"{text!r} is no whole number as one writes it")
    return parse_integer(text)
