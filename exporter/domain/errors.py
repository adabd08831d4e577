"""What can go wrong, as exceptions on the way to a finding.

::

    ConformanceError
    +-- ParseError            a text is not what its format asks for
    +-- ReadError             a file, command or server gave nothing usable
    +-- SettingsError         conformance.yaml is wrong; carries every problem found
    +-- TaskError             a task that the process is there for has ended by itself
    +-- UnreachableError      nobody answers where the cluster should be

Each message says what is wrong; *place* says where; *advice* what to do about it.
"""

from collections.abc import Sequence
from enum import StrEnum


class Reason(StrEnum):
    """Why a source could not be read. The values are label values: a public contract."""

    MISSING = "missing"
    FORBIDDEN = "forbidden"
    TOO_LARGE = "too_large"
    TIMEOUT = "timeout"
    UNAVAILABLE = "unavailable"
    MALFORMED = "malformed"
    UNSUPPORTED = "unsupported"
    OUTSIDE = "outside"
    TOOL = "tool"
    INTERNAL = "internal"


class ConformanceError(Exception):
    """The root of all errors that this package raises on purpose."""


class ParseError(ConformanceError, ValueError):
    """A text is not what its format asks for; *line* counts from 1, 0 where unknown."""

    def __init__(self, message: str, *, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class ReadError(ConformanceError):
    """A file, command or server gave nothing usable.

    *path* is relative to the repository (or an address), *line* counts from 1 (0: none).
    """

    def __init__(
        self,
        message: str,
        *,
        reason: Reason,
        path: str = "",
        line: int = 0,
        advice: str = "",
    ) -> None:
        where = f"{path}:{line}: " if line else f"{path}: " if path else ""
        super().__init__(f"{where}{message}" + (f" ({advice})" if advice else ""))
        self.message = message
        self.reason = reason
        self.path = path
        self.line = line
        self.advice = advice


class SettingsError(ConformanceError):
    """The settings are wrong; *problems* lists one line for each thing found."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class TaskError(ConformanceError):
    """A task that the process is there for has ended by itself, so the process must."""


class UnreachableError(ConformanceError):
    """Nobody answers where the cluster should be, or there is no way to log in."""
