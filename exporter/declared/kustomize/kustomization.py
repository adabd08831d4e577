"""A kustomization file: what it refers to, on which lines.

Source: the Kustomization type of ``sigs.k8s.io/kustomize/api/types``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.references import (
    Reference,
    check_text,
    hidden_references,
    listed,
    source,
)
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.json import as_list, as_object
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

    def entries(self, field: str) -> Iterator[YamlMap]:
        """Yield the mappings in the list *field*."""
        for item in as_list(self.content.get(field)):
            if isinstance(item, YamlMap):
                yield item


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
    return parse(checkout.read_text(path, limit=MAX_SIZE), path)


def parse(text: str, path: str) -> Kustomization:
    """Return the kustomization file at *path* that says *text*; raises :exc:`ReadError`."""
    try:
        documents = [_mapping(document) for document in yaml.load_all(text, exact=True)]
        references = tuple(
            reference for document in documents for reference in _references(document)
        )
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


def _mapping(document: yaml.Document) -> YamlMap:
    if not isinstance(document.value, YamlMap):
        raise ParseError("is no mapping", line=document.line)
    _spelled(document.value, _FIELDS)
    for field in LISTS_OF_ENTRIES:
        value = document.value.get(field)
        for item in value if isinstance(value, YamlList) else [value]:
            if isinstance(item, YamlMap):
                _spelled(item, _ENTRY_FIELDS)
    return document.value


def _spelled(mapping: YamlMap, fields: frozenset[str]) -> None:
    """Refuse ``Resources`` for ``resources``: kustomize takes it, and nobody else would."""
    for key in mapping:
        meant = key.casefold()
        known = {field.casefold(): field for field in fields}.get(meant)
        if known is not None and key != known:
            raise ParseError(f"{key!r} stands for {known!r}; spell it so", line=mapping.lines[key])


def _references(content: YamlMap) -> Iterator[Reference]:
    for field in (*LISTS_OF_ROOTS, *LISTS_OF_PLUGINS, *LISTS_OF_FILES):
        for text, line in _texts(content, field):
            if field in LISTS_OF_PLUGINS and (inline := _inline(field, text, line)) is not None:
                yield from inline
            elif field != "patchesStrategicMerge" or "\n" not in text:
                yield Reference(field, text, line, root=field not in LISTS_OF_FILES)
    for field, keys in LISTS_OF_ENTRIES.items():
        value = content.get(field)
        for entry in value if isinstance(value, YamlList) else [value]:
            yield from _entry(field, entry, keys)
    for text, line in _texts(content, "patches"):  # as kustomize 4 and older ones take it
        if "\n" not in text:
            yield Reference("patchesStrategicMerge", text, line)


def _entry(field: str, entry: Any, keys: tuple[str, ...]) -> Iterator[Reference]:
    if isinstance(entry, YamlMap):
        for key in keys:
            for text, line in _texts(entry, key):
                yield Reference(field, source(text), line)


def named_by(entry: Any, keys: tuple[str, ...]) -> Iterator[str]:
    """Yield the paths and addresses that an entry of a list has under *keys*."""
    yield from (reference.text for reference in _entry("", entry, keys))


def _inline(field: str, text: str, line: int) -> list[Reference] | None:
    """Return what a plugin's configuration names that is written in the list itself.

    None where *text* is a path. kustomize decides it in the same way: what is an object is one,
    whatever file bears its text for a name.
    """
    try:
        values = [document.value for document in yaml.load_all(text, exact=True)]
        found = [reference for value in values for reference in hidden_references(value)]
    except ParseError as error:
        raise ParseError(error.message, line=line) from None
    if not any(isinstance(value, YamlMap | YamlList) for value in values):
        return None
    return [Reference(field, reference.text, line, hidden=True, entry=text) for reference in found]


def _texts(mapping: YamlMap, key: str) -> Iterator[tuple[str, int]]:
    """Yield the texts under *key*, be it one or a list of them, with their lines.

    Raises :exc:`ParseError` for numbers and truth values: kustomize takes some of them for texts,
    as a hexadecimal number that is too long for it.
    """
    for item, line in listed(mapping.get(key), mapping.line_of(key)):
        check_text(key, item, line)
        if isinstance(item, str):
            yield item, line


def selector(entry: YamlMap) -> Mapping[str, Any]:
    """Return the ``target`` of a patch."""
    return as_object(entry.get("target"))
