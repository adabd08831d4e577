"""What single documents state about an object, before kustomize puts them together."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from exporter.declared.kustomize.kustomization import Kustomization, selector
from exporter.domain.errors import ParseError
from exporter.domain.json import as_list, as_object, as_text
from exporter.foreign import yaml
from exporter.foreign.yaml import Document, YamlList, YamlMap

Name: TypeAlias = tuple[str, str]
"""The kind and the name of an object."""

Files: TypeAlias = Mapping[str, tuple[str, list[Document]]]
"""Files by what a kustomization calls them: their paths in the repository, and their documents."""

_PATTERN: Final = frozenset("\\^$.*+?()[]{}|")


@dataclass(frozen=True, slots=True)
class Images:
    """The ``images`` of a kustomization, which change every image that they name."""

    entries: tuple[YamlMap, ...]

    def line_of(self, image: str) -> int:
        """Return the line of the entry that makes *image*, or 0."""
        for entry in self.entries:
            for key in ("digest", "newTag", "newName"):
                if key in entry and _makes(entry, image):
                    return entry.line_of(key)
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A value that stands in the file *path*, and lies over an object from its root on.

    The value's own lines count from line *start* + 1; where *fixed*, all of it stands on *start*.
    *own* tells whether it speaks of one object, not of all that a kustomization has.
    """

    path: str
    value: YamlMap | Images
    start: int = 0
    fixed: bool = False
    own: bool = True

    @property
    def first(self) -> int:
        """The line in the file on which the value begins; 0 where it has no lines."""
        return self.line(self.value.line) if isinstance(self.value, YamlMap) else 0

    def line(self, inner: int) -> int:
        """Return the line in the file of the value's line *inner*."""
        return self.start if self.fixed else self.start + inner


@dataclass(frozen=True, slots=True)
class Patch:
    """A statement about those objects whose kind and name fit; empty fits any."""

    kind: str
    name: str
    statement: Statement

    @property
    def exact(self) -> bool:
        """Whether it names one object."""
        return bool(self.kind and self.name) and not _PATTERN & {*self.kind, *self.name}

    def fits(self, kind: str, names: frozenset[str]) -> bool:
        """Tell whether it speaks of an object of *kind* that has, or had, one of *names*."""
        return _fits(self.kind, kind) and any(_fits(self.name, name) for name in names)


def identify(value: YamlMap) -> Name | None:
    """Return the kind and name of an object, or None where it is none."""
    kind, name = value.get("kind"), as_object(value.get("metadata")).get("name")
    return (kind, name) if isinstance(kind, str) and isinstance(name, str) and kind else None


def objects(document: Document) -> Iterator[YamlMap]:
    """Yield the objects of a document: itself, or the items of a list."""
    value = document.value
    if not isinstance(value, YamlMap) or not isinstance(value.get("kind"), str):
        return
    items = value.get("items")
    if value["kind"].endswith("List") and isinstance(items, YamlList):
        yield from (item for item in items if isinstance(item, YamlMap))
    else:
        yield value


def settings(kustomization: Kustomization) -> Iterator[Patch]:
    """Yield what a kustomization itself sets on its objects."""
    path, content = kustomization.path, kustomization.content
    images = tuple(kustomization.entries("images"))
    if images:
        yield Patch("", "", Statement(path=path, value=Images(images), own=False))
    for replicas in kustomization.entries("replicas"):
        count = _map("spec", _part(replicas, "count", "replicas"))
        yield Patch("", as_text(replicas.get("name")), _set(path, count))
    if isinstance(content.get("namespace"), str):
        yield Patch("", "", _set(path, _map("metadata", _part(content, "namespace", "namespace"))))
    for labels in _labels(kustomization):
        yield Patch("", "", _set(path, _everywhere("labels", labels)))
    annotations = content.get("commonAnnotations")
    if isinstance(annotations, YamlMap):
        yield Patch("", "", _set(path, _everywhere("annotations", annotations)))


def patches(kustomization: Kustomization, files: Files) -> Iterator[Patch]:
    """Yield the patches of a kustomization, which stand in it or in *files*."""
    merges = as_list(kustomization.content.get("patchesStrategicMerge"))
    for at, text in enumerate(merges):
        if isinstance(merges, YamlList) and isinstance(text, str):
            line = merges.lines[at]
            yield from _merges(kustomization, text, line, files, YamlMap())
    for field in ("patches", "patchesJson6902"):
        for entry in kustomization.entries(field):
            text = as_text(entry.get("patch")) or as_text(entry.get("path"))
            line = entry.line_of("patch" if entry.get("patch") else "path")
            yield from _merges(kustomization, text, line, files, entry)


