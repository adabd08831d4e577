"""The dashboards as they are shipped, for the tests that read them."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "dashboards"
OVERVIEW, LAYER, SUBJECT, EXPORTER, FLEET = (
    f"cluster-conformance-{name}" for name in ("overview", "layer", "subject", "exporter", "fleet")
)


VARIABLE = re.compile(r"\$(?:([A-Za-z_]\w*)|\{(\w+)(?::\w+)?\})")

Json = dict[str, Any]

BOARDS: dict[str, Json] = {
    path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))
}


def panels(board: Json) -> Iterator[Json]:
    """Yield the panels of a dashboard without the rows' headings."""
    yield from (panel for panel in board["panels"] if panel["type"] != "row")


def variables(board: Json) -> dict[str, Json]:
    """Return the variables of a dashboard by their names."""
    return {one["name"]: one for one in board["templating"]["list"]}


def interpolate(text: str, values: Mapping[str, str]) -> str:
    """Put values where Grafana would; raises :exc:`KeyError` for an unknown variable."""
    return VARIABLE.sub(lambda found: values[found[1] or found[2]], text)


PANELS = [(uid, panel) for uid, board in BOARDS.items() for panel in panels(board)]
TARGETS = [(uid, panel, target) for uid, panel in PANELS for target in panel["targets"]]


def name_of(value: object) -> str:
    """Name a parameter of a test: a dashboard, a panel or a query."""
    if isinstance(value, dict):
        return str(value.get("title") or value.get("name") or value.get("refId"))
    return str(value).removeprefix("cluster-conformance-")
