"""``ignoreDifferences``: which values of a workload Argo CD leaves to others.

Source: Argo CD, ``util/argo/normalizers/diff_normalizer.go``. Of jq, paths are understood (with
indices, ``[]`` and ``select(.a == "b")``), which is what such expressions are made of.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from exporter.declared.globs import match_any
from exporter.declared.located import LocatedTree, escape
from exporter.domain.declaration import IgnoredDifference, Unresolved
from exporter.domain.json import Json, JsonObject, as_list, as_object, as_text, dig

MAX_EXPRESSION = 1000
MAX_POINTERS = 1000
_STEP = re.compile(
    r"""\s*(?:
      \.?\["(?P<quoted>[^"\\]*)"\]
    | \."(?P<string>[^"\\]*)"
    | \.?\[(?P<index>\d{1,6})\]
    | \.?(?P<each>\[\])
    | \.(?P<name>[A-Za-z_]\w*)
    | \|?\s*select\(\s*(?P<path>(?:\.[A-Za-z_]\w*)+)\s*==\s*"(?P<wanted>[^"\\]*)"\s*\)
    | \|\s*(?=\.)
    )\??\s*""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Each:
    """``[]``: every item."""


@dataclass(frozen=True, slots=True)
class Select:
    """``select(.a.b == "wanted")``: only where that holds."""

    path: tuple[str, ...]
    wanted: str


Step: TypeAlias = str | int | Each | Select


def pointers(
    ignored: Iterable[IgnoredDifference], content: JsonObject, *, namespace: str
) -> tuple[str, ...]:
    """Return the JSON pointers that *ignored* names in an object with this *content*.

    *namespace* is that of an object which names none. jq expressions that are not understood (see
    :func:`parse_path`) name no pointers.
    """
    found: list[str] = []
    for entry in ignored:
        if _applies(entry, content, namespace):
            found += entry.pointers
            for expression in entry.paths:
                found += _reached(parse_path(expression) or (), content)
    return tuple(dict.fromkeys(found[:MAX_POINTERS]))


def left_to_others(application_set: LocatedTree, application: LocatedTree) -> tuple[str, ...]:
    """Return the JSON pointers into an Application that its ApplicationSet leaves to others.

    *application_set* is the spec. Raises :exc:`ReadError` where it is malformed. Source: Argo CD,
    ``ApplicationSetResourceIgnoreDifferences``.
    """
    entries = [
        IgnoredDifference(
            group="*",
            kind="*",
            name=one.text("name"),
            pointers=one.texts("jsonPointers"),
            paths=one.texts("jqPathExpressions"),
        )
        for one in application_set.list("ignoreApplicationDifferences")
    ]
    content = application.plain()
    return pointers(entries, as_object(content), namespace="") if entries else ()


def left_open(ignored: Iterable[IgnoredDifference], content: JsonObject, *, namespace: str) -> str:
    """Return why *ignored* may name further values of an object, or nothing."""
    found = (one for one in ignored if one.unresolved and _applies(one, content, namespace))
    return next((one.unresolved for one in found), "")


def unresolved(entry: LocatedTree) -> Iterator[Unresolved]:
    """Yield what an *entry* of ``ignoreDifferences`` names, and nobody can tell here."""
    managers = entry.texts("managedFieldsManagers")
    if managers:
        message = f"only the cluster knows what a field manager owns: {', '.join(managers)[:200]}"
        yield Unresolved(entry.place_of("managedFieldsManagers"), message)
    for expression in entry.texts("jqPathExpressions"):
        if parse_path(expression) is None:
            message = f"the jq expression {expression} is not evaluated"
            yield Unresolved(entry.place_of("jqPathExpressions"), message)


def in_words(found: Iterable[Unresolved]) -> str:
    """Return what is *unresolved* with its places, in words."""
    return "; ".join(f"{one.place.where}: {one.message}" for one in found)


@lru_cache(maxsize=512)
def parse_path(expression: str) -> tuple[Step, ...] | None:
    """Return the steps of a jq path expression, or None where it is not understood."""
    steps: list[Step] = []
    text = expression.strip()
    at = 0
    while at < len(text) <= MAX_EXPRESSION:
        match = _STEP.match(text, at)
        if match is None:
            return None
        steps += _step(match)
        at = match.end()
    return tuple(steps) if steps and at == len(text) else None


def _step(match: re.Match[str]) -> list[Step]:
    if match["each"]:
        return [Each()]
    if match["index"]:
        return [int(match["index"])]
    if match["path"]:
        return [Select(tuple(match["path"][1:].split(".")), match["wanted"])]
    name = next((match[key] for key in ("name", "quoted", "string") if match[key]), None)
    return [] if name is None else [name]


def _applies(entry: IgnoredDifference, content: JsonObject, namespace: str) -> bool:
    metadata = as_object(content.get("metadata"))
    group = as_text(content.get("apiVersion")).rpartition("/")[0]
    return (
        match_any(entry.group, group)
        and match_any(entry.kind, as_text(content.get("kind")))
        and entry.name in {"", as_text(metadata.get("name"))}
        and entry.namespace in {"", as_text(metadata.get("namespace")) or namespace}
    )


def _reached(steps: Sequence[Step], content: Json) -> list[str]:
    """Return pointers to what *steps* lead to; a field need not be declared to be named."""
    here: list[tuple[str, Json]] = [("", content)] if steps else []
    for step in steps:
        here = [after for pointer, value in here for after in _taken(step, pointer, value)]
        here = here[:MAX_POINTERS]
    return [pointer for pointer, _ in here]


def _taken(step: Step, pointer: str, value: Json) -> list[tuple[str, Json]]:
    match step:
        case str():
            return [(f"{pointer}/{escape(step)}", as_object(value).get(step))]
        case int():
            items = as_list(value)
            return [(f"{pointer}/{step}", items[step])] if step < len(items) else []
        case Each():
            found = [(f"{pointer}/{at}", item) for at, item in enumerate(as_list(value))]
            members = as_object(value).items()
            return found + [(f"{pointer}/{escape(key)}", part) for key, part in members]
        case Select():
            return [(pointer, value)] if dig(value, *step.path) == step.wanted else []
