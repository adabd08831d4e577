"""The filters, tests and methods of templates that are evaluated: Ansible's commonest.

Each one is bounded: what would grow beyond ``MAX_TEXT`` letters or ``MAX_ITEMS`` items, or take
long, raises :exc:`UnresolvedError` instead.
"""

import json
import math
import posixpath
import re
import shlex
from collections.abc import Callable, Mapping
from functools import wraps
from itertools import combinations, permutations, zip_longest
from typing import Any
from urllib.parse import unquote_plus

from jinja2 import Undefined, pass_environment
from jinja2.environment import Environment
from jinja2.filters import do_dictsort, do_round, make_attrgetter, sync_do_groupby
from markupsafe import Markup

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
    chosen,
    combine,
    dict2items,
    difference,
    flatten,
    intersect,
    items2dict,
    product,
    rekey_on_member,
    rows,
    subelements,
    sum_of,
    symmetric_difference,
    union,
    unique,
)
from exporter.declared.ansible.encoding_filters import (
    HASHES,
    to_uuid,
    type_debug,
    urlencoded,
    urlsplit_of,
)
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.printing_filters import AS_JINJA, PRINTING
from exporter.declared.ansible.regex_filters import regex_findall, regex_replace, regex_search
from exporter.domain.errors import ParseError
from exporter.foreign import yaml
from exporter.foreign.scalars import ANSIBLE

MAX_PRECISION = 30
MAX_WIDTH = 1000


def _quotable(value: Any) -> str:
    """Return what ``quote`` puts into quotes; what is escaped stays so, and escapes them, too."""
    if value is None:
        return ""
    return value if isinstance(value, Markup) else as_text(value)


def _from_yaml(text: Any) -> Any:
    if text is None:
        return None
    if isinstance(text, Markup):
        raise UnresolvedError("whether from_yaml takes what is escaped depends on PyYAML's build")
    if not isinstance(text, str):
        raise UnresolvedError("from_yaml was given no text")
    try:
        return yaml.load(bounded_text(text), dialect=ANSIBLE)
    except ParseError:
        raise UnresolvedError("from_yaml was given no YAML") from None


def _from_json(text: Any) -> Any:
    if not isinstance(text, str):
        raise UnresolvedError("from_json was given no text")
    try:
        return json.loads(bounded_text(text))
    except ValueError:
        raise UnresolvedError("from_json was given no JSON") from None


def _ternary(value: Any, yes: Any, no: Any, if_none: Any = None) -> Any:
    if value is None and if_none is not None:
        return if_none
    return yes if value else no


def _mandatory(value: Any, *_: Any) -> Any:
    str(value) if isinstance(value, Undefined) else None
    return value


def _rounded(value: Any, precision: int = 0, method: str = "common") -> Any:
    """Round as Jinja does; it raises ten to the power of the *precision*."""
    if abs(precision) > MAX_PRECISION:
        raise UnresolvedError("a template rounds to more digits than a number has")
    return do_round(value, precision, method)  # type: ignore[arg-type] # it tells wrong methods


def _default(value: Any, other: Any = "", boolean: bool = False) -> Any:  # noqa: FBT001, FBT002 - as templates call it
    if not isinstance(boolean, bool):
        raise UnresolvedError("default is told neither true nor false")
    return other if isinstance(value, Undefined) or (boolean and not value) else value


def _to_json(value: Any, **options: Any) -> str:
    if options.keys() - {"indent", "sort_keys", "ensure_ascii"} or options.get("indent", 0) > 16:  # noqa: PLR2004 - of letters
        raise UnresolvedError("to_json with these options is not evaluated")
    return bounded_text(json.dumps(value, **options))


def _to_nice_json(value: Any, indent: int = 4, sort_keys: bool = True) -> str:  # noqa: FBT001, FBT002 - as templates call it
    if not 0 <= indent <= 16:  # noqa: PLR2004 - of letters
        raise UnresolvedError("to_nice_json with this indent is not evaluated")
    shown = json.dumps(value, indent=indent, sort_keys=sort_keys, separators=(",", ": "))
    return bounded_text(shown)


def _path_join(parts: Any) -> str:
    return posixpath.join(parts) if isinstance(parts, str) else posixpath.join(*parts)


def _logarithm(value: Any, base: Any = math.e) -> float:
    return math.log10(value) if base == 10 else math.log(value, base)  # noqa: PLR2004 - exact


def _power(value: Any, exponent: Any) -> float:
    return math.pow(value, exponent)


def _root(value: Any, base: Any = 2) -> float:
    return math.sqrt(value) if base == 2 else math.pow(value, 1.0 / float(base))  # noqa: PLR2004 - the square's


@pass_environment
def _join(environment: Environment, parts: Any, d: Any = "", attribute: Any = None) -> str:
    found = bounded_list(parts)
    if attribute is not None:
        found = list(map(make_attrgetter(environment, attribute), found))
    return joined(found, as_text(d))


def _items(value: Any) -> list[tuple[Any, ...]]:
    if isinstance(value, Undefined):
        return []
    if not isinstance(value, Mapping):
        raise UnresolvedError("items takes a mapping")
    return rows(value.items())


