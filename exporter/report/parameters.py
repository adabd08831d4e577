"""The parameters of an address, checked against those that are known."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from exporter.domain.errors import ConformanceError

LIMIT = "limit"
OFFSET = "offset"
_DIGITS = 9


class ParameterError(ConformanceError):
    """A parameter is wrong; *known* are those, or those values, that there are."""

    def __init__(self, message: str, *, known: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.known = tuple(known)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list: at most *limit* items, from the one at *offset* on."""

    offset: int
    limit: int


def grouped(
    parameters: Iterable[tuple[str, str]], *, known: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Return the values of each parameter; raises :exc:`ParameterError` for one nobody knows."""
    values: dict[str, tuple[str, ...]] = {}
    for name, value in parameters:
        if name not in known:
            raise ParameterError(f"there is no parameter {name!r}", known=sorted(known))
        values[name] = (*values.get(name, ()), value)
    return values


def chosen(
    values: Mapping[str, tuple[str, ...]], name: str, *, among: Iterable[str]
) -> frozenset[str]:
    """Return the values of a parameter; raises :exc:`ParameterError` for one not *among* these."""
    given, known = frozenset(values.get(name, ())), tuple(among)
    for value in sorted(given.difference(known)):
        raise ParameterError(f"{name} is never {value!r}", known=known)
    return given


def page(values: Mapping[str, tuple[str, ...]], *, most: int) -> Page:
    """Return the asked part of a list, by default the first *most*.

    Raises :exc:`ParameterError` for numbers that are none, and for more than *most* at once.
    """
    offset, limit = _number(values, OFFSET, default=0), _number(values, LIMIT, default=most)
    if not 1 <= limit <= most:
        raise ParameterError(f"{LIMIT} is a number from 1 to {most}")
    return Page(offset, limit)


def _number(values: Mapping[str, tuple[str, ...]], name: str, *, default: int) -> int:
    text = values.get(name, (str(default),))[-1]
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise ParameterError(f"{name} is a whole number")
    return int(text)
