"""Reads and writes YAML as Terraform's ``yamldecode`` and ``yamlencode`` do.

Source: go-cty-yaml (``resolve.go``, ``decode.go``, ``encode.go``): words and merges of YAML 1.1,
numbers of YAML 1.2.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, Final

import yaml

from exporter.declared.terraform.language.conversion import convert
from exporter.declared.terraform.language.value_types import STRING
from exporter.declared.terraform.language.values import (
    MAX_DEPTH,
    MAX_ITEMS,
    Data,
    Items,
    Object,
    Origin,
    Value,
    failed,
    known,
    mapping,
    normalised,
    parse_number,
    short,
    text,
    unknown,
)

_TAG: Final = "tag:yaml.org,2002:"
_MAX_NODES: Final = 10 * MAX_ITEMS
_WORDS: Final[dict[str, Data]] = {
    **dict.fromkeys(
        ["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"], True
    ),
    **dict.fromkeys(
        ["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"], False
    ),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_INFINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NOT_A_NUMBER: Final = re.compile(r"\.(nan|NaN|NAN)")
_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_FIRST: Final = frozenset("+-.0123456789yYnNtTfFoO~")
"""A text that begins with another letter is nothing but a text."""
_CLOCK: Final = r"(\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?"
_TIME: Final = re.compile(
    rf"(\d{{4}})-(\d\d?)-(\d\d?)(?:[Tt]{_CLOCK}(Z|[+-]\d\d:\d\d)| {_CLOCK})?", re.ASCII
)


def read_yaml(source: str, at: Origin) -> Value:
    """Return the value of the only document of a YAML text; raises :exc:`NotKnownError`."""
    try:
        loader = yaml.CSafeLoader(source)
        return _Reader(iter(loader.get_event, None), at).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", as its line {mark.line + 1} shows" if mark else ""
        raise failed("a text", f"is no YAML{line}") from None
    except UnicodeEncodeError:
        raise failed("a text", "holds half of a surrogate pair") from None


class _Reader:
    """Builds the value of a stream of events."""

    def __init__(self, events: Iterator[Any], at: Origin) -> None:
        self._events = events
        self._at = at
        self._anchors: dict[str, Value | None] = {}
        self._nodes = 0

    def document(self) -> Value:
        next(self._events)
        if not isinstance(next(self._events), yaml.DocumentStartEvent):
            raise failed("a text", "holds no YAML document")
        value = self._value(next(self._events), 0)
        next(self._events)
        if not isinstance(next(self._events), yaml.StreamEndEvent):
            raise failed("a text", "holds more than one YAML document")
        return value

    def _origin(self, event: Any) -> Origin:
        return Origin(self._at.path, self._at.line + event.start_mark.line)

    def _value(self, event: Any, depth: int) -> Value:
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > _MAX_NODES:
            raise unknown("a text", "holds too much YAML")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        value = self._built(event, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = value
        return value

    def _alias(self, event: yaml.AliasEvent) -> Value:
        found = self._anchors.get(event.anchor or "")
        if found is None:
            raise failed("a text", f"has no value for the alias {str(event.anchor)[:60]!r}")
        return found

    def _built(self, event: Any, depth: int) -> Value:
        at = self._origin(event)
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event, at)
            is_text = event.tag is None and not event.implicit[0]
            return convert(value, STRING) if is_text else value
        if isinstance(event, yaml.MappingStartEvent):
            _need_tag(event, "map")
            return Value(Object(self._pairs(depth)), at)
        _need_tag(event, "seq")
        items = []
        while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(item, depth + 1))
        return Value(Items(items), at)

    def _pairs(self, depth: int) -> dict[str, Value]:
        pairs: dict[str, Value] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise failed("a text", "has a key that is no plain value")
            is_merge = event.tag is None and event.value == "<<"
            value = self._value(next(self._events), depth + 1)
            if is_merge:
                pairs |= mapping(value)
            else:
                at = self._origin(event)
                pairs[text(_scalar(event, at))] = Value(value.data, at, value.type)
        return pairs


def _need_tag(event: Any, tag: str) -> None:
    if event.tag not in {None, _TAG + tag}:
        raise failed("a text", f"holds a tag that Terraform does not know: {event.tag[:60]!r}")


def _scalar(event: yaml.ScalarEvent, at: Origin) -> Value:
    tag = (event.tag or "").removeprefix(_TAG)
    content = normalised(event.value)
    is_text = tag in {"str", "binary"}
    if not is_text and (not content or content[0] in _FIRST):
        if event.style in {"'", '"'}:
            return Value(content, at)
        data = _implicit(content, tag)
        if data is not content:
            return Value(data, at)
    return Value(_tagged(content, tag), at)


def _implicit(content: str, tag: str) -> Data:
    """Return what a plain text stands for, itself where for nothing else."""
    if content in _WORDS:
        return _WORDS[content]
    if _INFINITE.fullmatch(content):
        raise unknown("a number", "is infinite")
    if not tag and _NOT_A_NUMBER.fullmatch(content):
        raise failed("a text", "holds what is not a number")
    if tag in {"", "timestamp"} and (found := _instant(content)):
        return found
    return _number(content) if _INTEGER.fullmatch(content) or _FLOAT.fullmatch(content) else content


def _number(content: str) -> Fraction:
    if content[:2] in {"0x", "0o"}:
        return Fraction(int(content, 0))
    return parse_number(content)


def _instant(content: str) -> str:
    """Return an instant as RFC 3339 has it; empty where a text is none."""
    found = _TIME.fullmatch(content)
    if found is None:
        return ""
    year, month, day = (int(part) for part in found.groups()[:3])
    clock = [int(part or "0") for part in (found.groups()[3:6] if found[4] else found.groups()[7:])]
    try:
        hour, minute, second = clock
        instant = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return ""
    zone = found[7] or "Z"
    return f"{instant:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + ("Z" if zone == "+00:00" else zone)


def _tagged(content: str, tag: str) -> Data:
    match tag:
        case "" | "str":
            return content
        case "binary":
            return _checked(content)
        case "null":
            return None
        case "int" | "float":
            return _number(content.replace("_", ""))
        case _:
            raise failed("a text", f"cannot be read as {tag[:60]!r}")


def _checked(content: str) -> str:
    try:
        base64.b64decode(content.replace("\n", "").replace("\r", ""), validate=True)
    except binascii.Error:
        raise failed("a text", "is no Base64 text") from None
    return content


def write_yaml(value: Value) -> str:
    """Return a value as a YAML text."""
    events = [
        yaml.StreamStartEvent(),
        yaml.DocumentStartEvent(explicit=False),
        *_Writer().events(value, 0),
        yaml.DocumentEndEvent(explicit=False),
        yaml.StreamEndEvent(),
    ]
    written: str = yaml.emit(events, Dumper=yaml.CDumper, allow_unicode=True)
    is_plain = not isinstance(value.data, str | Items | Object)
    return short(f"{written}...\n" if is_plain else written)


class _Writer:
    """Turns a value into events, in a bounded number of steps."""

    def __init__(self) -> None:
        self._steps = 0

    def events(self, value: Value, depth: int) -> Iterator[yaml.Event]:
        self._steps += 1
        if depth > MAX_DEPTH or self._steps > MAX_ITEMS:
            raise unknown("a value", "is too large to encode")
        match known(value):
            case Items() as data:
                yield yaml.SequenceStartEvent(None, None, implicit=True, flow_style=False)
                for one in data:
                    yield from self.events(one, depth + 1)
                yield yaml.SequenceEndEvent()
            case Object():
                yield yaml.MappingStartEvent(None, None, implicit=True, flow_style=False)
                for key, one in sorted(mapping(value).items(), key=lambda pair: pair[0]):
                    yield _written(key)
                    yield from self.events(one, depth + 1)
                yield yaml.MappingEndEvent()
            case None:
                yield _written("null", style=None)
            case str(data):
                yield _written(data, style="|" if "\n" in data else '"')
            case _:
                yield _written(text(value), style=None)


def _written(content: str, *, style: str | None = '"') -> yaml.ScalarEvent:
    return yaml.ScalarEvent(None, None, (True, True), content, style=style)
