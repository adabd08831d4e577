"""The functions that templates may call here: pure, and bounded in what they return.

Source: Go's ``text/template`` (``funcs.go``), sprig v3, and Argo CD's ``applicationset/utils``.
What is not in ``FUNCTIONS`` is unsupported, never guessed: dates, keys, random values.
"""

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from exporter.declared.argocd.gotemplate import collections, encodings, numbers, regexes, texts
from exporter.declared.argocd.gotemplate.arguments import (
    as_int64,
    as_integer,
    as_string,
    basic,
    is_nil,
    items,
    members,
    text,
    whole,
)
from exporter.declared.argocd.gotemplate.syntax import UnsupportedError
from exporter.declared.argocd.gotemplate.values import Int64, Nil, Unordered, normalise_name
from exporter.domain.errors import ParseError


def call(name: str, arguments: Sequence[Any]) -> Any:
    """Return what a function gives.

    Raises :exc:`ParseError` where Go would refuse the arguments, and
    :exc:`UnsupportedError` for a function that is not known here.
    """
    function = FUNCTIONS.get(name)
    if function is None:
        raise UnsupportedError(f"the function {name}")
    for argument in () if name in _NEED_NO_ORDER else arguments:
        if isinstance(argument, Unordered):
            argument.bound_order()
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError:
        raise ParseError(f"{name} is called with {len(arguments)} arguments") from None
    return function(*arguments)


_NEED_NO_ORDER = frozenset({"sortAlpha", "len", "has", "empty", "not", "default"})
_KINDS = {bool: "bool", int: "int", Int64: "int64", float: "float64", str: "string", list: "slice"}


def _kind(value: Any) -> str:
    if is_nil(value):
        return "invalid"
    if isinstance(value, Unordered):
        return "slice"
    return _KINDS.get(type(value)) or ("map" if isinstance(value, dict) else _unknown_kind())


def _type(value: Any) -> str:
    kind = _kind(value)
    if kind == "slice":
        raise UnsupportedError("the type of a list")
    return {"invalid": "<nil>", "map": "map[string]interface {}"}.get(kind, kind)


def _unknown_kind() -> str:
    raise UnsupportedError("the kind of a version")


def _equal(first: Any, second: Any, *others: Any) -> bool:
    return any(_same(first, other) for other in (second, *others))


def _same(one: Any, other: Any) -> bool:
    if is_nil(one) or is_nil(other):
        return is_nil(one) and is_nil(other)
    if basic(one) is not basic(other):
        raise ParseError("values of two types are compared")
    return bool(one == other)


def _less(one: Any, other: Any) -> bool:
    if is_nil(one) or is_nil(other) or basic(one) is not basic(other) or isinstance(one, bool):
        raise ParseError("values of two types are compared")
    return bool(one < other)


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, Mapping):
            value = value.get(text(key))
            continue
        if isinstance(value, str):
            raise UnsupportedError("index of a string")
        found, at = items(value), int(key) if isinstance(key, Int64) else whole(key)
        if not 0 <= at < len(found):
            raise ParseError(f"index out of range: {at}")
        value = found[at]
    return value


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogatepass"))
    if isinstance(value, (list, Mapping)):
        return len(value)
    raise ParseError("len is asked of something that has no length")


def _split_map(separator: Any, value: Any) -> dict[str, str]:
    return {f"_{at}": part for at, part in enumerate(texts.split(separator, value))}


def _make_map(*pairs: Any) -> dict[str, Any]:
    values = [*pairs[1::2], *([""] if len(pairs) % 2 else [])]
    return dict(zip(map(as_string, pairs[::2]), values, strict=True))


def _has(needle: Any, value: Any) -> bool:
    kind = type(None) if is_nil(needle) else basic(needle)
    found = [] if is_nil(value) else items(value)
    return any(type(one) is kind and one == needle for one in found)


