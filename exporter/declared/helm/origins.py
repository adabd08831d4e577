"""Which value makes which field of a rendered object: one is changed, to see what follows.

Only for objects that somebody asks about, as each candidate costs a rendering.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from exporter.declared.helm.chart import Chart
from exporter.declared.helm.output import Printed
from exporter.declared.helm.plan import Plan
from exporter.domain.errors import ParseError
from exporter.domain.json import Json, JsonObject, as_list, as_object, as_text
from exporter.foreign import yaml
from exporter.foreign.yaml import YamlList, YamlMap

MAX_RENDERS: Final = 20
"""How many renderings are made to trace one object."""
MAX_LEAVES: Final = 1_000

MAX_OBJECTS: Final = 20
"""How many objects are traced in one reading; others are in the next one."""

Leaf: TypeAlias = tuple[str | int, ...]
"""The path of one value: keys, and indexes of lists."""

_NAMED: Final = re.compile(rb"\.Values((?:\.[A-Za-z_][\w]*)+)|index\s+\.Values((?:\s+\"[^\"]+\")+)")
_KEY: Final = re.compile(rb'"([^"]+)"')
_PLAIN: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_WORD: Final = re.compile(r"[A-Za-z_][\w-]*")
_LONGEST: Final = 500
_FLAGS: Final = {"true": "false", "false": "true"}
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Origin:
    """The value *leaf* makes the field at *pointer*; it stands on a *line* of *file*.

    An empty *file* is the Application itself; one of the chart begins with :data:`OF_CHART`.
    """

    pointer: str
    leaf: Leaf
    file: str
    line: int


OF_CHART: Final = "chart:"


@dataclass(frozen=True, slots=True)
class Layer:
    """Values that stand in one file, or in the Application itself (an empty *file*).

    They count below *prefix*, the name of a subchart, if it is one's own.
    """

    file: str
    values: YamlMap
    prefix: tuple[str, ...] = ()

    def line(self, leaf: Leaf) -> int:
        """Return the line on which the value of *leaf* stands here; 0 where none does."""
        if leaf[: len(self.prefix)] != self.prefix:
            return 0
        value: Any = self.values
        line = 0
        for part in leaf[len(self.prefix) :]:
            if isinstance(value, YamlMap) and part in value:
                line, value = value.line_of(str(part)), value[str(part)]
            elif isinstance(value, YamlList) and isinstance(part, int) and part < len(value):
                line, value = value.lines[part], value[part]
            else:
                return 0
        return line


@dataclass(slots=True)
class Values:
    """All values that a chart is rendered with, the strongest last."""

    chart: Chart
    plan: Plan
    files: Mapping[str, bytes]
    layers: list[Layer] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Read them; what cannot be read is passed over, as helm tells what is wrong with it."""
        for name, data in sorted(self.chart.files.items(), key=lambda one: -one[0].count("/")):
            if name == "values.yaml" or name.endswith("/values.yaml"):
                folders = name.split("/")[:-1]
                if folders[::2] == ["charts"] * len(folders[::2]):
                    for prefix in _called(tuple(folders[1::2]), self.chart):
                        self._add(f"{OF_CHART}{name}", data, prefix)
        for name in self.plan.value_files:
            self._add(name, self.files.get(name, b""))
        self._add("", self.plan.values.encode())
        self.layers += [Layer("", _nested(leaf, value)) for leaf, value in self.parameters.items()]

    @property
    def parameters(self) -> dict[Leaf, str]:
        """The Application's parameters, but for those whose names are no plain paths."""
        given = (setting.partition("=") for _, setting in self.plan.settings)
        return {tuple(one[0].split(".")): one[2] for one in given if _PLAIN.fullmatch(one[0])}

    def _add(self, file: str, data: bytes, prefix: tuple[str, ...] = ()) -> None:
        try:
            found = yaml.load_all(data.decode("utf-8", "replace"))
        except ParseError:
            return
        if found and isinstance(found[0].value, YamlMap):
            self.layers.append(Layer(file, found[0].value, prefix))

    def merged(self) -> dict[str, Any]:
        """Return what helm makes of all of them: maps are merged, all else is replaced."""
        found: dict[str, Any] = {}
        for layer in self.layers:
            values: Any = yaml.plain(layer.values)
            for name in reversed(layer.prefix):
                values = {name: values}
            found = _merged(found, values)
        return found

    def stated(self, leaf: Leaf) -> tuple[str, int]:
        """Return the file and line of the value of *leaf* that counts; no line where none does."""
        for layer in reversed(self.layers):
            line = layer.line(leaf)
            if line:
                return layer.file, line
        return "", 0


def _nested(leaf: Leaf, value: Any) -> YamlMap:
    found: Any = value
    for part in reversed(leaf):
        outer = YamlMap(1)
        outer[str(part)], outer.lines[str(part)] = found, 1
        found = outer
    made: YamlMap = found
    return made


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(first)
    for key, value in second.items():
        known = found.get(key)
        both = isinstance(known, Mapping) and isinstance(value, Mapping)
        found[key] = _merged(known, value) if both else value  # type: ignore[arg-type] # both
    return found


