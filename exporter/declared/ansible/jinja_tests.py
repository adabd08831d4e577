"""The tests of templates that are evaluated: Jinja's own that are harmless, and Ansible's."""

import math
import operator
import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from exporter.declared.ansible.bounded_values import TRUE_WORDS, as_text
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.regex_filters import regex_test


def _contains(container: Any, item: Any) -> bool:
    return item in container


def _truthy(value: Any, convert_bool: bool = False) -> bool:  # noqa: FBT001, FBT002 - as templates call it
    return bool(_converted(value) if convert_bool else value)


def _falsy(value: Any, convert_bool: bool = False) -> bool:  # noqa: FBT001, FBT002 - as templates call it
    return not _truthy(value, convert_bool)


def _converted(value: Any) -> Any:
    """Return what a word for true or false stands for, anything else as it is."""
    if isinstance(value, str | int):
        word = str(value).lower()
        if word in _WORDS:
            return word in TRUE_WORDS
    return value


_WORDS = TRUE_WORDS | {"no", "off", "false", "0"}
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    **dict.fromkeys(("==", "=", "eq"), operator.eq),
    **dict.fromkeys(("!=", "<>", "ne"), operator.ne),
    **dict.fromkeys((">", "gt"), operator.gt),
    **dict.fromkeys((">=", "ge"), operator.ge),
    **dict.fromkeys(("<", "lt"), operator.lt),
    **dict.fromkeys(("<=", "le"), operator.le),
}
_PART = re.compile(r"(\d+|[a-z]+|\.)", re.VERBOSE)


def _version(
    value: Any,
    version: Any,
    operator: str = "eq",
    strict: bool | None = None,  # noqa: FBT001 - as templates call it
    version_type: str | None = None,
) -> bool:
    """Compare versions part by part, as Python's LooseVersion did."""
    if strict or version_type not in {None, "loose"}:
        raise UnresolvedError("the test version with a type of versions is not evaluated")
    if not value or not version:
        raise UnresolvedError("a version to compare is empty")
    return _COMPARISONS[operator](_loose(as_text(value)), _loose(as_text(version)))


def _loose(version: str) -> list[int | str]:
    parts = [part for part in _PART.split(version) if part and part != "."]
    return [int(part) if part.isdecimal() else part for part in parts]


def _outcome(name: str) -> Callable[[Any], bool]:
    """Return the test of a task's result for what it tells under *name*."""

    def test(result: Any) -> bool:
        if not isinstance(result, Mapping):
            raise UnresolvedError(f"the test {name} takes the result of a task")
        return bool(result.get(name, False))

    return test


def _changed(result: Any) -> bool:
    if not isinstance(result, Mapping):
        raise UnresolvedError("the test changed takes the result of a task")
    parts = result.get("results")
    if "changed" in result or not isinstance(parts, list):
        return bool(result.get("changed", False))
    return any(isinstance(part, Mapping) and part.get("changed", False) for part in parts)


def _not(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: not test(value)


def _url(value: Any, schemes: Any = None) -> bool:
    parts = urlsplit(as_text(value))
    known = schemes is None or parts.scheme in schemes
    return bool(parts.scheme and parts.netloc and known)


_RESULTS = {
    "change": _changed,
    "changed": _changed,
    **dict.fromkeys(("failed", "failure"), _outcome("failed")),
    **dict.fromkeys(("succeeded", "success", "successful"), _not(_outcome("failed"))),
    **dict.fromkeys(("skip", "skipped"), _outcome("skipped")),
    "reachable": _not(_outcome("unreachable")),
    "unreachable": _outcome("unreachable"),
}
_BUILT_IN_TESTS = (
    *(
        "boolean",
        "callable",
        "defined",
        "divisibleby",
        "eq",
        "==",
        "equalto",
        "even",
        "false",
        "float",
    ),
    *("ge", ">=", "gt", ">", "greaterthan", "in", "integer", "iterable", "le", "<=", "lower"),
    *("lt", "<", "lessthan", "mapping", "ne", "!=", "none", "number", "odd", "sequence", "string"),
    *("sameas", "true", "undefined", "upper"),
)


def tests(builtin: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tests by name."""
    return {name: builtin[name] for name in _BUILT_IN_TESTS} | {
        **_RESULTS,
        "abs": posixpath.isabs,
        "all": all,
        "any": any,
        "contains": _contains,
        "falsy": _falsy,
        "match": regex_test("match"),
        "nan": lambda value: isinstance(value, int | float) and math.isnan(value),
        "regex": regex_test("search"),
        "search": regex_test("search"),
        "subset": lambda left, right: set(left) <= set(right),
        "superset": lambda left, right: set(left) >= set(right),
        "truthy": _truthy,
        "url": _url,
        "version": _version,
        "version_compare": _version,
    }
