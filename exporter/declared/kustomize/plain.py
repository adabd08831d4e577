"""Directories and files of plain manifests, as Argo CD's "directory" source takes them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from exporter.declared.checkout import MAX_FILES, Checkout
from exporter.declared.kustomize.kustomization import join
from exporter.declared.kustomize.provenance import Tracer
from exporter.declared.kustomize.statements import objects
from exporter.declared.rendered import Manifest
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.foreign import yaml
from exporter.foreign.files import MIB
from exporter.foreign.yaml import Document, YamlMap

SUFFIXES: Final = (".yaml", ".yml", ".json")
MAX_SIZE: Final = 64 * MIB
_MARKS: Final = ("apiVersion", "kind", "metadata")


class _NoManifestError(ReadError):
    """A broken file that does not look like a manifest either."""


@dataclass(slots=True)
class Plain:
    """The manifests of some files, the files that could not be read, and those passed over."""

    manifests: list[Manifest] = field(default_factory=list)
    errors: list[ReadError] = field(default_factory=list)
    passed_over: list[ReadError] = field(default_factory=list)


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
            result.manifests += _manifests(text, name, tracer)
        except _NoManifestError as error:
            result.passed_over.append(error)
            continue
        except ReadError as error:
            result.errors.append(error)
            continue
        size += len(text)
        if size > MAX_SIZE:
            raise ReadError(f"holds more than {MAX_SIZE // MIB} MiB", reason=Reason.TOO_LARGE)
    return result


def _files(checkout: Checkout, path: str, *, recurse: bool) -> list[str]:
    if checkout.is_file(path):
        return [path]
    if recurse:
        return checkout.files(path, suffixes=SUFFIXES)
    with os.scandir(checkout.resolve(path)) as entries:
        names = sorted(one.name for one in entries if one.name.endswith(SUFFIXES))
    if len(names) > MAX_FILES:
        raise ReadError(f"holds more than {MAX_FILES} files", reason=Reason.TOO_LARGE, path=path)
    return [join(path, one) for one in names if checkout.is_file(join(path, one))]


def _manifests(text: str, path: str, tracer: Tracer) -> Iterator[Manifest]:
    try:
        documents = yaml.load_all(text)
        for value in (one for document in documents for one in _objects(document)):
            yield tracer.written(value, path)
    except ParseError as error:
        kind = ReadError if any(mark in text for mark in _MARKS) else _NoManifestError
        raise kind(error.message, reason=Reason.MALFORMED, path=path, line=error.line) from None


def _objects(document: Document) -> Iterator[YamlMap]:
    for one in objects(document):
        if isinstance(one.get("apiVersion"), str) and isinstance(one.get("kind"), str):
            yield one
