"""What Prometheus says of itself: since when it runs, and what it keeps where."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from exporter.domain.errors import ParseError
from exporter.domain.instants import parse_duration

_SIZE = re.compile(r"(\d{1,15})([KMGTPE]?)i?B?", re.ASCII)
_EXPONENTS = {unit: power for power, unit in enumerate(("", "K", "M", "G", "T", "P", "E"))}


def parse_size(text: str) -> int:
    """Return the bytes of a size as Prometheus writes it: ``50GB`` and ``50GiB`` are the same.

    Several stand one after the other, as in ``1GiB512MiB``. Raises :exc:`ParseError`.
    Source: ``github.com/alecthomas/units`` (Base2Bytes), which Prometheus reads sizes with.
    """
    found = list(_SIZE.finditer(text))
    if not text or "".join(match[0] for match in found) != text:
        raise ParseError(f"{text!r} is no size; write it as 512MB or 50GB")
    return sum(int(match[1]) << 10 * _EXPONENTS[match[2]] for match in found)


@dataclass(frozen=True, slots=True)
class Retention:
    """For how long, or how many bytes, samples are kept; whichever is reached first."""

    time: timedelta | None = None
    size: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Retention":
        """Return what ``storageRetention`` says: ``15d``, ``50GiB`` or ``15d or 50GiB``.

        Raises :exc:`ParseError`.
        """
        time: timedelta | None = None
        size: int | None = None
        for part in text.split(" or ") if text else ():
            if part.endswith("B"):
                size = parse_size(part)
            else:
                time = parse_duration(part)
        return cls(time, size)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusRuntime:
    """Since when Prometheus runs, and its retention in its own words.

    *unserved* says which route this server does not have, as Thanos and Mimir lack some; then
    nothing else is known.
    """

    started: datetime | None = None
    retention: str = ""
    unserved: str = ""


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class VolumeClaim:
    """A claim as kube-state-metrics tells of it; None is what it does not tell. Sizes in bytes."""

    namespace: str
    name: str
    requested: int | None = None
    bound: bool | None = None

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrometheusClaims:
    """The claims of Prometheus, sorted; *told* is whether there are metrics of claims at all."""

    claims: tuple[VolumeClaim, ...] = ()
    told: bool = True
    pattern: str = ""
