"""Directories and files of plain manifests, as Argo CD's "directory" source takes them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from exporter.declared.checkout import MAX_FILES, Checkout
from exporter.declared.kustomize.kustomization import join
from exporter.declared.kustomize.provenance import Tracer
from exporter.declared.rendered import Manifest
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.items import ItemState
from exporter.domain.json import as_text
from exporter.foreign import yaml
from exporter.foreign.files import MIB
from exporter.foreign.yaml import Document, YamlList, YamlMap

SUFFIXES: Final = (".yaml", ".yml", ".json")
MAX_SIZE: Final = 64 * MIB
_MARKS: Final = ("apiVersion", "kind", "metadata")
_EMPTY_LIST: Final = {"apiVersion": "v1", "kind": "List", "items": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """A file, or a document in it, that is no Kubernetes object, and whether it might be one."""

    path: str
    line: int
    state: ItemState
    message: str


@dataclass(slots=True)
class Plain:
    """The manifests of some files, the files that could not be read, and what was passed over."""

    manifests: list[Manifest] = field(default_factory=list)
    errors: list[ReadError] = field(default_factory=list)
    passed_over: list[PassedOver] = field(default_factory=list)


def read(checkout: Checkout, path: str, *, recurse: bool, tracer: Tracer) -> Plain:
    """Return the manifests in the file or directory *path*.

    What is no Kubernetes object is passed over, and so is a broken file that does not look like
    one, as Argo CD does; but that is told. Raises :exc:`ReadError` where there is too much of it.
    """
    result = Plain()
    size = 0
    for name in _files(checkout, path, recurse=recurse):
        try:
            text = checkout.read_text(name)
            size += len(text)
            _take(text, name, tracer, result)
        except ReadError as error:
            result.errors.append(error)
        if size > MAX_SIZE:
            raise ReadError(f"holds more than {MAX_SIZE // MIB} MiB", reason=Reason.TOO_LARGE)
    return result


def _files(checkout: Checkout, path: str, *, recurse: bool) -> list[str]:
    if checkout.is_file(path):
        return [path]
    if recurse:
        return checkout.files(path, suffixes=SUFFIXES)
    with os.scandir(checkout.resolve(path)) as entries:
        names = sorted(entry.name for entry in entries if entry.name.endswith(SUFFIXES))
    if len(names) > MAX_FILES:
        raise ReadError(f"holds more than {MAX_FILES} files", reason=Reason.TOO_LARGE, path=path)
    return [join(path, name) for name in names if checkout.is_file(join(path, name))]


def _take(text: str, path: str, tracer: Tracer, result: Plain) -> None:
    """Add what a file holds, all of it or nothing; raises :exc:`ReadError` where it is broken."""
    if is_vaulted(text):
        message = "is encrypted by Ansible Vault"
        result.passed_over.append(_passed_over(path, 1, ItemState.UNREADABLE, message))
        return
    manifests: list[Manifest] = []
    others: list[PassedOver] = []
    try:
        for document in yaml.load_all(text):
            for value in _parts(document):
                why = _no_object(value)
                if isinstance(value, YamlMap) and why is None:
                    manifests.append(tracer.written(value, path))
                elif why is not None:
                    line = value.line if isinstance(value, YamlMap) else document.line
                    others.append(_passed_over(path, line, *why))
    except ParseError as error:
        if any(mark in text for mark in _MARKS):
            raise ReadError(
                error.message, reason=Reason.MALFORMED, path=path, line=error.line
            ) from None
        message = f"is passed over: {error.message}"
        others = [_passed_over(path, error.line, ItemState.UNREADABLE, message)]
    result.manifests += manifests
    # One of a kind for each file: values of a chart may have many documents.
    result.passed_over += {other.state: other for other in reversed(others)}.values()


def is_vaulted(text: str) -> bool:
    """Tell whether a file is encrypted as a whole, so that no word in it proves anything."""
    return text.startswith("$ANSIBLE_VAULT;")


def _passed_over(path: str, line: int, state: ItemState, message: str) -> PassedOver:
    return PassedOver(path=path, line=line, state=state, message=message)


def _parts(document: Document) -> Iterator[Any]:
    """Yield what has to be an object: a document itself, or the items of a list of objects."""
    value = document.value
    items = value.get("items") if isinstance(value, YamlMap) else None
    if isinstance(items, YamlList) and as_text(value.get("kind")).endswith("List"):
        yield from items
    elif value != _EMPTY_LIST:
        yield value


def _no_object(value: Any) -> tuple[ItemState, str] | None:
    """Return why something is no Kubernetes object, and whether that is meant so."""
    if not isinstance(value, YamlMap) or not value.keys() & _MARKS:
        return ItemState.OUT_OF_SCOPE, "is no Kubernetes object"
    lacking = [mark for mark in _MARKS[:2] if not isinstance(value.get(mark), str)]
    if lacking:
        return ItemState.UNRESOLVED, f"is passed over: it has no {lacking[0]} that is a text"
    return None
