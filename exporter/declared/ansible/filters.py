"""The filters, tests and methods of templates that are evaluated: Ansible's commonest.

Each one is bounded: what would grow beyond ``MAX_TEXT`` letters or ``MAX_ITEMS`` items, or take
long, raises :exc:`UnresolvedError` instead.
"""

import itertools
import json
import posixpath
import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from jinja2 import Undefined, pass_environment
from jinja2.environment import Environment

from exporter.declared.ansible.values import PlacedMap, UnresolvedError
from exporter.domain.errors import ParseError
from exporter.foreign import yaml

MAX_TEXT = 65_536
TOO_LONG = f"a template gives more than {MAX_TEXT} letters"
MAX_ITEMS = 20_000
MAX_PATTERN = 200
MAX_SUBJECT = 256
MAX_REPEATS = 2
MAX_ALTERNATIVES = 4
TRUE_WORDS = frozenset({"yes", "on", "true", "1", "y", "t"})
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_QUANTIFIED_GROUP = re.compile(r"\)[*+?{]|\(\?(?!:|P<)")
_FORMATS = re.compile(r"%(?:0?[0-9]{0,2})[sdi%]|%(?:\.[0-9])?f")
_REPEAT = re.compile(r"(?<!\()[*+?{][?+]?")


def bounded_text(text: str) -> str:
    """Return *text*, or raise where it is too long."""
    if len(text) > MAX_TEXT:
        raise UnresolvedError(TOO_LONG)
    return text


def bounded_list(items: Iterable[Any]) -> list[Any]:
    """Return *items* as a list, or raise where there are too many."""
    found = list(itertools.islice(items, MAX_ITEMS + 1))
    if len(found) > MAX_ITEMS:
        raise UnresolvedError(f"a template gives more than {MAX_ITEMS} items")
    return found


def as_text(value: Any) -> str:
    """Return *value* as a template prints it; undefined raises."""
    if isinstance(value, str):
        return value
    if isinstance(value, Undefined | int | float) or value is None:
        return str(value)
    return bounded_text(str(bounded_list(value) if _lazy(value) else value))


def _lazy(value: Any) -> bool:
    return not isinstance(value, Mapping | Sequence | set)


def joined(parts: Iterable[Any], separator: str = "", attribute: str | None = None) -> str:
    """Join the texts of *parts*."""
    found = []
    total = 0
    for part in parts:
        text = as_text(part[attribute] if attribute is not None else part)
        total += len(text) + len(separator)
        if total > MAX_TEXT + len(separator):
            raise UnresolvedError(TOO_LONG)
        found.append(text)
    return separator.join(found)


def formatted(text: str, *values: Any) -> str:
    """Put *values* into the ``%s`` and ``%d`` of *text*."""
    if _FORMATS.sub("", text).count("%"):
        raise UnresolvedError("a template formats in a way that is not evaluated")
    return bounded_text(bounded_text(text) % tuple(_printable(value) for value in values))


def _printable(value: Any) -> Any:
    return value if isinstance(value, int | float) else as_text(value)


def to_bool(value: Any) -> bool:
    """Read a truth value as Ansible's ``bool`` does."""
    if isinstance(value, Undefined):
        str(value)
    if isinstance(value, str):
        return value.strip().lower() in TRUE_WORDS
    return value is True or value == 1


def _replace(text: Any, old: str, new: str, count: int = -1) -> str:
    whole = as_text(text)
    if (whole.count(old) if old else len(whole) + 1) * len(new) > MAX_TEXT:
        raise UnresolvedError(TOO_LONG)
    return whole.replace(old, new, count)


def _pattern(pattern: str, subject: str, *, ignorecase: bool, multiline: bool) -> re.Pattern[str]:
    """Compile a regular expression that cannot run away.

    Without repeated groups, flags of its own, and with few repeats and alternatives, the time is
    a small power of the length.
    """
    if len(pattern) > MAX_PATTERN or len(subject) > MAX_SUBJECT:
        raise UnresolvedError("a regular expression is too long to be tried safely")
    plain = _ESCAPE.sub("x", pattern)
    repeats, alternatives = len(_REPEAT.findall(plain)), plain.count("|")
    many = repeats > MAX_REPEATS or alternatives > MAX_ALTERNATIVES
    if many or _QUANTIFIED_GROUP.search(plain):
        raise UnresolvedError("a regular expression is too complex to be tried safely")
    flags = (re.IGNORECASE if ignorecase else 0) | (re.MULTILINE if multiline else 0)
    try:
        return re.compile(pattern, flags)
    except (re.error, OverflowError):
        raise UnresolvedError("a regular expression is malformed") from None


