"""The JSON Schema of all documents for programs, made from their types."""

import re
from collections.abc import Mapping
from inspect import cleandoc
from typing import Any

import msgspec

from exporter.report.documents.answers import (
    Declared,
    Findings,
    Layers,
    Problem,
    Transitions,
)
from exporter.report.documents.declared import Declaration
from exporter.report.documents.evaluated import Evaluation
from exporter.report.documents.report import Report

DOCUMENTS: Mapping[str, type[msgspec.Struct]] = {
    "findings": Findings,
    "layers": Layers,
    "declared": Declared,
    "transitions": Transitions,
    "check": Evaluation,
    "declaration": Declaration,
    "report": Report,
    "error": Problem,
}
"""What each document is called in the schema, where programs look for it."""
_REFERENCE = "#/$defs/"


def schema() -> dict[str, Any]:
    """Return the schema; the definitions are called as in :data:`DOCUMENTS`, others by type."""
    _, components = msgspec.json.schema_components(
        DOCUMENTS.values(), ref_template=_REFERENCE + "{name}"
    )
    names = {kind.__name__: name for name, kind in DOCUMENTS.items()}
    names = {name: names.get(name, _snake(name)) for name in components}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cluster-conformance: the HTTP API, and the output of --format json",
        "description": "Fields may be added; those that are here stay. Take $defs/findings, "
        "$defs/layers, $defs/declared and $defs/transitions for the answers of /api/v1, "
        "$defs/error for those with status 400, $defs/check for `check --format json`, "
        "$defs/declaration for `declared --format json` and $defs/report for `report "
        "--format json`.",
        "anyOf": [{"$ref": _REFERENCE + name} for name in DOCUMENTS],
        "$defs": {names[name]: _plain(found, names) for name, found in components.items()},
    }


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _plain(part: Any, names: Mapping[str, str]) -> Any:
    """Return *part* of a schema without the titles that repeat its name, and by our *names*.

    Before 3.13 Python leaves their margin to the docstrings that descriptions are.
    """
    if isinstance(part, list):
        return [_plain(item, names) for item in part]
    if not isinstance(part, dict):
        return part
    reference = part.get("$ref")
    if reference:
        return {**part, "$ref": _REFERENCE + names[reference.removeprefix(_REFERENCE)]}
    cleaned = {"description": cleandoc(part["description"])} if "description" in part else {}
    return {
        **{key: _plain(value, names) for key, value in part.items() if key != "title"},
        **cleaned,
    }
