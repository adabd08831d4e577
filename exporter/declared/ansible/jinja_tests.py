"""The tests of templates that are evaluated: Jinja's own that are harmless, and Ansible's."""

from collections.abc import Mapping
from typing import Any

from exporter.declared.ansible.collection_filters import (
    difference,
)
from exporter.declared.ansible.regex_filters import regex_test


def _contains(container: Any, item: Any) -> bool:
    return item in container


_BUILT_IN_TESTS = (
    *("boolean", "defined", "divisibleby", "eq", "==", "equalto", "even", "false", "float"),
    *("ge", ">=", "gt", ">", "greaterthan", "in", "integer", "iterable", "le", "<=", "lower"),
    *("lt", "<", "lessthan", "mapping", "ne", "!=", "none", "number", "odd", "sequence", "string"),
    *("true", "undefined", "upper"),
)


def tests(builtin: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tests by name."""
    return {name: builtin[name] for name in _BUILT_IN_TESTS} | {
        "contains": _contains,
        "match": regex_test("match"),
        "regex": regex_test("search"),
        "search": regex_test("search"),
        "subset": lambda left, right: not difference(left, right),
        "superset": lambda left, right: not difference(right, left),
    }
