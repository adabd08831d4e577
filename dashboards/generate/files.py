"""Which dashboards there are, and the files that they become."""

import json
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from dashboards.generate import exporter, fleet, layer, overview, subject

FOLDER = Path(__file__).parents[1]


def written() -> dict[Path, str]:
    """Return the text of each dashboard by its file, which is named as its uid."""
    made = (one.dashboard().build() for one in (overview, layer, subject, exporter, fleet))
    return {FOLDER / f"{one.uid}.json": _text(one) for one in made}


def _text(dashboard: Dashboard) -> str:
    """Return the JSON of a dashboard without what the SDK adds and Grafana's schema has not."""
    made = json.loads(json.dumps(dashboard, cls=JSONEncoder))
    for variable in made["templating"]["list"]:
        for name in ("auto", "auto_min", "auto_count"):
            del variable[name]
    for annotation in made["annotations"]["list"]:
        del annotation["placement"]
    for panel in made["panels"]:
        panel.get("options", {}).pop("footer", None)
    return json.dumps(made, indent=2) + "\n"
