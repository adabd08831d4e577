"""What ``kustomize edit`` makes of a kustomization; the kustomize inside kubectl cannot do it.

Source: kustomize 5.8, ``kustomize/commands/edit`` and ``api/internal/image``.
"""

from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Any

from exporter.domain.errors import ParseError

_KEEP = "*"
"""Stands in an image for what the kustomization says already."""
_IMAGE_FIELDS = ("newName", "newTag", "digest")
_FLAGS = frozenset({"--force", "--without-selector", "--include-templates"})
_END_OF_FLAGS = "--"


def apply(content: dict[str, Any], edits: Iterable[Sequence[str]]) -> None:
    """Change the plain *content* of a kustomization by the words of each edit, in order.

    Raises :exc:`ParseError` where kustomize refuses an edit, or the content has another shape.
    """
    for verb, what, *words in edits:
        _check_flags(words)
        match verb, what:
            case "set", "nameprefix" | "namesuffix" | "namespace":
                field = {"nameprefix": "namePrefix", "namesuffix": "nameSuffix"}.get(what, what)
                content[field] = words[-1]
            case "set", "image":
                content["images"] = _images(_list(content, "images"), words)
            case "set", "replicas":
                content["replicas"] = _replicas(_list(content, "replicas"), words)
            case "add", "label":
                _add_labels(content, words)
            case _:
                _add(_mapping(content, "commonAnnotations"), words, what="annotation")


def _check_flags(words: Iterable[str]) -> None:
    """Refuse what an Application says where kustomize would take it for an option."""
    for word in takewhile(lambda one: one != _END_OF_FLAGS, words):
        if word.startswith("-") and word not in _FLAGS:
            raise ParseError(f"{word[:200]!r} is taken for an option of kustomize")


def image(text: str) -> dict[str, str]:
    """Return the entry of ``images`` that an image option stands for.

    Raises :exc:`ParseError` for one that changes nothing.
    """
    key, separator, value = text.partition("=")
    name, tag, digest = _split(value if separator else text)
    if name == text:
        raise ParseError(f"the image {text[:200]!r} names neither a new name, a tag nor a digest")
    parts = {"newName": name if key and separator else "", "newTag": tag, "digest": digest}
    return {"name": key if key and separator else name} | {k: v for k, v in parts.items() if v}


def _split(text: str) -> tuple[str, str, str]:
    """Return name, tag and digest; a colon before the first slash belongs to the registry."""
    start = max(text.find("/"), 0)
    at, colon = text.find("@", start), text.find(":", start)
    if at >= 0 and (colon < 0 or at < colon):
        return text[:at], "", text[at + 1 :]
    if colon < 0:
        return text, "", ""
    end = at if at >= 0 else len(text)
    return text[:colon], text[colon + 1 : end], text[end + 1 :]


def _images(known: list[Any], words: Iterable[str]) -> list[dict[str, Any]]:
    """Return the images with those of *words*, by name; the first of several entries counts."""
    entries: dict[str, dict[str, Any]] = {}
    for entry in map(image, words):
        entries[entry["name"]] = entry
    for entry in known:
        named = _named(entry, "images")
        entries[named] = _kept(entries[named], entry) if named in entries else entry
    return [_kept(entries[name], {}) for name in sorted(entries)]


def _kept(entry: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Return an entry of images with what it keeps of the one *before*."""
    found = {
        key: before.get(key, "") if key in _IMAGE_FIELDS and value == _KEEP else value
        for key, value in entry.items()
    }
    return {key: value for key, value in found.items() if value or key not in _IMAGE_FIELDS}


def _replicas(known: list[Any], words: Iterable[str]) -> list[dict[str, Any]]:
    """Return the replicas with those of *words*, ``name=count``, by name."""
    counts = (word.rpartition("=") for word in words)
    entries = {_named(entry, "replicas"): entry for entry in reversed(known)}
    entries |= {name: {"name": name, "count": int(count)} for name, _, count in counts}
    return [entries[name] for name in sorted(entries)]


def _add_labels(content: dict[str, Any], words: Sequence[str]) -> None:
    """Add labels to all objects and selectors, or, without selectors, to an entry of ``labels``."""
    if "--without-selector" not in words:
        if "--include-templates" in words:
            raise ParseError("labelIncludeTemplates is for labelWithoutSelector only")
        _add(_mapping(content, "commonLabels"), words, what="label")
        return
    settings = {"includeSelectors": False, "includeTemplates": "--include-templates" in words}
    entries = _list(content, "labels")
    for entry in entries:
        if isinstance(entry, dict) and all(
            bool(entry.get(key)) is value for key, value in settings.items()
        ):
            _add(_mapping(entry, "pairs"), words, what="label")
            return
    pairs: dict[str, Any] = {}
    _add(pairs, words, what="label")
    content["labels"] = [*entries, {**settings, "pairs": pairs}]


def _add(known: dict[str, Any], words: Iterable[str], *, what: str) -> None:
    """Add ``key:value`` words to what is *known*, which they replace only where that is forced."""
    force = "--force" in words
    for key, _, value in (word.partition(":") for word in words if word not in _FLAGS):
        if not key:
            raise ParseError(f"a {what} without a key")
        if key in known and not force:
            raise ParseError(f"the {what} {key} is already in the kustomization, and not forced")
        quoted = len(value) > 1 and value[0] == value[-1] == '"'
        known[key] = value[1:-1] if quoted else value


def _named(entry: Any, field: str) -> str:
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(name, str):
        raise ParseError(f"an entry of {field} has no name")
    return name


def _list(content: dict[str, Any], field: str) -> list[Any]:
    found = content.get(field) or []
    if not isinstance(found, list):
        raise ParseError(f"{field} is no list")
    return found


def _mapping(content: dict[str, Any], field: str) -> dict[str, Any]:
    found = content.get(field) or {}
    if not isinstance(found, dict):
        raise ParseError(f"{field} is no mapping")
    content[field] = found
    return found
