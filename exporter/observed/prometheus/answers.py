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


class _Vector(msgspec.Struct, frozen=True, rename="camel"):
    result_type: Literal["vector"]
    result: list[Sample]


class _Matrix(msgspec.Struct, frozen=True, rename="camel"):
    result_type: Literal["matrix"]
    result: list[Series]


class _Scalar(msgspec.Struct, frozen=True, rename="camel"):
    result_type: Literal["scalar"]
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
        told = msgspec.json.decode(body, type=_Envelope[kind])  # type: ignore[valid-type] # built at run time
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        html = body.lstrip()[:1] == b"<"
        said = "a page and no JSON; is there a login before it?" if html else str(error)[:200]
        raise ReadError(
            f"the answer is {said}" if html else f"the answer is malformed: {said}",
            reason=Reason.MALFORMED,
            path=path,
        ) from None
    lost = [one for one in told.warnings or () if not one.startswith(_ANNOTATION)]
    if lost:
        said = " ".join(lost[0].split())[:200]
        raise ReadError(f"the answer is partial: {said}", reason=Reason.UNAVAILABLE, path=path)
    value: T = told.data
    return value


def vector(body: bytes, *, path: str) -> list[Sample]:
    """Return the samples of an instant query; raises :exc:`ReadError`."""
    return data(body, _Vector, path=path).result


def matrix(body: bytes, *, path: str) -> list[Series]:
    """Return the series of a range query; raises :exc:`ReadError`."""
    return data(body, _Matrix, path=path).result


def scalar(body: bytes, *, path: str) -> float:
    """Return the number of a query that gives one; raises :exc:`ReadError`."""
    return _number(data(body, _Scalar, path=path).result[1])


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