def _regex_replace(
    value: Any,
    pattern: str = "",
    replacement: str = "",
    ignorecase: bool = False,  # noqa: FBT001, FBT002 - as templates call it
    multiline: bool = False,  # noqa: FBT001, FBT002 - as templates call it
) -> str:
    text = as_text(value)
    compiled = _pattern(pattern, text, ignorecase=ignorecase, multiline=multiline)
    try:
        return bounded_text(compiled.sub(as_text(replacement)[:MAX_PATTERN], text))
    except (re.error, IndexError):
        raise UnresolvedError("a regular expression's replacement is malformed") from None


def _regex_search(value: Any, pattern: str, *groups: str, ignorecase: bool = False) -> Any:
    text = as_text(value)
    match = _pattern(pattern, text, ignorecase=ignorecase, multiline=False).search(text)
    if match is None:
        return None
    if not groups:
        return match[0]
    names = [one.removeprefix("\\g<").removesuffix(">").removeprefix("\\") for one in groups]
    return [match[int(name) if name.isdigit() else name] for name in names]


def _regex_test(how: str) -> Callable[..., bool]:
    def test(value: Any, pattern: str, ignorecase: bool = False, multiline: bool = False) -> bool:  # noqa: FBT001, FBT002 - as templates call it
        text = as_text(value)
        compiled = _pattern(pattern, text, ignorecase=ignorecase, multiline=multiline)
        return getattr(compiled, how)(text) is not None

    return test


def _dict2items(
    value: Mapping[str, Any], key_name: str = "key", value_name: str = "value"
) -> list[dict[str, Any]]:
    if not isinstance(value, Mapping):
        raise UnresolvedError("dict2items takes a mapping")
    items: list[dict[str, Any]] = []
    for key, one in value.items():
        item: dict[str, Any] = {}
        if isinstance(value, PlacedMap):
            item = PlacedMap(value.line_of(key), value.path)
        item.update({key_name: key, value_name: one})
        items.append(item)
    return items


def _items2dict(
    items: Iterable[Mapping[str, Any]], key_name: str = "key", value_name: str = "value"
) -> dict[str, Any]:
    return {one[key_name]: one[value_name] for one in bounded_list(items)}


def _combine(*parts: Any, recursive: bool = False, list_merge: str = "replace") -> dict[str, Any]:
    if list_merge != "replace":
        raise UnresolvedError("combine with list_merge is not evaluated")
    flat = [one for part in parts for one in (part if isinstance(part, list) else [part])]
    merged: dict[str, Any] = {}
    for part in flat:
        merged = _merged(merged, part, recursive=recursive)
    return merged


def _merged(
    left: Mapping[str, Any], right: Mapping[str, Any], *, recursive: bool
) -> dict[str, Any]:
    if not isinstance(right, Mapping):
        raise UnresolvedError("combine takes mappings")
    result = {**left, **right}
    if recursive:
        for key in left.keys() & right.keys():
            if isinstance(left[key], Mapping) and isinstance(right[key], Mapping):
                result[key] = _merged(left[key], right[key], recursive=True)
    return result


def _flatten(items: Any, levels: int | None = None) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if isinstance(item, list | tuple) and levels != 0:
            found += _flatten(item, None if levels is None else levels - 1)
        elif item is not None:
            found.append(item)
        bounded_list(found)
    return found