def _merges(
    kustomization: Kustomization,
    text: str,
    line: int,
    files: Files,
    entry: YamlMap,
) -> Iterator[Patch]:
    """Yield what one patch states, whether *text* is a path or the patch itself."""
    target = selector(entry)
    for path, start, document in _documents(kustomization, text, line, files):
        fixed = path == kustomization.path and start == line and not _block(kustomization, line)
        for value in _values(document):
            identity = identify(value) or ("", "")
            yield Patch(
                as_text(target.get("kind")) or ("" if target else identity[0]),
                as_text(target.get("name")) or ("" if target else identity[1]),
                Statement(path=path, value=value, start=start, fixed=fixed),
            )


def _documents(
    kustomization: Kustomization, text: str, line: int, files: Files
) -> Iterator[tuple[str, int, Document]]:
    if text in files:
        path, documents = files[text]
        for document in documents:
            yield path, 0, document
    elif "\n" in text or ":" in text:
        try:
            inline = yaml.load_all(text)
        except ParseError:
            return  # kustomize says what is wrong with it
        for document in inline:
            yield kustomization.path, line, document


def _block(kustomization: Kustomization, line: int) -> bool:
    """Tell whether the value on *line* begins on the next one (``patch: |-``)."""
    text = "".join(kustomization.lines[line - 1 : line])
    return text.rstrip()[-2:].lstrip(" ").startswith(("|", ">"))


def _values(document: Document) -> Iterator[YamlMap]:
    """Yield the partial objects of a strategic merge patch or of the operations of a JSON patch."""
    if isinstance(document.value, YamlMap):
        yield document.value
    elif isinstance(document.value, YamlList):
        for operation in document.value:
            if isinstance(operation, YamlMap) and as_text(operation.get("op")) in {
                "add",
                "replace",
            }:
                yield _nest(operation)


def _nest(operation: YamlMap) -> YamlMap:
    """Return a JSON patch's value under the keys of its path; the indices of lists are keys too."""
    keys = as_text(operation.get("path")).split("/")[1:]
    if not keys or len(keys) > yaml.MAX_DEPTH:
        return YamlMap(operation.line)
    value: Any = operation.get("value")
    line = operation.line_of("value")
    for key in reversed(keys):
        outer = YamlMap(line)
        outer[key.replace("~1", "/").replace("~0", "~")] = value
        outer.lines[key.replace("~1", "/").replace("~0", "~")] = line
        value = outer
    return value if isinstance(value, YamlMap) else YamlMap(line)


def _labels(kustomization: Kustomization) -> Iterator[YamlMap]:
    common = kustomization.content.get("commonLabels")
    if isinstance(common, YamlMap):
        yield common
    for entry in kustomization.entries("labels"):
        pairs = entry.get("pairs")
        if isinstance(pairs, YamlMap):
            yield pairs


def _everywhere(field: str, values: YamlMap) -> YamlMap:
    """Return *values* as labels or annotations of an object, its template and its selector."""
    metadata = _map(field, values)
    spec = _map("template", _map("metadata", metadata))
    spec |= _map("selector", _map("matchLabels", values))
    spec.lines["selector"] = values.line
    result = _map("metadata", metadata)
    result["spec"] = spec
    result.lines["spec"] = values.line
    return result


def _part(mapping: YamlMap, key: str, name: str) -> YamlMap:
    """Return the value under *key*, with its line, under another *name*."""
    part = YamlMap(mapping.line_of(key))
    part[name] = mapping.get(key)
    part.lines[name] = mapping.line_of(key)
    return part


def _map(key: str, value: YamlMap) -> YamlMap:
    outer = YamlMap(value.line)
    outer[key] = value
    outer.lines[key] = value.line
    return outer


def _set(path: str, value: YamlMap) -> Statement:
    return Statement(path=path, value=value, own=False)


def _makes(entry: YamlMap, image: str) -> bool:
    """Tell whether an entry of ``images`` has made *image*."""
    name = as_text(entry.get("newName")) or as_text(entry.get("name"))
    tag, digest = entry.get("newTag"), entry.get("digest")
    if not name or not image.startswith(name):
        return False
    rest = image[len(name) :]
    if isinstance(digest, str):
        return rest.endswith(f"@{digest}")
    return rest == f":{tag}" if tag is not None else rest[:1] in {"", ":", "@"}


def _fits(pattern: str, text: str) -> bool:
    """Tell whether kustomize's anchored regular expression *pattern* takes *text*.

    Only ``.*`` and alternatives are understood: enough for real patches, and never slow.
    """
    for kind in pattern.removeprefix("(").removesuffix(")").split("|"):
        head, wild, tail = kind.removeprefix("^").removesuffix("$").partition(".*")
        if kind == "" or text == head + wild + tail:
            return True
        if wild and text.startswith(head) and text.endswith(tail) and ".*" not in tail:
            return True
    return False