def _dictsort(
    value: Any,
    case_sensitive: bool = False,  # noqa: FBT001, FBT002 - as templates call it
    by: str = "key",
    reverse: bool = False,  # noqa: FBT001, FBT002 - as templates call it
) -> list[tuple[Any, ...]]:
    return rows(do_dictsort(value, case_sensitive, by, reverse))  # type: ignore[arg-type] # it tells what is wrong


class Group(tuple[Any, ...]):
    """A value with the items that have it; unlike other tuples it is printed as one."""

    __slots__ = ()


@pass_environment
def groupby(
    environment: Environment,
    items: Any,
    attribute: Any,
    default: Any = None,
    case_sensitive: bool = False,  # noqa: FBT001, FBT002 - as templates call it
) -> list[tuple[Any, ...]]:
    """Return the items by an attribute, each group as its value and its items."""
    found = sync_do_groupby(environment, bounded_list(items), attribute, default, case_sensitive)
    return bounded_list(map(Group, found))


@pass_environment
def _extract(environment: Environment, key: Any, container: Any, more: Any = None) -> Any:
    value = environment.getitem(container, key)
    for step in [] if more is None else more if isinstance(more, list) else [more]:
        value = environment.getitem(value, step)
    return value


def of_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that takes nothing but a text."""

    def filter_(text: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(text, str):
            raise UnresolvedError("a filter of texts is given something else")
        return function(text, *args, **kwargs)

    return filter_


def _bounded_width(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter whose first argument says how much it adds, or how many parts it makes."""

    @wraps(function)
    def filter_(value: Any, size: Any = None, *args: Any, **kwargs: Any) -> Any:
        width = size if size is not None else kwargs.get("width")
        if isinstance(width, int) and width > MAX_WIDTH:
            raise UnresolvedError("a template fills up too much")
        given = [] if size is None else [size]
        return function(value, *given, *args, **kwargs)

    return filter_


_BUILT_IN = (
    *("abs", "capitalize", "count", "first", "float", "int", "last", "length", "list", "lower"),
    *("map", "max", "min", "reject", "rejectattr", "reverse", "select", "selectattr", "sort"),
    *("title", "trim", "upper", "wordcount", "tojson"),
)
_FILLING = ("center", "indent", "truncate", "batch", "slice")
_OWN: dict[str, Callable[..., Any]] = {
    "basename": of_text(posixpath.basename),
    "bool": to_bool,
    "combinations": chosen(lambda items, size: combinations(items, size or 0)),
    "combine": combine,
    "d": _default,
    "default": _default,
    "dict2items": dict2items,
    "difference": difference,
    "dirname": of_text(posixpath.dirname),
    "extract": _extract,
    "flatten": flatten,
    "from_json": _from_json,
    "from_yaml": _from_yaml,
    "groupby": groupby,
    "intersect": intersect,
    "items2dict": items2dict,
    "log": _logarithm,
    "mandatory": _mandatory,
    "normpath": of_text(posixpath.normpath),
    "path_join": _path_join,
    "permutations": chosen(permutations),
    "pow": _power,
    "product": product,
    "quote": lambda value: shlex.quote(_quotable(value)),
    "regex_escape": lambda value: bounded_text(
        re.escape(value if isinstance(value, Markup) else as_text(value))
    ),
    "regex_findall": regex_findall,
    "regex_replace": regex_replace,
    "regex_search": regex_search,
    "rekey_on_member": rekey_on_member,
    "root": _root,
    "split": of_text(split),
    "splitext": of_text(posixpath.splitext),
    "subelements": subelements,
    "symmetric_difference": symmetric_difference,
    "ternary": _ternary,
    "to_json": _to_json,
    "to_nice_json": _to_nice_json,
    "to_uuid": to_uuid,
    "type_debug": type_debug,
    "union": union,
    "unique": unique,
    "urldecode": of_text(unquote_plus),
    "urlsplit": of_text(urlsplit_of),
    "zip": lambda *parts: rows(zip(*parts, strict=False)),
    "zip_longest": lambda *parts, fillvalue=None: rows(zip_longest(*parts, fillvalue=fillvalue)),
    **HASHES,
    **PRINTING,
}
"""Ansible's own, which have a full name, too."""

_AS_JINJA: dict[str, Callable[..., Any]] = {
    "dictsort": _dictsort,
    "format": lambda text, *values: formatted(as_text(text), *values),
    "items": _items,
    "join": _join,
    "replace": replaced,
    "round": _rounded,
    "string": lambda value: value if isinstance(value, Markup) else as_text(value),
    "sum": sum_of,
    "urlencode": urlencoded,
    **AS_JINJA,
}


def filters(builtin: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Return the filters by name: those of Jinja's own that are harmless, and Ansible's."""
    table = {name: builtin[name] for name in _BUILT_IN} | _AS_JINJA | _OWN
    table |= {name: _bounded_width(builtin[name]) for name in _FILLING}
    return table | {f"ansible.builtin.{name}": function for name, function in _OWN.items()}
