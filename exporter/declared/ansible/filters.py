"""The filters, tests and methods of templates that are evaluated: Ansible's commonest.

Each one is bounded: what would grow beyond ``MAX_TEXT`` letters or ``MAX_ITEMS`` items, or take
long, raises :exc:`UnresolvedError` instead.
"""

import json
import posixpath
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Undefined, pass_environment
from jinja2.environment import Environment
from jinja2.filters import do_round

from exporter.declared.ansible.bounded_values import (
    as_text,
    bounded_list,
    bounded_text,
    formatted,
    joined,
    replaced,
    split,
    to_bool,
)
from exporter.declared.ansible.collection_filters import (
    combine,
    dict2items,
    difference,
    flatten,
    intersect,
    items2dict,
    sum_of,
    unique,
)
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.regex_filters import regex_replace, regex_search
from exporter.domain.errors import ParseError
from exporter.foreign import yaml

MAX_PRECISION = 30


def _from_yaml(text: Any) -> Any:
    try:
        return yaml.load(bounded_text(as_text(text)))
    except ParseError:
        raise UnresolvedError("from_yaml was given no YAML") from None


def _from_json(text: Any) -> Any:
    try:
        return json.loads(bounded_text(as_text(text)))
    except ValueError:
        raise UnresolvedError("from_json was given no JSON") from None


def _ternary(value: Any, yes: Any, no: Any, if_none: Any = None) -> Any:
    if value is None and if_none is not None:
        return if_none
    return yes if to_bool(value) or (value and not isinstance(value, str)) else no


def _mandatory(value: Any, *_: Any) -> Any:
    str(value) if isinstance(value, Undefined) else None
    return value


def _rounded(value: Any, precision: int = 0, method: str = "common") -> Any:
    """Round as Jinja does; it raises ten to the power of the *precision*."""
    if abs(precision) > MAX_PRECISION:
        raise UnresolvedError("a template rounds to more digits than a number has")
    return do_round(value, precision, method)  # type: ignore[arg-type] # it tells wrong methods


@pass_environment
def _extract(environment: Environment, key: Any, container: Any, more: Any = None) -> Any:
    value = environment.getitem(container, key)
    for step in [] if more is None else more if isinstance(more, list) else [more]:
        value = environment.getitem(value, step)
    return value


_BUILT_IN = (
    *("abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "int"),
    *("items", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr"),
    *("reverse", "select", "selectattr", "sort", "title", "trim", "upper"),
)
_OWN: dict[str, Callable[..., Any]] = {
    "basename": lambda path: posixpath.basename(as_text(path)),
    "bool": to_bool,
    "combine": combine,
    "dict2items": dict2items,
    "difference": difference,
    "dirname": lambda path: posixpath.dirname(as_text(path)),
    "extract": _extract,
    "flatten": flatten,
    "format": lambda text, *values: formatted(as_text(text), *values),
    "from_json": _from_json,
    "from_yaml": _from_yaml,
    "intersect": intersect,
    "items2dict": items2dict,
    "join": lambda parts, d="", attribute=None: joined(parts, as_text(d), attribute),
    "mandatory": _mandatory,
    "quote": lambda value: shlex.quote(as_text(value)),
    "regex_replace": regex_replace,
    "regex_search": regex_search,
    "replace": replaced,
    "round": _rounded,
    "split": split,
    "string": as_text,
    "sum": sum_of,
    "ternary": _ternary,
    "to_json": lambda value: bounded_text(json.dumps(value)),
    "union": lambda left, right: unique([*bounded_list(left), *bounded_list(right)]),
    "unique": unique,
    "zip": lambda *parts: bounded_list(zip(*parts, strict=False)),
}


def filters(builtin: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Return the filters by name: those of Jinja's own that are harmless, and Ansible's."""
    table = {name: builtin[name] for name in _BUILT_IN} | _OWN
    return table | {f"ansible.builtin.{name}": function for name, function in _OWN.items()}
