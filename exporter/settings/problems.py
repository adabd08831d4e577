"""What is wrong with a document that shall become typed values: everything, with lines."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import inspect

from exporter.domain.errors import ParseError
from exporter.foreign import yaml
from exporter.settings.forms import Strict

FEW = 10
"""So many values are all listed where another one is given."""
_NAMES: Mapping[type[inspect.Type], str] = {
    inspect.StrType: "a text",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.BoolType: "true or false",
    inspect.StructType: "a mapping",
    inspect.DictType: "a mapping",
    inspect.VarTupleType: "a list",
    inspect.NoneType: "nothing",
}
_KINDS: Mapping[type, str] = {
    str: "the text",
    int: "the number",
    float: "the number",
    bool: "the truth value",
}

_Problem = tuple[int, str]
_CHARTS: Final = frozenset(
    {"declaredOrder", "gitSync", "rbac", "credentials", "prometheusRule", "serviceMonitor"}
)
"""Values of the chart that are written into settings by mistake."""


def problems(value: Any, kind: inspect.Type, *, line: int) -> Iterator[_Problem]:
    """Yield what is wrong with *value*, which stands in this *line*, each with its own line."""
    return _problems(value, kind, path="", line=line)


def _problems(value: Any, kind: inspect.Type, *, path: str, line: int) -> Iterator[_Problem]:
    """Yield what is wrong with *value*, each with its line."""
    match kind:
        case inspect.Metadata():
            yield from _with_form(value, kind, path=path, line=line)
        case inspect.UnionType():
            yield from _problems(value, _choose(value, kind), path=path, line=line)
        case inspect.StructType() if isinstance(value, yaml.YamlMap):
            yield from _fields(value, kind, path=path)
        case inspect.DictType() if isinstance(value, yaml.YamlMap):
            yield from _entries(value, kind, path=path)
        case inspect.VarTupleType() if isinstance(value, yaml.YamlList):
            yield from _items(value, kind, path=path)
        case inspect.AnyType() if not isinstance(value, yaml.Opaque):
            return
        case _:
            message = _leaf(value, kind)
            if message:
                yield line, f"{path}: {message}"


def _entries(value: yaml.YamlMap, kind: inspect.DictType, *, path: str) -> Iterator[_Problem]:
    for key, item in value.items():
        line = value.line_of(key)
        yield from _problems(key, kind.key_type, path=_join(path, key), line=line)
        yield from _problems(item, kind.value_type, path=_join(path, key), line=line)


def _items(value: yaml.YamlList, kind: inspect.VarTupleType, *, path: str) -> Iterator[_Problem]:
    if kind.min_length is not None and len(value) < kind.min_length:
        yield value.line, f"{path}: must not be empty"
    for index, (item, line) in enumerate(zip(value, value.lines, strict=True)):
        yield from _problems(item, kind.item_type, path=f"{path}[{index}]", line=line)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _fields(value: yaml.YamlMap, kind: inspect.StructType, *, path: str) -> Iterator[_Problem]:
    fields = {field.encode_name: field for field in kind.fields}
    for key, item in value.items():
        line = value.line_of(key)
        if key in fields:
            yield from _problems(item, fields[key].type, path=_join(path, key), line=line)
        else:
            yield line, f"{_join(path, key)}: unknown key{_hint(key, fields)}"
    for name, field in fields.items():
        if field.required and name not in value:
            yield value.line, f"{_join(path, name)}: is required"
    if issubclass(kind.cls, Strict) and (objection := kind.cls.objection(value)):
        yield value.line, f"{path}: {objection}"


def _hint(key: str, known: Mapping[str, Any]) -> str:
    if key == "declaredOrder":
        return "; it is a value of the chart: here, sources count in the order in which they stand"
    if key in _CHARTS:
        return "; it is a value of the chart, which writes its part of it into these settings"
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(known))}"


def _choose(value: Any, union: inspect.UnionType) -> inspect.Type:
    """Return the alternative that *value* looks like, else the first that is not null."""
    wanted: type[inspect.Type] = inspect.StrType
    match value:
        case None:
            wanted = inspect.NoneType
        case yaml.YamlMap():
            wanted = inspect.StructType
        case _:
            pass
    alternatives = [kind for kind in union.types if not isinstance(kind, inspect.Metadata)]
    chosen = [alternative for alternative in alternatives if isinstance(alternative, wanted)]
    rest = [kind for kind in union.types if not isinstance(kind, inspect.NoneType)]
    return (chosen or rest)[0]


def _with_form(value: Any, kind: inspect.Metadata, *, path: str, line: int) -> Iterator[_Problem]:
    """Check a text that has to have a form of its own, as a duration; a secret is not repeated."""
    if (kind.extra or {}).get("secret") and not isinstance(value, str):
        yield line, f"{path}: expected a text"
        return
    found = list(_problems(value, kind.type, path=path, line=line))
    yield from found
    parse_form = (kind.extra or {}).get("parse")
    if found or parse_form is None or not isinstance(value, str):
        return
    try:
        parse_form(value)
    except ParseError as error:
        yield line, f"{path}: {error.message}"


def _leaf(value: Any, kind: inspect.Type) -> str:
    """Return what is wrong with a value that has no parts, or an empty text."""
    match kind:
        case inspect.StrType() if isinstance(value, str):
            return _text(value, kind)
        case inspect.IntType() if isinstance(value, int) and not isinstance(value, bool):
            return _number(value, kind)
        case inspect.BoolType() if isinstance(value, bool):
            return ""
        case inspect.NoneType() if value is None:
            return ""
        case inspect.LiteralType():
            return "" if value in kind.values else _not_among(value, [*map(str, kind.values)])
        case _:
            pass
    expected = f"expected {_NAMES.get(type(kind), 'another value')}, found {_describe(value)}"
    listed = isinstance(kind, inspect.VarTupleType) and isinstance(value, str | int)
    return f"{expected}; write [{str(value)[:40]}]" if listed else expected


def _text(value: str, kind: inspect.StrType) -> str:
    if kind.min_length is not None and len(value) < kind.min_length:
        return "must not be empty"
    if kind.pattern is not None and not re.search(kind.pattern, value):
        return f"{value[:40]!r} has not the form {kind.pattern}"
    return ""


def _number(value: int, kind: inspect.IntType) -> str:
    if kind.ge is not None and value < kind.ge:
        return f"must be at least {kind.ge}"
    if kind.le is not None and value > kind.le:
        return f"must be at most {kind.le}"
    return ""


def _not_among(value: Any, known: Sequence[str]) -> str:
    """Say what a value may be: the nearest of many that are *known*, or all of a few."""
    near = difflib.get_close_matches(str(value), known, n=1, cutoff=0.5)
    if near and len(known) > FEW:
        return f"{str(value)[:40]!r} is not known; did you mean {near[0]!r}?"
    return f"must be one of {', '.join(known)}"


def _describe(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case yaml.Opaque():
            return f"the tag {value.tag}"
        case _:
            return f"{_KINDS.get(type(value), 'the value')} {str(value)[:40]!r}"
