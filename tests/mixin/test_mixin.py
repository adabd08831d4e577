"""The mixin gives the rules and dashboards as they are, with one's own links."""

import json
from typing import Any

import pytest
import yaml

from mixin.generate import LEFT_OUT, MIXIN, ROOT, text

_gojsonnet = pytest.importorskip("_gojsonnet", reason="gojsonnet is not installed (make test does)")

Json = dict[str, Any]


def evaluated(field: str, config: Json | None = None) -> Any:
    """Return a field of the mixin under a configuration."""
    code = f"((import '{MIXIN}') + {{_config+:: {json.dumps(config or {})}}}).{field}"
    return json.loads(_gojsonnet.evaluate_snippet("test", code))


def groups(kind: str) -> list[Json]:
    """Return the groups of rules/ with the rules of one kind."""
    shipped = (
        group
        for path in sorted(ROOT.glob("rules/*.yaml"))
        if path.name not in LEFT_OUT
        for group in yaml.safe_load(path.read_text())["groups"]
    )
    chosen = ({**one, "rules": [rule for rule in one["rules"] if kind in rule]} for one in shipped)
    return [one for one in chosen if one["rules"]]


def test_the_mixin_is_what_the_program_writes() -> None:
    assert text() == MIXIN.read_text(), "make mixin"


@pytest.mark.parametrize(
    ("field", "kind"), [("prometheusAlerts", "alert"), ("prometheusRules", "record")]
)
def test_rules_are_those_of_the_files(field: str, kind: str) -> None:
    assert evaluated(field)["groups"] == groups(kind)


def test_dashboards_are_those_of_the_files() -> None:
    assert evaluated("grafanaDashboards") == {
        path.name: json.loads(path.read_text()) for path in ROOT.glob("dashboards/*.json")
    }


def test_an_objective_is_kept_where_one_asks_for_it() -> None:
    config = {"slo": True, "sloObjective": "0.95"}

    named = {one["name"]: one for one in evaluated("prometheusAlerts", config)["groups"]}

    assert named.keys() - {one["name"] for one in groups("alert")} == {"cluster-conformance-slo"}
    expressions = [rule["expr"] for rule in named["cluster-conformance-slo"]["rules"]]
    assert all("(1 - 0.95)" in one and "0.99" not in one for one in expressions)


def test_alerts_lead_to_where_one_has_runbooks_and_dashboards() -> None:
    config = {
        "runbookUrl": "https://docs.example.org/runbooks/",
        "dashboardUrl": "https://grafana.example.org/",
        "alertLabels": {"team": "platform"},
    }

    found = [
        rule for one in evaluated("prometheusAlerts", config)["groups"] for rule in one["rules"]
    ]

    assert found
    assert {rule["labels"]["team"] for rule in found} == {"platform"}
    for rule in found:
        links = rule["annotations"]
        assert links["runbook_url"] == f"{config['runbookUrl']}{rule['alert']}.md"
        assert links["dashboard_url"].startswith(f"{config['dashboardUrl']}d/")
