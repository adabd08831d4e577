"""The schema of the API, as strict as tests want it."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema

from exporter.report import api


def schema() -> dict[str, Any]:
    """Return the schema as it is served."""
    document: dict[str, Any] = json.loads(api.schema().body)
    return document


def strict(name: str) -> jsonschema.Draft202012Validator:
    """Return a validator of one answer that lets no field pass which the schema does not name."""
    whole = schema()
    for one in _parts(whole):
        if "properties" in one:
            one.setdefault("additionalProperties", False)
    whole["anyOf"] = [{"$ref": f"#/$defs/{name}"}]
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(whole, format_checker=checker)


def _parts(one: Any) -> Iterator[dict[str, Any]]:
    """Yield all objects within a schema."""
    if isinstance(one, dict):
        yield one
    for value in one.values() if isinstance(one, dict) else one if isinstance(one, list) else ():
        yield from _parts(value)