def _ternary(yes: Any, no: Any, condition: Any) -> Any:
    if not isinstance(condition, bool):
        raise ParseError("ternary is given something else than a bool")
    return yes if condition else no


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "eq": _equal,
    "ne": lambda one, other: not _same(one, other),
    "lt": _less,
    "le": lambda one, other: _less(one, other) or _same(one, other),
    "gt": lambda one, other: not _less(one, other) and not _same(one, other),
    "ge": lambda one, other: not _less(one, other),
    "not": lambda value: not value,
    "index": _index,
    "len": _length,
    "printf": texts.formatted,
    "default": lambda other, *given: given[0] if given and given[0] else other,
    "empty": lambda value: not value,
    "coalesce": lambda *values: next((one for one in values if one), None),
    "ternary": _ternary,
    "lower": lambda value: texts.changed_case(value, str.lower),
    "upper": lambda value: texts.changed_case(value, str.upper),
    "title": texts.titled,
    "trim": lambda value: text(value).strip(),
    "trimAll": texts.trimmed,
    "trimall": texts.trimmed,
    "trimPrefix": lambda prefix, value: text(value).removeprefix(text(prefix)),
    "trimSuffix": lambda suffix, value: text(value).removesuffix(text(suffix)),
    "trunc": texts.truncated,
    "substr": texts.substring,
    "replace": texts.replaced,
    "repeat": texts.repeated,
    "nospace": lambda value: "".join(text(value).split()),
    "contains": lambda part, value: text(part) in text(value),
    "hasPrefix": lambda prefix, value: text(value).startswith(text(prefix)),
    "hasSuffix": lambda suffix, value: text(value).endswith(text(suffix)),
    "quote": texts.quoted,
    "squote": texts.single_quoted,
    "indent": texts.indented,
    "nindent": lambda spaces, value: "\n" + texts.indented(spaces, value),
    "toString": as_string,
    "int": as_integer,
    "int64": lambda value: as_int64(as_integer(value)),
    "float64": numbers.as_float,
    "atoi": numbers.parsed,
    "add": lambda *values: as_int64(sum(map(as_integer, values))),
    "add1": lambda value: as_int64(as_integer(value) + 1),
    "sub": lambda one, other: as_int64(as_integer(one) - as_integer(other)),
    "mul": numbers.product,
    "div": numbers.quotient,
    "mod": numbers.remainder,
    "max": numbers.chosen(max),
    "min": numbers.chosen(min),
    "round": numbers.rounded,
    "ceil": numbers.to_whole(math.ceil),
    "floor": numbers.to_whole(math.floor),
    "until": numbers.until,
    "untilStep": numbers.until_step,
    "seq": numbers.sequence,
    "semver": numbers.version,
    "semverCompare": numbers.compares,
    "print": texts.printed,
    "println": texts.printed_line,
    "cat": encodings.joined,
    "kindOf": _kind,
    "typeOf": _type,
    "join": texts.joined,
    "split": _split_map,
    "splitList": texts.split,
    "list": lambda *values: list(values),
    "dict": _make_map,
    "get": lambda value, key: members(value).get(text(key), ""),
    "hasKey": lambda value, key: text(key) in members(value),
    "has": _has,
    "first": lambda value: next(iter(items(value)), None),
    "last": lambda value: next(reversed(items(value)), None),
    "rest": lambda value: items(value)[1:] if value else Nil(items(value)),
    "initial": lambda value: items(value)[:-1] if value else Nil(items(value)),
    "slice": collections.sliced,
    "sortAlpha": collections.sorted_texts,
    "toStrings": collections.texts,
    "reverse": lambda value: items(value)[::-1],
    "uniq": collections.uniq,
    "without": collections.without,
    "concat": collections.concat,
    "append": lambda value, item: [*items(value), item],
    "push": lambda value, item: [*items(value), item],
    "prepend": lambda value, item: [item, *items(value)],
    "chunk": collections.chunks,
    "compact": collections.compact,
    "dig": collections.dug,
    "keys": collections.keys,
    "values": collections.values,
    "pick": collections.picked,
    "omit": collections.omitted,
    "merge": collections.merged,
    "mergeOverwrite": lambda base, *others: collections.merged(base, *others, over=True),
    "toJson": texts.as_json,
    "toPrettyJson": texts.as_pretty_json,
    "toYaml": encodings.as_yaml,
    "fromYaml": encodings.from_yaml,
    "fromYamlArray": encodings.from_yaml_array,
    "b64enc": encodings.b64enc,
    "b64dec": encodings.b64dec,
    "sha1sum": encodings.hashed("sha1"),
    "sha256sum": encodings.hashed("sha256"),
    "sha512sum": encodings.hashed("sha512"),
    "adler32sum": encodings.adler32,
    "html": encodings.escaped,
    "urlquery": encodings.in_query,
    "regexMatch": regexes.matches,
    "regexFind": regexes.found,
    "regexFindAll": regexes.all_found,
    "regexReplaceAll": regexes.replaced,
    "regexReplaceAllLiteral": regexes.replaced_literally,
    "regexSplit": regexes.split,
    "normalize": lambda value: normalise_name(text(value)),
    "slugify": texts.slugified,
}
