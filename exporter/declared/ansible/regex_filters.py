"""Ansible's filters and tests that take a regular expression, as far as trying it is safe."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from exporter.declared.ansible.bounded_values import (
    as_text,
    bounded_text,
)
from exporter.declared.ansible.errors import UnresolvedError

MAX_PATTERN = 200
MAX_SUBJECT = 256
MAX_REPEATS = 2
MAX_ALTERNATIVES = 4
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_QUANTIFIED_GROUP = re.compile(r"\)[*+?{]|\(\?(?!:|P<)")
_FLAGS = re.compile(r"^\(\?[aims]+\)")
_GROUP = re.compile(r"\\(?:(\d+)|g<(\S+)>)")
_REPEAT = re.compile(r"(?<!\()[*+?{][?+]?")


def _pattern(pattern: str, subject: str, *, ignorecase: bool, multiline: bool) -> re.Pattern[str]:
    """Compile a regular expression that cannot run away.

    Without repeated groups and flags of a part, and with few repeats and alternatives, the time is
    a small power of the length.
    """
    if len(pattern) > MAX_PATTERN or len(subject) > MAX_SUBJECT:
        raise UnresolvedError("a regular expression is too long to be tried safely")
    plain = _FLAGS.sub("", _ESCAPE.sub("x", pattern))
    repeats, alternatives = len(_REPEAT.findall(plain)), plain.count("|")
    many = repeats > MAX_REPEATS or alternatives > MAX_ALTERNATIVES
    if many or _QUANTIFIED_GROUP.search(plain):
        raise UnresolvedError("a regular expression is too complex to be tried safely")
    flags = (re.IGNORECASE if ignorecase else 0) | (re.MULTILINE if multiline else 0)
    try:
        return re.compile(pattern, flags)
    except (re.error, OverflowError):
        raise UnresolvedError("a regular expression is malformed") from None


def matching(pattern: str, names: Iterable[str]) -> list[str]:
    """Return those of *names* at whose beginning *pattern* matches."""
    return [
        name
        for name in names
        if _pattern(pattern, name, ignorecase=False, multiline=False).match(name)
    ]


def regex_replace(
    value: Any = "",
    pattern: str = "",
    replacement: str = "",
    ignorecase: bool = False,  # noqa: FBT001, FBT002 - as templates call it
    multiline: bool = False,  # noqa: FBT001, FBT002 - as templates call it
    count: int = 0,
) -> str:
    """Replace what *pattern* matches."""
    text = as_text(value)
    compiled = _pattern(pattern, text, ignorecase=ignorecase, multiline=multiline)
    try:
        return bounded_text(compiled.sub(replacement[:MAX_PATTERN], text, count=count))
    except (re.error, IndexError):
        raise UnresolvedError("a regular expression's replacement is malformed") from None


def regex_findall(
    value: Any,
    pattern: str,
    multiline: bool = False,  # noqa: FBT001, FBT002 - as templates call it
    ignorecase: bool = False,  # noqa: FBT001, FBT002 - as templates call it
) -> list[Any]:
    """Return all that *pattern* matches, or its groups."""
    text = as_text(value)
    found = _pattern(pattern, text, ignorecase=ignorecase, multiline=multiline).findall(text)
    return [list(match) if isinstance(match, tuple) else match for match in found]


def regex_search(
    value: Any, pattern: str, *groups: str, ignorecase: bool = False, multiline: bool = False
) -> Any:
    """Return what *pattern* finds, the *groups* named of it, or None."""
    text = as_text(value)
    compiled = _pattern(pattern, text, ignorecase=ignorecase, multiline=multiline)
    names = [_GROUP.fullmatch(group) for group in groups]
    if None in names:
        raise UnresolvedError("regex_search is asked for a group by what names none")
    match = compiled.search(text)
    if match is None:
        return None
    if not groups:
        return match[0]
    return [match[int(name[1]) if name[1] else name[2]] for name in names if name]


def regex_test(how: str) -> Callable[..., bool]:
    """Return the test that calls the method *how* of a pattern: ``match`` or ``search``."""

    def test(value: Any, pattern: str, ignorecase: bool = False, multiline: bool = False) -> bool:  # noqa: FBT001, FBT002 - as templates call it
        text = as_text(value)
        compiled = _pattern(pattern, text, ignorecase=ignorecase, multiline=multiline)
        return getattr(compiled, how)(text) is not None

    return test
