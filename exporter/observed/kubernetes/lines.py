"""Lines out of the pieces in which a stream comes."""

from collections.abc import Iterator

from exporter.domain.errors import Reason
from exporter.domain.watches import Restart
from exporter.observed.kubernetes.errors import WatchError


class Lines:
    """Takes pieces and gives whole lines; keeps the beginning of a line that is not yet whole."""

    __slots__ = ("_begun", "_longest", "_size")

    def __init__(self, longest: int) -> None:
        self._begun: list[bytes] = []
        self._size = 0
        self._longest = longest

    @property
    def unfinished(self) -> bool:
        """Whether a line has begun that is not yet whole."""
        return self._size > 0

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Yield the lines that end in *piece*, in order, without empty ones.

        Raises :exc:`WatchError` for a line that is longer than allowed.
        """
        start = 0
        while (end := piece.find(b"\n", start)) >= 0:
            line = self._complete(piece[start:end])
            start = end + 1
            if line:
                yield line
        if start < len(piece):
            self._keep(piece[start:])

    def _complete(self, rest: bytes) -> bytes:
        self._keep(rest)
        line = self._begun[0] if len(self._begun) == 1 else b"".join(self._begun)
        self._begun.clear()
        self._size = 0
        return line.strip()

    def _keep(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._longest:
            raise WatchError(
                f"an object is longer than {self._longest:,} bytes",
                restart=Restart.MALFORMED,
                reason=Reason.TOO_LARGE,
            )
        self._begun.append(part)
