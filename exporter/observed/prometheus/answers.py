"""The envelope and the values of Prometheus' HTTP API, as Thanos and Mimir answer, too.

Source: https://prometheus.io/docs/prometheus/latest/querying/api/, of Prometheus 2.42 to 3.5.
"""

import math
from typing import Generic, Literal, TypeVar

import msgspec

from exporter.domain.errors import ReadError, Reason

T = TypeVar("T")

_ANNOTATION = "PromQL "
"""Begins remarks on the expression itself; every other warning says that data is missing."""


class Sample(msgspec.Struct, frozen=True):
    """One element of an instant vector; its value is of *value* as ``[instant, text]``."""

    metric: dict[str, str]
    value: tuple[float, str]

    @property
    def number(self) -> float:
        """Return the value; NaN where it is none."""
        return _number(self.value[1])


class Series(msgspec.Struct, frozen=True):
    """One series of a range vector."""

    metric: dict[str, str]
    values: list[tuple[float, str]]

    @property
    def numbers(self) -> list[float]:
        """Return the values that are numbers, the oldest first."""
        return [number for _, text in self.values if math.isfinite(number := _number(text))]


class _Vector(msgspec.Struct, frozen=True, rename="camel", tag_field="resultType", tag="vector"):
    result: list[Sample]


class _Matrix(msgspec.Struct, frozen=True, rename="camel", tag_field="resultType", tag="matrix"):
    result: list[Series]


class _Scalar(msgspec.Struct, frozen=True, rename="camel", tag_field="resultType", tag="scalar"):
    result: tuple[float, str]


class _Envelope(msgspec.Struct, Generic[T], frozen=True):
    data: T
    status: Literal["success"]
    warnings: list[str] | None = None


def data(body: bytes, kind: type[T], *, path: str) -> T:
    """Return the data of an answer of *path*; raises :exc:`ReadError`.

    An answer with warnings is partial: some store or shard behind the server did not answer.
    """
    try:
        envelope = msgspec.json.decode(body, type=_Envelope[kind])  # type: ignore[valid-type] # built at run time
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        html = body.lstrip()[:1] == b"<"
        message = "a page and no JSON; is there a login before it?" if html else str(error)[:200]
        raise ReadError(
            f"the answer is {message}" if html else f"the answer is malformed: {message}",
            reason=Reason.MALFORMED,
            path=path,
        ) from None
    lost = [warning for warning in envelope.warnings or () if not warning.startswith(_ANNOTATION)]
    if lost:
        message = " ".join(lost[0].split())[:200]
        raise ReadError(f"the answer is partial: {message}", reason=Reason.UNAVAILABLE, path=path)
    value: T = envelope.data
    return value


def vector(body: bytes, *, path: str) -> list[Sample]:
    """Return the samples of an instant query; raises :exc:`ReadError`."""
    return data(body, _Vector, path=path).result


def matrix(body: bytes, *, path: str) -> list[Series]:
    """Return the series of a range query; raises :exc:`ReadError`."""
    return data(body, _Matrix, path=path).result


def scalar(body: bytes, *, path: str) -> float:
    """Return the number of a query that gives one; raises :exc:`ReadError`.

    VictoriaMetrics gives a vector of one element for it.
    """
    both: type[_Scalar | _Vector] = _Scalar | _Vector  # type: ignore[assignment] # as msgspec does
    found = data(body, both, path=path).result
    if isinstance(found, tuple):
        return _number(found[1])
    if len(found) != 1:
        raise ReadError(
            f"the answer is {len(found)} samples and not a number",
            reason=Reason.MALFORMED,
            path=path,
        )
    return found[0].number


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
