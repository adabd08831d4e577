"""The texts of settings as they were written: what each is for, and on which line it stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from msgspec import inspect

from exporter.foreign import yaml
from exporter.settings.forms import Lies
from exporter.settings.load import Loaded
from exporter.settings.model import Settings


@dataclass(frozen=True, slots=True)
class WrittenPath:
    """A *text* that names a path, where it stands, and where what it names has to lie."""

    key: str
    line: int
    text: str
    lies: Lies


def paths(loaded: Loaded) -> Iterator[WrittenPath]:
    """Yield every path that the settings name, in the order of the file."""
    return _paths(loaded.written, inspect.type_info(Settings), key="", line=0)


def line_of(loaded: Loaded, *keys: str | int) -> int:
    """Return the line of what stands under *keys*, or of what it would stand in."""
    value: Any = loaded.written
    line = loaded.written.line
    for key in keys:
        if isinstance(value, yaml.YamlMap) and key in value:
            line, value = value.line_of(str(key)), value[str(key)]
        elif isinstance(value, yaml.YamlList) and isinstance(key, int):
            line, value = value.lines[key], value[key]
        else:
            return line
    return line


def _paths(value: Any, kind: inspect.Type, *, key: str, line: int) -> Iterator[WrittenPath]:
    match kind:
        case inspect.Metadata():
            lies = (kind.extra or {}).get("lies")
            if lies is not None and isinstance(value, str) and value:
                yield WrittenPath(key, line, value, lies)
            else:
                yield from _paths(value, kind.type, key=key, line=line)
        case inspect.UnionType():
            for alternative in kind.types:
                yield from _paths(value, alternative, key=key, line=line)
        case inspect.StructType() if isinstance(value, yaml.YamlMap):
            for field in kind.fields:
                name = field.encode_name
                inside = f"{key}.{name}" if key else name
                at = value.line_of(name)
                yield from _paths(value.get(name), field.type, key=inside, line=at)
        case inspect.VarTupleType() if isinstance(value, yaml.YamlList):
            for index, (item, at) in enumerate(zip(value, value.lines, strict=True)):
                yield from _paths(item, kind.item_type, key=f"{key}[{index}]", line=at)
        case _:
            pass
