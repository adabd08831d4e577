"""A kustomization file: what it refers to, on which lines.

Source: the Kustomization type of ``sigs.k8s.io/kustomize/api/types``.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from exporter.declared.checkout import Checkout
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.json import as_list, as_object, as_text
from exporter.foreign import yaml
from exporter.foreign.files import MIB
from exporter.foreign.yaml import YamlList, YamlMap

NAMES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
MAX_SIZE: Final = MIB
LISTS_OF_ROOTS: Final = ("resources", "bases", "components")
LISTS_OF_PLUGINS: Final = ("generators", "transformers", "validators")
LISTS_OF_FILES: Final = ("crds", "configurations", "patchesStrategicMerge")
LISTS_OF_ENTRIES: Final[Mapping[str, tuple[str, ...]]] = {
    "patches": ("path",),
    "patchesJson6902": ("path",),
    "replacements": ("path",),
    "configMapGenerator": ("files", "envs", "env"),
    "secretGenerator": ("files", "envs", "env"),
    "openapi": ("path",),
}
HELM: Final = ("helmCharts", "helmChartInflationGenerator")

_FIELDS: Final = frozenset(
    {*LISTS_OF_ROOTS, *LISTS_OF_PLUGINS, *LISTS_OF_FILES, *LISTS_OF_ENTRIES, *HELM}
)
_ENTRY_FIELDS: Final = frozenset({"path", "files", "envs", "env", "patch", "target"})
_REMOTE: Final = re.compile(
    r"git::|gh:|[a-z][a-z0-9+.-]*://|[a-z][a-z0-9._-]*@[a-z0-9.-]+[:/]|(?:www\.)?github\.com[/:]",
    re.IGNORECASE,
)
_REFERENCE: Final = re.compile(r"[?&](?:ref|version)=")


@dataclass(frozen=True, slots=True)
class Reference:
    """Something outside the file that it names in *field*; *root* where it may be a directory.

    *hidden* is what the configuration of a plugin names, or seems to name.
    """

    field: str
    text: str
    line: int
    root: bool = False
    hidden: bool = False

    @property
    def remote(self) -> bool:
        """Whether kustomize would take it for an address, not for a path."""
        return is_remote(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kustomization:
    """A kustomization file at *path*; *lines* is its text."""

    path: str
    content: YamlMap
    lines: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()

    @property
    def folder(self) -> str:
        """The directory in which it stands."""
        return self.path.rpartition("/")[0]

    @property
    def helm_line(self) -> int:
        """The line that asks for Helm, or 0."""
        return next((self.content.line_of(one) for one in HELM if self.content.get(one)), 0)

    def entries(self, field: str) -> Iterator[YamlMap]:
        """Yield the mappings in the list *field*."""
        for one in as_list(self.content.get(field)):
            if isinstance(one, YamlMap):
                yield one


def is_remote(text: str) -> bool:
    """Tell whether kustomize would fetch *text* from the network, as its ``RepoSpec`` decides."""
    return bool(_REMOTE.match(text) or _REFERENCE.search(text))


def find(checkout: Checkout, folder: str) -> str | None:
    """Return the path of the kustomization file in *folder*, or None where there is none.

    The path is the real one, by which kustomize resolves what the file names. Raises
    :exc:`ReadError` where there are several, which kustomize refuses.
    """
    folder = checkout.relative(checkout.resolve(folder))
    found = [join(folder, name) for name in NAMES if checkout.is_file(join(folder, name))]
    if len(found) > 1:
        raise ReadError(
            f"stands beside {found[1]}; kustomize takes one", reason=Reason.MALFORMED, path=found[0]
        )
    return found[0] if found else None


def read(checkout: Checkout, path: str) -> Kustomization:
    """Read the kustomization file at *path*; raises :exc:`ReadError` with the line."""
    text = checkout.read_text(path, limit=MAX_SIZE)
    try:
        documents = [_mapping(one) for one in yaml.load_all(text)]
        references = tuple(one for each in documents for one in _references(each))
    except ParseError as error:
        raise ReadError(
            error.message, reason=Reason.MALFORMED, path=path, line=error.line
        ) from None
    return Kustomization(
        path=path,
        content=documents[0] if documents else YamlMap(),
        lines=tuple(text.splitlines()),
        references=references,
    )


def join(folder: str, name: str) -> str:
    """Return the path of *name* in *folder*, which is empty for the root."""
    return f"{folder}/{name}" if folder else name


def hidden_references(field: str, value: Any) -> Iterator[Reference]:
    """Yield what the configuration of a builtin plugin names, or seems to name."""
    if isinstance(value, YamlMap):
        for key, part in value.items():
            texts = part if isinstance(part, list) else [part]
            if key.casefold() in {"path", "paths", *_ENTRY_FIELDS}:
                for text in texts:
                    yield Reference(field, _source(as_text(text)), value.line_of(key), hidden=True)
            yield from hidden_references(field, part)
    elif isinstance(value, YamlList):
        for part in value:
            yield from hidden_references(field, part)


def _mapping(document: yaml.Document) -> YamlMap:
    if not isinstance(document.value, YamlMap):
        raise ParseError("is no mapping", line=document.line)
    _spelled(document.value, _FIELDS)
    for field in LISTS_OF_ENTRIES:
        value = document.value.get(field)
        for one in value if isinstance(value, YamlList) else [value]:
            if isinstance(one, YamlMap):
                _spelled(one, _ENTRY_FIELDS)
    return document.value


def _spelled(mapping: YamlMap, fields: frozenset[str]) -> None:
    """Refuse ``Resources`` for ``resources``: kustomize takes it, and nobody else would."""
    for key in mapping:
        meant = key.casefold()
        known = {one.casefold(): one for one in fields}.get(meant)
        if known is not None and key != known:
            raise ParseError(f"{key!r} stands for {known!r}; spell it so", line=mapping.lines[key])


def _references(content: YamlMap) -> Iterator[Reference]:
    for field in (*LISTS_OF_ROOTS, *LISTS_OF_PLUGINS, *LISTS_OF_FILES):
        for text, line in _texts(content, field):
            if "\n" in text:
                yield from _inline(field, text, line)
            else:
                yield Reference(field, text, line, root=field not in LISTS_OF_FILES)
    for field, keys in LISTS_OF_ENTRIES.items():
        value = content.get(field)
        for entry in value if isinstance(value, YamlList) else [value]:
            yield from _entry(field, entry, keys)


def _entry(field: str, entry: Any, keys: tuple[str, ...]) -> Iterator[Reference]:
    if isinstance(entry, YamlMap):
        for key in keys:
            for text, line in _texts(entry, key):
                yield Reference(field, _source(text), line)


def _inline(field: str, text: str, line: int) -> Iterator[Reference]:
    """Yield what a plugin's configuration names that is written in the list itself."""
    if field not in LISTS_OF_PLUGINS:
        return
    try:
        documents = yaml.load_all(text)
    except ParseError as error:
        raise ParseError(error.message, line=line) from None
    for document in documents:
        for one in hidden_references(field, document.value):
            yield Reference(field, one.text, line, hidden=True)


def _texts(mapping: YamlMap, key: str) -> Iterator[tuple[str, int]]:
    """Yield the texts under *key*, be it one or a list of them, with their lines."""
    value = mapping.get(key)
    if isinstance(value, str):
        yield value, mapping.line_of(key)
    elif isinstance(value, YamlList):
        for one, line in zip(value, value.lines, strict=True):
            if isinstance(one, str):
                yield one, line


def _source(text: str) -> str:
    """Return the path in ``key=path``, as generators write it."""
    key, equals, path = text.partition("=")
    return path if equals and not is_remote(key) else text


def selector(entry: YamlMap) -> Mapping[str, Any]:
    """Return the ``target`` of a patch."""
    return as_object(entry.get("target"))