def candidates(printed: Printed, values: Values) -> list[Leaf]:
    """Return the values that may make an object, the likeliest first.

    They are those that its template, or a helper, names; first those of which the object has one
    that is the same.
    """
    merged = values.merged()
    leaves: dict[Leaf, Json] = {}
    for path in _named(printed.template, values.chart):
        for leaf, value in _leaves(merged, path):
            leaves.setdefault(leaf, value)
        if len(leaves) > MAX_LEAVES:
            break
    shown = set(map(_text, _scalars(printed.content)))

    def likelihood(leaf: Leaf) -> int:
        text = _text(leaves[leaf])
        if text in shown:
            return 0
        return 1 if len(text) > 1 and any(text in one for one in shown) else 2

    found = sorted(leaves, key=likelihood)  # which keeps the order of those that are as likely
    return found[:MAX_RENDERS]


def _named(template: str, chart: Chart) -> Iterator[tuple[str, ...]]:
    """Yield the values that a template names, and then those that helpers do, by their path."""
    helpers = (name for name in chart.files if name.endswith(".tpl"))
    for name in dict.fromkeys((chart.file_of(template), *helpers)):
        folders = name.split("/")
        inner = tuple(folders[1 : folders.index("templates") : 2]) if "templates" in folders else ()
        for found in _NAMED.finditer(chart.files.get(name, b"")):
            parts = found[1].split(b".")[1:] if found[1] else _KEY.findall(found[2])
            path = tuple(one.decode() for one in parts)
            for prefix in _called(inner, chart):
                yield path if path[0] == "global" else (*prefix, *path)


def _called(inner: tuple[str, ...], chart: Chart) -> Iterator[tuple[str, ...]]:
    """Yield how a subchart is called in values: by its name, or by an alias."""
    yield inner
    if inner:
        for one in map(as_object, as_list(chart.metadata.get("dependencies"))):
            if as_text(one.get("name")) == inner[0] and one.get("alias"):
                yield (as_text(one["alias"]), *inner[1:])


def _leaves(value: Json, path: Sequence[str]) -> Iterator[tuple[Leaf, Json]]:
    """Yield all scalars at or below *path*."""
    for part in path:
        if not isinstance(value, dict) or part not in value:
            return
        value = value[part]
    yield from _below(value, tuple(path))


def _below(value: Json, leaf: Leaf) -> Iterator[tuple[Leaf, Json]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _below(part, (*leaf, key))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from _below(part, (*leaf, at))
    elif value is not None:
        yield leaf, value


def _scalars(value: Json) -> Iterator[Json]:
    return (one for _, one in _below(value, ()))


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def changed(plan: Plan, leaf: Leaf, merged: JsonObject) -> Plan:
    """Return *plan* with another value of *leaf*, of the same form as before.

    A list is given whole, as helm merges no lists.
    """
    name = f"{'.'.join(map(str, leaf))}="
    if any(setting.startswith(name) for _, setting in plan.settings):
        settings = tuple(
            (option, f"{name}{_other(setting.removeprefix(name))}")
            if setting.startswith(name)
            else (option, setting)
            for option, setting in plan.settings
        )
        return replace(plan, settings=settings)
    at = next((index for index, part in enumerate(leaf) if isinstance(part, int)), len(leaf))
    value: Any = merged
    for part in leaf[:at]:
        value = value[part]
    value = _altered(value, leaf[at:])
    for part in reversed(leaf[:at]):
        value = {part: value}
    try:
        found = yaml.load_all(plan.values)
    except ParseError:
        found = []
    own = yaml.plain(found[0].value) if found else {}
    return replace(plan, values=json.dumps(_merged(own if isinstance(own, dict) else {}, value)))


def _altered(value: Any, rest: Leaf) -> Any:
    if not rest:
        return _other(value)
    if isinstance(value, list):
        return [_altered(one, rest[1:]) if at == rest[0] else one for at, one in enumerate(value)]
    return {key: _altered(one, rest[1:]) if key == rest[0] else one for key, one in value.items()}


def _other(value: Json) -> Json:
    """Return another value of the same form: a number one higher, a text with another number."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    text = str(value)
    if text in _FLAGS:
        return _FLAGS[text]
    if _NUMBER.search(text):
        return _NUMBER.sub(lambda found: str(int(found[0]) + 1), text, count=1)
    return f"{text}x" if text else "x"


def origins(
    fields: Mapping[str, Sequence[Leaf]], content: JsonObject, values: Values
) -> Iterator[Origin]:
    """Yield where the *fields* of an object come from, given which values change each of them."""
    for pointer, leaves in fields.items():
        leaf = best(leaves, _at(content, pointer), values)
        file, line = values.stated(leaf)
        if line:
            yield Origin(pointer, leaf, file, line)


def values_path(leaf: Leaf) -> str:
    """Return how a template names a value, as ``.Values.image.tag``; empty where that is long."""
    parts = [
        f".{part}" if isinstance(part, str) and _WORD.fullmatch(part) else f"[{json.dumps(part)}]"
        for part in leaf
    ]
    found = f".Values{''.join(parts)}"
    return found if len(found) <= _LONGEST else ""


def _at(content: Json, pointer: str) -> Json:
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(content, list) and key.isdigit() and int(key) < len(content):
            content = content[int(key)]
        else:
            content = as_object(content).get(key)
    return content


def best(leaves: Iterable[Leaf], value: Json, values: Values) -> Leaf:
    """Return which of several values a field is attributed to: the one that is most of it."""
    merged, text = values.merged(), _text(value)

    def share(leaf: Leaf) -> tuple[bool, bool, int]:
        own: Any = merged
        for part in leaf:
            own = own[part]
        mine = _text(own)
        inherited = values.stated(leaf)[0].startswith(OF_CHART)
        return (mine == text, not inherited, len(mine) if mine in text else 0)

    return max(leaves, key=share)