def _unique(items: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    seen: set[str] = set()
    for item in bounded_list(items):
        key = repr(item)
        if key not in seen:
            seen.add(key)
            found.append(item)
    return found


def _without(left: Iterable[Any], right: Iterable[Any]) -> list[Any]:
    gone = {repr(one) for one in right}
    return [one for one in _unique(left) if repr(one) not in gone]


def _common(left: Iterable[Any], right: Iterable[Any]) -> list[Any]:
    kept = {repr(one) for one in right}
    return [one for one in _unique(left) if repr(one) in kept]


def _sum(items: Iterable[Any], start: Any = 0) -> Any:
    total = start
    for item in bounded_list(items):
        total = total + item
        if isinstance(total, list):
            bounded_list(total)
    return total


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


def _split(text: Any, separator: str | None = None, count: int = -1) -> list[str]:
    return bounded_list(as_text(text).split(separator, count))


@pass_environment
def _extract(environment: Environment, key: Any, container: Any, more: Any = None) -> Any:
    value = environment.getitem(container, key)
    for one in [] if more is None else more if isinstance(more, list) else [more]:
        value = environment.getitem(value, one)
    return value


def _contains(container: Any, item: Any) -> bool:
    return item in container


_BUILT_IN = (
    *("abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "int"),
    *("items", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr"),
    *("reverse", "round", "select", "selectattr", "sort", "title", "trim", "upper"),
)
_BUILT_IN_TESTS = (
    *("boolean", "defined", "divisibleby", "eq", "==", "equalto", "even", "false", "float"),
    *("ge", ">=", "gt", ">", "greaterthan", "in", "integer", "iterable", "le", "<=", "lower"),
    *("lt", "<", "lessthan", "mapping", "ne", "!=", "none", "number", "odd", "sequence", "string"),
    *("true", "undefined", "upper"),
)
_OWN: dict[str, Callable[..., Any]] = {
    "basename": lambda path: posixpath.basename(as_text(path)),
    "bool": to_bool,
    "combine": _combine,
    "dict2items": _dict2items,
    "difference": _without,
    "dirname": lambda path: posixpath.dirname(as_text(path)),
    "extract": _extract,
    "flatten": _flatten,
    "format": lambda text, *values: formatted(as_text(text), *values),
    "from_json": _from_json,
    "from_yaml": _from_yaml,
    "intersect": _common,
    "items2dict": _items2dict,
    "join": lambda parts, d="", attribute=None: joined(parts, as_text(d), attribute),
    "mandatory": _mandatory,
    "quote": lambda value: shlex.quote(as_text(value)),
    "regex_replace": _regex_replace,
    "regex_search": _regex_search,
    "replace": _replace,
    "split": _split,
    "string": as_text,
    "sum": _sum,
    "ternary": _ternary,
    "to_json": lambda value: bounded_text(json.dumps(value)),
    "union": lambda left, right: _unique([*bounded_list(left), *bounded_list(right)]),
    "unique": _unique,
    "zip": lambda *parts: bounded_list(zip(*parts, strict=False)),
}


def filters(builtin: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Return the filters by name: those of Jinja's own that are harmless, and Ansible's."""
    table = {name: builtin[name] for name in _BUILT_IN} | _OWN
    return table | {f"ansible.builtin.{name}": one for name, one in _OWN.items()}


def tests(builtin: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tests by name."""
    return {name: builtin[name] for name in _BUILT_IN_TESTS} | {
        "contains": _contains,
        "match": _regex_test("match"),
        "regex": _regex_test("search"),
        "search": _regex_test("search"),
        "subset": lambda left, right: not _without(left, right),
        "superset": lambda left, right: not _without(right, left),
    }


METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    str: {
        "capitalize": str.capitalize,
        "endswith": str.endswith,
        "find": str.find,
        "isdigit": str.isdigit,
        "join": lambda separator, parts: joined(parts, separator),
        "lower": str.lower,
        "lstrip": str.lstrip,
        "replace": _replace,
        "rsplit": str.rsplit,
        "rstrip": str.rstrip,
        "split": _split,
        "splitlines": str.splitlines,
        "startswith": str.startswith,
        "strip": str.strip,
        "title": str.title,
        "upper": str.upper,
    },
    Mapping: {
        "get": lambda mapping, key, default=None: mapping.get(key, default),
        "items": lambda mapping: list(mapping.items()),
        "keys": lambda mapping: list(mapping.keys()),
        "values": lambda mapping: list(mapping.values()),
    },
    list: {"index": list.index, "count": list.count},
}
"""What may be called on a value, by its type."""
