"""Reading ``conformance.yaml``: strict, with every problem found at once."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from exporter.domain.errors import ParseError, ReadError, SettingsError
from exporter.domain.provenance import Source
from exporter.foreign import yaml
from exporter.foreign.files import MIB, decode, read_bytes
from exporter.settings.declared import RepositorySettings
from exporter.settings.forms import Strict
from exporter.settings.model import Settings
from exporter.settings.observed import ClusterSettings

LIMIT = MIB
FEW = 10
"""So many values are all listed where another one is given."""
T = TypeVar("T")
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Settings with where they were read.

    *name* is the file's; *folder* is what relative paths start from; *order* are the kinds of
    declarations as the file lists them, from the weakest to the strongest.
    """

    settings: Settings
    folder: Path
    name: str
    order: tuple[Source, ...]

    @property
    def repository(self) -> RepositorySettings:
        """The repository's settings, whichever way they are written."""
        given = self.settings.repository
        return RepositorySettings(path=given) if isinstance(given, str) else given

    @property
    def cluster(self) -> ClusterSettings:
        """The cluster's settings, whichever way they are written."""
        given = self.settings.cluster
        return ClusterSettings(name=given) if isinstance(given, str) else given

    def path(self, text: str) -> Path:
        """Return a path of the settings, a relative one from *folder*."""
        return self.folder / text


def load(path: Path) -> Loaded:
    """Read the settings; raises :exc:`SettingsError` with all that is wrong, with lines."""
    try:
        text = decode(read_bytes(path, name=str(path), limit=LIMIT), name=str(path))
    except ReadError as error:
        raise SettingsError([str(error)]) from None
    return parse(text, name=str(path), folder=path.absolute().parent)


def parse(text: str, *, name: str, folder: Path) -> Loaded:
    """Read settings from YAML; *name* stands for the file in messages."""
    try:
        data = yaml.load(text, strict=True)
    except ParseError as error:
        raise SettingsError([f"{name}:{error.line}: {error.message}"]) from None
    if not isinstance(data, yaml.YamlMap):
        raise SettingsError([f"{name}: expected a mapping with repository, declared and observed"])
    settings = strict(data, Settings, name=name)
    file = Path(name).name
    return Loaded(settings=settings, folder=folder, name=file, order=_order(data["declared"]))


def strict(data: yaml.YamlMap, kind: type[T], *, name: str) -> T:
    """Return *data* as a *kind*; raises :exc:`SettingsError` with all that is wrong, with lines."""
    found = _problems(data, inspect.type_info(kind), path="", line=data.line)
    problems = [f"{name}:{line}: {message}" for line, message in found]
    if problems:
        raise SettingsError(problems)
    return msgspec.convert(data, kind)


def schema() -> bytes:
    """Return the JSON Schema of the settings, indented; the same from every version of Python."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **msgspec.json.schema(Settings),
    }
    # Before 3.13 Python leaves their margin to docstrings.
    for definition in document["$defs"].values():
        definition["description"] = cleandoc(definition["description"])
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _order(declared: yaml.YamlMap) -> tuple[Source, ...]:
    """Return the declarations' kinds as they stand; the inventory wins wherever it stands."""
    kinds = [Source(key) for key in declared if key in set(Source) and key != Source.INVENTORY]
    return (*kinds, Source.INVENTORY)


_Problem = tuple[int, str]


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
            for key, item in value.items():
                at = value.line_of(key)
                yield from _problems(item, kind.value_type, path=_join(path, key), line=at)
        case inspect.VarTupleType() if isinstance(value, yaml.YamlList):
            for index, (item, at) in enumerate(zip(value, value.lines, strict=True)):
                yield from _problems(item, kind.item_type, path=f"{path}[{index}]", line=at)
        case inspect.AnyType() if not isinstance(value, yaml.Opaque):
            return
        case _:
            message = _leaf(value, kind)
            if message:
                yield line, f"{path}: {message}"


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
            short = kind.min_length is not None and len(value) < kind.min_length
            return "must not be empty" if short else ""
        case inspect.IntType() if isinstance(value, int) and not isinstance(value, bool):
            low = kind.ge is not None and value < kind.ge
            return f"must be at least {kind.ge}" if low else ""
        case inspect.BoolType() if isinstance(value, bool):
            return ""
        case inspect.NoneType() if value is None:
            return ""
        case inspect.LiteralType():
            return "" if value in kind.values else _not_among(value, [*map(str, kind.values)])
        case _:
            pass
    return f"expected {_NAMES.get(type(kind), 'another value')}, found {_describe(value)}"


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
            return f"{type(value).__name__} {str(value)[:40]!r}"
