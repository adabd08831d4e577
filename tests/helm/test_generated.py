"""The values, their schema, the settings' schema and the README say the same."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from exporter.settings.load import schema as settings_schema
from helm import generate
from tests.helm.rendered import CHART

SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text())
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
ONLY_IN_THE_SCHEMA = {"global.imageRegistry", "global.imagePullSecrets"}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Return what a schema refers to."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = SCHEMA["definitions"].get(name, schema) if name else schema
    return found


def paths(schema: dict[str, Any], *, at: str = "") -> Iterator[str]:
    """Yield the values that a schema knows; the settings are one, and so is a probe."""
    for name, one in schema["properties"].items():
        inner = resolved(one)
        if "properties" in inner and not name.endswith("Probe"):
            yield from paths(inner, at=f"{at}{name}.")
        else:
            yield f"{at}{name}"


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema of an object, however deep."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for one in schema.values():
            yield from objects(one)
    elif isinstance(schema, list):
        for one in schema:
            yield from objects(one)


def test_every_value_is_in_the_schema_and_every_property_is_a_value() -> None:
    assert {*paths(SCHEMA)} - ONLY_IN_THE_SCHEMA == {one.path for one in generate.values()}


def test_the_defaults_are_valid() -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(VALUES)


def test_the_kinds_are_those_that_the_program_observes() -> None:
    assert generate.observed_kinds() == generate.OBSERVED_KINDS.read_text(), "make chart"


def test_the_schema_is_the_one_that_the_program_writes() -> None:
    assert generate.schema() == (CHART / "values.schema.json").read_text(), "make chart"


def test_rules_and_dashboards_are_those_beside_the_chart() -> None:
    held = {
        str(path.relative_to(CHART)): path.read_bytes()
        for folder in ("rules", "dashboards")
        for path in (CHART / folder).iterdir()
    }

    assert held == generate.shipped(), "make chart"
    assert not any(path.is_symlink() for path in CHART.rglob("*"))


def test_the_readme_is_the_one_that_the_program_writes() -> None:
    text = (CHART / "README.md").read_text()

    assert generate.readme(text) == text, "make chart"
    assert text.count("| `") > len([*generate.values()])


def test_the_settings_have_the_schema_of_the_exporter() -> None:
    assert SCHEMA["properties"]["settings"] == {"$ref": "#/$defs/Settings"}
    assert SCHEMA["$defs"] == json.loads(settings_schema())["$defs"]


def test_objects_are_closed_unless_they_are_maps_or_parts_of_kubernetes() -> None:
    for schema in objects(SCHEMA):
        if "properties" in schema and schema != SCHEMA["properties"]["global"]:
            assert schema["additionalProperties"] is False, schema
    free = [one for one in objects(SCHEMA) if "properties" not in one]
    described = [one for one in free if "additionalProperties" not in one]
    assert {one.get("description", "") for one in described} <= {
        "A part of an object as Kubernetes defines it.",
        "As much of the workload's spec as shall be compared.",
    }


def test_a_value_without_a_comment_is_noticed(tmp_path: Path) -> None:
    written = tmp_path / "values.yaml"
    written.write_text("# Told.\na: 1\nb: 2\n")

    with pytest.raises(LookupError, match="line 3: b has no comment"):
        [*generate.values(written)]
