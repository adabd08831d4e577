"""Functions that match regular expressions.

Source: go-cty, ``regexp.go``; Terraform, ``replace``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from exporter.declared.terraform.language.value_types import STRING, Type, object_of, tuple_of
from exporter.declared.terraform.language.values import (
    MAX_TEXT,
    Data,
    Function,
    Items,
    Letters,
    Object,
    TypedList,
    Value,
    collect,
    failed,
    text,
    unknown,
)
from exporter.domain.regexp import (
    Match,
    Pattern,
    PatternError,
    UnsupportedPatternError,
    compile_pattern,
)

T = TypeVar("T")

_WORK = 100
"""So many steps of a pattern take the time of one of an evaluation, at the worst."""


def _guarded(work: Callable[[], T]) -> T:
    """Do something with a pattern; raises :exc:`NotKnownError` where that cannot be done."""
    try:
        return work()
    except PatternError as error:
        raise failed("a regular expression", str(error)) from None
    except UnsupportedPatternError as error:
        raise unknown("a regular expression", f"is not evaluated here: it {error}") from None


def _pattern(value: Value) -> tuple[Pattern, Type]:
    """Return a pattern, and the type of what a match of it gives."""
    pattern = _guarded(lambda: compile_pattern(text(value)))
    if all(pattern.names):
        names = dict.fromkeys(pattern.names, STRING)
        return pattern, object_of(names) if names else STRING
    if any(pattern.names):
        raise failed("a regular expression", "has groups with names and others without")
    return pattern, tuple_of([STRING for _ in pattern.names])


def _result(pattern: Pattern, match: Match, value: Value) -> Value:
    """Return what a match gives: its text, or those of its groups."""
    numbers = range(1, len(pattern.names) + 1)
    groups = [Value(match.group(number), value.at, STRING) for number in numbers]
    if not groups:
        return Value(match.group(0), value.at)
    if pattern.names[0]:
        return Value(Object(dict(zip(pattern.names, groups, strict=True))), value.at)
    return Value(Items(groups), value.at)


def regex(expression: Value, value: Value) -> Value:
    """Return the first match of a regular expression."""
    (pattern, _), source = _pattern(expression), text(value)
    found = _guarded(lambda: pattern.search(source))
    if found is None:
        raise failed("regex()", "has a text without a match")
    return _result(pattern, found, value)


def regexall(expression: Value, value: Value) -> Data:
    """Return all matches of a regular expression."""
    (pattern, element), source = _pattern(expression), text(value)
    found = _guarded(
        lambda: collect(_result(pattern, one, value) for one in pattern.matches(source))
    )
    return TypedList(found, element)


def _is_pattern(wanted: str) -> bool:
    return len(wanted) > 1 and wanted.startswith("/") and wanted.endswith("/")


def replace(value: Value, old: Value, new: Value) -> Data:
    """Replace a substring, or what a regular expression between slashes matches."""
    wanted = text(old)
    source, by = text(value), text(new)
    if _is_pattern(wanted):
        pattern = _guarded(lambda: compile_pattern(wanted[1:-1]))
        letters = Letters()
        pieces = _guarded(lambda: [letters.write(one) for one in pattern.replace(source, by)])
        return "".join(pieces)
    if len(source) + source.count(wanted) * (len(by) - len(wanted)) > MAX_TEXT:
        raise unknown("replace()", "gives a text of more than 1 MiB")
    return source.replace(wanted, by)


def cost(name: str, arguments: Sequence[Value]) -> int:
    """Return what the last call of a function with these arguments took, in its steps.

    That is known afterwards only, and bounded for each call.
    """
    if name not in FUNCTIONS or len(arguments) < 2:  # noqa: PLR2004 - a pattern, and a text
        return 0
    wanted = arguments[name == "replace"].data
    if not isinstance(wanted, str) or (name == "replace" and not _is_pattern(wanted)):
        return 0
    try:
        pattern = compile_pattern(wanted[1:-1] if name == "replace" else wanted)
    except (PatternError, UnsupportedPatternError):
        return len(wanted)
    return pattern.work // _WORK


FUNCTIONS: Mapping[str, Function] = {"regex": regex, "regexall": regexall, "replace": replace}
