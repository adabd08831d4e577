"""What kustomize complains of, made short and placed."""

import re
from dataclasses import dataclass
from typing import Final

from exporter.declared.kustomize.graph import Graph
from exporter.declared.kustomize.statements import Name, Statement
from exporter.domain.errors import ReadError, Reason

MAX_MESSAGE: Final = 500
MAX_WRAPPINGS: Final = 50

_KUBECTL: Final = '"command failed" err="'
_FIRST_TRY: Final = "accumulation err='"
_NO_FILE: Final = "' must resolve to a file': "
_NO_DIRECTORY: Final = "': must build at directory"
_QUOTED: Final = 'accumulateDirectory: "'
_DIRECTORIES: Final = ("recursed accumulation of path '", "recursed merging from path '")
_SWITCHED_OFF: Final = ("external plugins disabled", "must specify --enable-", "requires --enable-")
_UNKNOWN: Final = re.compile(r'unknown field "(\w+)"')
_NEWER: Final = {"sourceValue": "5.7.0", "includeTemplates": "4.4.0", "sortOptions": "5.0.0"}
_PATCH: Final = re.compile(r'strategic merge patch "(\w+)\.[^/"]*/([^"]+)\.[^."]+"')


@dataclass(frozen=True, slots=True)
class Complaint:
    """The useful part of what kustomize says, and the directory that it speaks of, if any."""

    message: str
    folder: str = ""


def shorten(errors: str, *, root: str) -> Complaint:
    """Return what kustomize complains of in *errors*, with paths relative to *root*."""
    lines = [line for line in errors.splitlines() if line.strip() and not line.startswith("#")]
    text = " ".join(" ".join(lines).split())
    if _KUBECTL in text:
        text = text.partition(_KUBECTL)[2].removesuffix('"').replace('\\"', '"')
    text = text.removeprefix("Error: ").removeprefix("error: ")
    text = text.replace(f"{root}/", "").replace(root, ".")
    folder = ""
    for _ in range(MAX_WRAPPINGS):
        inner = _unwrap(text)
        if inner == text:
            break
        if text.startswith(_DIRECTORIES):
            folder = text.partition("'")[2].partition("'")[0]
        text = inner
    if text.count('"') % 2:
        text = text.removesuffix('"')
    message = text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"
    return Complaint(message, folder)


def _unwrap(text: str) -> str:
    """Take off one layer of "accumulating resources from ...: ..."."""
    if text.startswith(_QUOTED):
        return text.removeprefix(_QUOTED).removesuffix('"')
    if text.startswith(_FIRST_TRY):
        first, no_directory, _ = text.removeprefix(_FIRST_TRY).partition(_NO_DIRECTORY)
        second = text.partition(_NO_FILE)[2] or text.rpartition("': ")[2]
        return first if no_directory else second
    if text.startswith(("accumulating ", *_DIRECTORIES)):
        return text.partition(": ")[2] or text
    return text


def unknown_field(message: str) -> str:
    """Return the field that kustomize does not know, if it complains of one."""
    found = _UNKNOWN.search(message)
    return found[1] if found else ""


def brought(field: str) -> str:
    """Return the version of kustomize that brought a *field*, empty where that is not known."""
    return _NEWER.get(field, "")


def is_unsupported(message: str) -> bool:
    """Tell whether kustomize was asked for what it is not allowed here: plugins, functions."""
    return any(phrase in message for phrase in _SWITCHED_OFF)


def explain(error: ReadError, graph: Graph) -> list[ReadError]:
    """Return why a build failed: the files that are no YAML, if any, else what kustomize said."""
    if error.reason is not Reason.MALFORMED:
        return [error]
    malformed = [file for layer in graph.layers.values() for file in layer.malformed]
    if malformed:
        return malformed
    content = graph.root.kustomization.content
    component = content.get("kind") == "Component"
    path, line = _place(error, graph)
    return [
        ReadError(
            error.message,
            reason=error.reason,
            path=path,
            line=line,
            advice="it is a component; name an overlay that uses it" if component else error.advice,
        )
    ]


def _place(error: ReadError, graph: Graph) -> tuple[str, int]:
    """Return where the patch stands that found nothing to change, or the kustomization."""
    named = _PATCH.search(error.message)
    stated = _patch((named[1], named[2]), graph) if named else None
    if stated is not None:
        return stated.path, stated.first
    spoken_of = (path for path in graph.layers if path.rpartition("/")[0] == error.path)
    return next(spoken_of if error.path else iter(()), graph.root.kustomization.path), 0


def _patch(name: Name, graph: Graph) -> Statement | None:
    stated = (
        statement for layer in graph.layers.values() for statement in layer.exact.get(name, ())
    )
    return next((statement for statement in stated if statement.own), None)
