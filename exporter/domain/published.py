"""What the HTTP side serves: bodies made for each evaluation, and views made on request."""

import gzip
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

from exporter.domain.evaluation import Evaluation

LARGE = 1 << 20
"""Bytes; to unpack ten times as many takes 20 ms."""
GZIP_LEVEL = 1
"""Level 9 takes six times as long for a tenth less."""
_GZIP = 16 + zlib.MAX_WBITS
"""For zlib: with gzip's header and checksum. The header tells no time."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it is sent, plain and compressed with gzip.

    Of a large one only the compressed form is *kept*: hardly anybody asks for the other.
    """

    gzip: bytes
    kept: bytes | None = None

    @property
    def size(self) -> int:
        """Return how many bytes the plain body has; one of 4 GiB and more is none."""
        return int.from_bytes(self.gzip[-4:], "little")  # RFC 1952, ISIZE

    def unpack(self) -> bytes:
        """Return the body as it was before it was compressed; a large one wants a thread."""
        return gzip.decompress(self.gzip) if self.kept is None else self.kept

    @classmethod
    def of(cls, *pieces: bytes) -> "Body":
        """Compress the body that *pieces* make up; the same bytes always give the same bytes.

        A large body is never there as a whole.
        """
        packer = zlib.compressobj(GZIP_LEVEL, wbits=_GZIP)
        packed = b"".join([*map(packer.compress, pieces), packer.flush()])
        small = sum(map(len, pieces)) <= LARGE
        return cls(gzip=packed, kept=b"".join(pieces) if small else None)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader wants to see: the parameters of the address, in their order.

    *stale* is true where no newer evaluation came for so long that the view has to say so. *lang*
    is the language that the reader likes best of those that there are.
    """

    parameters: tuple[tuple[str, str], ...] = ()
    stale: bool = False
    lang: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a view shows; *status* and *headers* are those of HTTP."""

    content_type: str
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


View: TypeAlias = Callable[[Asked], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One evaluation, with its exposition in both formats and its views by path.

    A view is too dear to be made for every evaluation, and takes a while: it wants a thread. When
    the evaluation is older than *lasting*, a newer one should have come.
    """

    evaluation: Evaluation
    text: Body
    openmetrics: Body
    views: Mapping[str, View] = field(default_factory=dict)
    lasting: timedelta = timedelta.max
