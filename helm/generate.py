"""Writes what of the chart follows from something else.

That is its values' schema, its README's table, the kinds that it may let the exporter read, and the
rules and dashboards in it.
``python -m helm.generate`` (``make chart``) runs it.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from exporter.observed.kinds import KINDS
from exporter.settings.load import schema as settings_schema

HERE = Path(__file__).parent
CHART = HERE / "cluster-conformance-exporter"
VALUES, SCHEMA, README = (CHART / one for one in ("values.yaml", "values.schema.json", "README.md"))
OBSERVED_KINDS = CHART / "templates" / "_observedkinds.tpl"
SHIPPED = ("rules/*.yaml", "dashboards/*.json")
EXAMPLE = ".example.yaml"
WRITTEN_BY_HAND = HERE / "values.schema.yaml"
_TABLE = re.compile(r"(?<=<!-- values -->\n).*(?=<!-- /values -->)", re.DOTALL)


class Value(NamedTuple):
    """A value of the chart: its path, its default as JSON, and what its comment says."""

    path: str
    default: str
    told: str


def main() -> None:
    """Write the files."""
    SCHEMA.write_text(schema())
    README.write_text(readme(README.read_text()))
    OBSERVED_KINDS.write_text(observed_kinds())
    for pattern in SHIPPED:
        for path in CHART.glob(pattern):
            path.unlink()
    for name, content in shipped().items():
        (CHART / name).parent.mkdir(exist_ok=True)
        (CHART / name).write_bytes(content)


def shipped() -> dict[str, bytes]:
    """Return the rules and dashboards as the chart holds them, by their paths in it.

    They are copies: of links Helm says at each command that it follows them, and Git servers and
    Argo CD may refuse those that lead out of the chart.
    """
    top = HERE.parent
    paths = (path for pattern in SHIPPED for path in sorted(top.glob(pattern)))
    return {
        str(path.relative_to(top)): path.read_bytes()
        for path in paths
        if not path.name.endswith(EXAMPLE)
    }


def observed_kinds() -> str:
    """Return the template that names every observed kind, and what it is read for."""
    lines = (f"{kind.resource}: [{', '.join(sorted(kind.read_for))}]" for kind in KINDS)
    return "\n".join(
        (
            "{{- /* Every observed kind, and what it is read for. Written by make chart. */ -}}",
            '{{- define "conformance.observedKinds" -}}',
            *lines,
            "{{- end -}}\n",
        )
    )


def schema() -> str:
    """Return the schema of the values: ours, and the settings' own as its ``$defs``."""
    ours = yaml.safe_load(WRITTEN_BY_HAND.read_text())
    ours["definitions"]["observedKind"] = {"enum": [kind.resource for kind in KINDS]}
    definitions = json.loads(settings_schema())["$defs"]
    return json.dumps({**ours, "$defs": definitions}, indent=2) + "\n"


def readme(text: str) -> str:
    """Return the README with its table of values made anew."""
    return _TABLE.sub(lambda _: table(values()), text)


def table(rows: Iterator[Value]) -> str:
    """Return a table in Markdown."""
    lines = (f"| `{row.path}` | `{row.default}` | {row.told} |\n" for row in rows)
    return "| value | default | what it is |\n|---|---|---|\n" + "".join(lines)


def values(path: Path = VALUES) -> Iterator[Value]:
    """Yield the chart's values in their order; raises :exc:`LookupError` for one without comment.

    A map whose keys have comments is a group of values, any other one is a value.
    """
    text = path.read_text()
    node = yaml.compose(text)
    if isinstance(node, yaml.MappingNode):
        yield from _within(node, yaml.safe_load(text), lines=text.splitlines(), path="")


def _within(node: yaml.MappingNode, given: Any, *, lines: list[str], path: str) -> Iterator[Value]:
    for key, value in node.value:
        name = f"{path}{key.value}"
        told = _comment(lines, key.start_mark.line)
        if not told:
            raise LookupError(f"line {key.start_mark.line + 1}: {name} has no comment")
        if isinstance(value, yaml.MappingNode) and _is_group(value, lines):
            yield from _within(value, given[key.value], lines=lines, path=f"{name}.")
        else:
            yield Value(name, json.dumps(given[key.value]), told)


def _is_group(node: yaml.MappingNode, lines: list[str]) -> bool:
    told = (_comment(lines, key.start_mark.line) for key, _ in node.value)
    return not node.flow_style and any(told)


def _comment(lines: list[str], line: int) -> str:
    """Return the comment on the lines above a line."""
    above: list[str] = []
    while line and lines[line - 1].lstrip().startswith("#"):
        line -= 1
        above.insert(0, lines[line].lstrip().removeprefix("# "))
    return " ".join(above)


if __name__ == "__main__":
    main()
