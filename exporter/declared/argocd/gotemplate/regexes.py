"""Functions of regular expressions.

Source: sprig v3 (``regex.go``) and Go's ``regexp``.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, TypeVar

from exporter.declared.argocd.gotemplate.arguments import bounded, text, whole
from exporter.declared.argocd.gotemplate.syntax import UnsupportedError
from exporter.domain.errors import ParseError
from exporter.domain.regexp import (
    Match,
    Pattern,
    PatternError,
    UnsupportedPatternError,
    compile_pattern,
)

T = TypeVar("T")


def matches(pattern: Any, value: Any) -> bool:
    """Return ``regexMatch``, to which what is no regular expression matches nothing."""
    source = text(value)
    try:
        compiled = compile_pattern(text(pattern))
    except PatternError:
        return False
    except UnsupportedPatternError as error:
        raise UnsupportedError(f"a regular expression that {error}") from None
    return _guarded(lambda: compiled.search(source)) is not None


def found(pattern: Any, value: Any) -> str:
    """Return ``regexFind``."""
    match = _guarded(lambda: _pattern(pattern).search(text(value)))
    return _whole(match) if match else ""


def all_found(pattern: Any, value: Any, count: Any) -> list[str]:
    """Return ``regexFindAll``; a negative *count* is no limit."""
    limit = whole(count)
    return [_whole(match) for match in islice(_all(pattern, value), limit if limit >= 0 else None)]


def replaced(pattern: Any, value: Any, replacement: Any) -> str:
    """Return ``regexReplaceAll``, where ``$1`` and ``${1}`` are what a group matched."""
    return _joined(lambda: _pattern(pattern).replace(text(value), text(replacement)))


def replaced_literally(pattern: Any, value: Any, replacement: Any) -> str:
    """Return ``regexReplaceAllLiteral``."""
    literal = text(replacement).replace("$", "$$")
    return _joined(lambda: _pattern(pattern).replace(text(value), literal))


def split(pattern: Any, value: Any, count: Any) -> list[str]:
    """Return ``regexSplit``: at most *count* parts, where that is not negative."""
    limit, source = whole(count), text(value)
    if limit == 0:
        return []
    if text(pattern) and not source:
        return [""]
    parts: list[str] = []
    begin = end = 0
    for match in islice(_all(pattern, value), limit if limit > 0 else None):
        if len(parts) == limit - 1:
            break
        end = match.start()
        if match.end():
            parts.append(source[begin:end])
        begin = match.end()
    return [*parts, source[begin:]] if end != len(source) else parts


def _pattern(value: Any) -> Pattern:
    return compile_pattern(text(value))


def _all(pattern: Any, value: Any) -> Iterator[Match]:
    yield from _guarded(lambda: list(_pattern(pattern).matches(text(value))))


def _whole(match: Match) -> str:
    return match.group() or ""


def _joined(pieces: Callable[[], Iterator[str]]) -> str:
    """Put pieces together, which must not be too many."""

    def work() -> str:
        kept, length = [], 0
        for piece in pieces():
            length += len(piece)
            bounded(length)
            kept.append(piece)
        return "".join(kept)

    return _guarded(work)


def _guarded(work: Callable[[], T]) -> T:
    try:
        return work()
    except PatternError as error:
        raise ParseError(f"the regular expression {error}") from None
    except UnsupportedPatternError as error:
        raise UnsupportedError(f"a regular expression that {error}") from None
