"""What ``helm template`` prints, taken apart into objects that know their template."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from exporter.declared.kinds import group
from exporter.domain.json import Json, JsonObject, as_object, as_text, shared
from exporter.foreign import yaml

_DOCUMENT: Final = re.compile(r"^---[ \t]*(?:#.*)?$", re.MULTILINE)
_SOURCE: Final = re.compile(r"\A\s*# Source: ([^\n]*)")
_KIND: Final = re.compile(r"^kind:[ \t]*[\"']?([A-Za-z]+)", re.MULTILINE)
_IDENTITY: Final = ("name", "namespace", "generateName", "annotations")
_DEFINITION: Final = "CustomResourceDefinition"
_SCHEMA: Final = re.compile(r"^( *(?:- )?)(?:schema|validation):[ \t]*$")


@dataclass(frozen=True, slots=True)
class Printed:
    """One rendered object; *template* is its file in the chart, without the chart's own name."""

    content: JsonObject
    template: str

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """Its group, kind, namespace and name."""
        metadata = as_object(self.content.get("metadata"))
        names = (as_text(metadata.get(one)) for one in ("namespace", "name"))
        namespace, name = names
        return group(self.content), as_text(self.content.get("kind")), namespace, name


def parse(text: str) -> Iterator[Printed]:
    """Yield the objects; raises :exc:`ParseError` where something is no YAML.

    Of a Secret no more is kept than what tells which it is, and of a definition all but its
    schemas, which are megabytes.
    """
    template = ""
    for part in _DOCUMENT.split(text):
        source = _SOURCE.search(part)
        if source is not None:  # further documents of one file in crds/ have none of their own
            template = source[1].strip().partition("/")[2]
        for value in _values(part):
            for one in _objects(value):
                yield Printed(_lean(one), template)


def _values(part: str) -> Iterator[Json]:
    kind = _KIND.search(part)
    if kind is not None and kind[1] == _DEFINITION:
        part = "\n".join(_without_schemas(part.splitlines()))
    for document in yaml.stream(part):
        yield yaml.plain(document.value)


def _without_schemas(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a definition with schemas that say nothing, as nobody compares them."""
    deeper = -1
    for line in lines:
        indent = len(line) - len(line.lstrip(" "))
        if 0 <= deeper < indent or (deeper >= 0 and not line.strip()):
            continue
        found = _SCHEMA.match(line)
        deeper = len(found[1]) if found else -1
        yield line + " {}" if found else line


def _objects(value: Json) -> Iterator[JsonObject]:
    """Yield an object, or the items of a list of objects, as Argo CD takes them apart."""
    content = as_object(value)
    items = content.get("items")
    if as_text(content.get("kind")).endswith("List") and isinstance(items, list):
        yield from map(as_object, items)
    elif content:
        yield content


def _lean(content: JsonObject) -> JsonObject:
    if as_text(content.get("kind")) != "Secret" or group(content):
        found: JsonObject = shared(content)
        return found
    metadata = as_object(content.get("metadata"))
    return {
        "apiVersion": content.get("apiVersion"),
        "kind": content.get("kind"),
        "metadata": {key: metadata[key] for key in _IDENTITY if key in metadata},
    }


def differing(first: Json, second: Json, pointer: str = "") -> Iterator[str]:
    """Yield the JSON pointers at which two values differ, the nearest to the values themselves."""
    if isinstance(first, dict) and isinstance(second, dict):
        for key in (*first, *(one for one in second if one not in first)):
            below = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            if key in first and key in second:
                yield from differing(first[key], second[key], below)
            else:
                yield below
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for at, (one, other) in enumerate(zip(first, second, strict=True)):
            yield from differing(one, other, f"{pointer}/{at}")
    elif first != second or type(first) is not type(second):
        yield pointer
