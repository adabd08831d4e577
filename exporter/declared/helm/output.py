"""What ``helm template`` prints, taken apart into objects that know their template."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from exporter.declared.kinds import TRACED, governs, group
from exporter.domain.json import Json, JsonObject, as_object, as_text, dig, shared
from exporter.foreign import yaml

_DOCUMENT: Final = re.compile(r"^---[ \t]*(?:#.*)?$", re.MULTILINE)
_SOURCE: Final = re.compile(r"\A\s*# Source: ([^\n]*)")
_KIND: Final = re.compile(r"^kind:[ \t]*[\"']?([A-Za-z]+)", re.MULTILINE)
_KEPT: Final = TRACED | {"Alertmanager", "Prometheus"}
_IDENTITY: Final = ("name", "namespace", "generateName", "annotations")
_HEAVY: Final = frozenset({"CustomResourceDefinition"})
_SPEC: Final = re.compile(r"^spec:[ \t]*$", re.MULTILINE)


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

    Of kinds whose values nobody asks for no more is kept than what tells what they are: neither
    Secrets nor megabytes of definitions.
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
    if kind is not None and kind[1] in _HEAVY:
        spec = _SPEC.search(part)
        part = part[: spec.start()] if spec is not None else part
    for document in yaml.stream(part):
        yield yaml.plain(document.value)


def _objects(value: Json) -> Iterator[JsonObject]:
    """Yield an object, or the items of a list of objects, as Argo CD takes them apart."""
    content = as_object(value)
    items = content.get("items")
    if as_text(content.get("kind")).endswith("List") and isinstance(items, list):
        yield from map(as_object, items)
    elif content:
        yield content


def _lean(content: JsonObject) -> JsonObject:
    kind = as_text(content.get("kind"))
    if kind in _KEPT or governs(content):
        found: JsonObject = shared(content)
        return found
    metadata = as_object(content.get("metadata"))
    lean: dict[str, Json] = {
        "apiVersion": content.get("apiVersion"),
        "kind": content.get("kind"),
        "metadata": {key: metadata[key] for key in _IDENTITY if key in metadata},
    }
    seconds = dig(content, "spec", "ttlSecondsAfterFinished")
    if seconds is not None:
        lean["spec"] = {"ttlSecondsAfterFinished": seconds}
    return lean


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
