"""Reading ``conformance.yaml``: strict, with every problem found at once."""

from dataclasses import dataclass, field
from inspect import cleandoc
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import inspect

from exporter.domain.errors import ParseError, ReadError, Reason, SettingsError
from exporter.domain.provenance import Source
from exporter.foreign import yaml
from exporter.foreign.files import MIB, decode, read_bytes
from exporter.settings.declared import RepositorySettings
from exporter.settings.model import Settings
from exporter.settings.observed import ClusterSettings
from exporter.settings.problems import problems

LIMIT = MIB
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Settings with where they were read.

    *name* is the file's; *folder* is what relative paths start from; *order* are the kinds of
    declarations as the file lists them, from the weakest to the strongest; *written* is the file's
    content with its lines.
    """

    settings: Settings
    folder: Path
    name: str
    order: tuple[Source, ...]
    written: yaml.YamlMap = field(default_factory=yaml.YamlMap, compare=False, repr=False)

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


def load(path: Path, *, observed: bool = True) -> Loaded:
    """Read the settings; raises :exc:`SettingsError` with all that is wrong, with lines.

    They need not say what is *observed* where nobody looks at that.
    """
    try:
        text = decode(read_bytes(path, name=str(path), limit=LIMIT), name=str(path))
    except ReadError as error:
        remedy = "; name the settings with --config.file" if error.reason is Reason.MISSING else ""
        raise SettingsError([f"{error}{remedy}"]) from None
    return parse(text, name=str(path), folder=path.absolute().parent, observed=observed)


def parse(text: str, *, name: str, folder: Path, observed: bool = True) -> Loaded:
    """Read settings from YAML; *name* stands for the file in messages."""
    try:
        data = yaml.load(text, strict=True)
    except ParseError as error:
        raise SettingsError([f"{name}:{error.line}: {error.message}{_quotes(error)}"]) from None
    if not isinstance(data, yaml.YamlMap):
        raise SettingsError([f"{name}: expected a mapping with repository, declared and observed"])
    if not observed and "observed" not in data:
        data["observed"] = yaml.YamlMap(data.line)
        data["observed"]["kubernetes"] = yaml.YamlMap(data.line)
    settings = strict(data, Settings, name=name)
    file = Path(name).name
    return Loaded(
        settings=settings,
        folder=folder,
        name=file,
        order=_order(data["declared"]),
        written=data,
    )


def strict(data: yaml.YamlMap, kind: type[T], *, name: str) -> T:
    """Return *data* as a *kind*; raises :exc:`SettingsError` with all that is wrong, with lines."""
    found = list(problems(data, inspect.type_info(kind), line=data.line))
    if found:
        raise SettingsError([f"{name}:{line}: {message}" for line, message in found])
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


_UNQUOTED = ("alias", "cannot start any token", "did not find expected <document start>")


def _quotes(error: ParseError) -> str:
    """Return the remedy where a text that YAML takes for something else has no quotes."""
    if any(part in error.message for part in _UNQUOTED):
        return "; put a text that begins with *, &, %, @, ` or { into quotes: '*-api'"
    return ""
