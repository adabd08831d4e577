"""Panels that stand on more than one dashboard."""

import re
from pathlib import Path

import yaml
from grafana_foundation_sdk.builders import stat, table, timeseries

from dashboards.generate import links
from dashboards.generate.panels import PLAIN, About, Query, Scale, areas, number
from dashboards.generate.queries import age, least, most, series
from dashboards.generate.states import (
    ALERTS,
    BLUE,
    RED,
    SEVERITIES,
    VERDICTS,
    YELLOW,
    Meanings,
)
from dashboards.generate.tables import Column, table_of

RULES = Path(__file__).parents[2] / "rules"
OBJECT = ("object_kind", "object_namespace", "object_name")
FINDING = ("layer", "check", *OBJECT)
FRESH = Scale(unit="s", base=BLUE, steps=((600, YELLOW), (21600, RED)))


def freshness(panel_id: int) -> stat.Panel:
    """Show how old the answer is."""
    about = About(
        panel_id,
        "Age of the answer",
        "How long ago the last evaluation was made. Everything else here is of that time."
        " Yellow from 10 minutes, red from 6 hours.",
    )
    query = most(series("cluster:cluster_conformance_evaluation_age_seconds:max"))
    return number(about, Query(query, "{{cluster}}"), scale=FRESH)


def oldest(panel_id: int, *matchers: str, none: str) -> stat.Panel:
    """Show for how long something has been failing; *none* has a sample where nothing does."""
    about = About(
        panel_id,
        "Failing for",
        "The age of the oldest finding that counts: neither waived nor suppressed. As far back as"
        " the exporter has been running.",
    )
    since = least(series("finding_since_timestamp_seconds", *matchers))
    query = Query(f"{age(since)} or {none} * 0 - 1", "{{cluster}}")
    return number(about, query, scale=Scale(unit="s", texts={-1: ("Nothing fails", PLAIN)}))


def by_verdict(panel_id: int, *matchers: str) -> timeseries.Panel:
    """Show over time how many subjects have which verdict."""
    about = About(
        panel_id,
        "Subjects by verdict",
        "How many subjects pass, fail, fail with a waiver, fail for a known passing reason"
        " (suppressed), or could not be judged (unknown).",
    )
    name = "layer_check_verdict:cluster_conformance_check_subjects:max"
    query = f"sum by (verdict) ({most(series(name, *matchers), 'layer', 'check', 'verdict')})"
    return areas(about, Query(query, "{{verdict}}"), colours=VERDICTS)


def findings(panel_id: int, *matchers: str) -> table.Panel:
    """List the findings that count, the worst and oldest first."""
    about = About(
        panel_id,
        "Findings",
        "What fails and is neither waived nor suppressed. The runbook says what to do; the status"
        " page shows what is declared where and what was observed. Empty is good only while the"
        " answer is fresh and nothing is unknown.",
    )
    name = "finding_since_timestamp_seconds"
    rank = " or ".join(
        most(series(name, f'severity="{severity}"', *matchers), *FINDING) + f" * 0 + {value}"
        for value, (severity, _) in SEVERITIES.items()
    )
    since = age(least(series(name, *matchers), *FINDING))
    layer = links.to(links.LAYER, "Check", layer="layer", check="check")
    subject = links.to(links.SUBJECT, "Subject", namespace="object_namespace", name="object_name")
    return table_of(
        about,
        Column(
            title="Severity",
            query=_with_runbook(rank),
            meanings=SEVERITIES,
            coloured=True,
            width=100,
        ),
        Column(title="Check", label="check", links=(layer,)),
        Column(title="Kind", label="object_kind"),
        Column(title="Namespace", label="object_namespace"),
        Column(title="Name", label="object_name", links=(subject, links.STATUS)),
        Column(title="Layer", label="layer"),
        Column(title="Failing for", query=_with_runbook(since), unit="s"),
        Column(title="Runbook", label="runbook", links=(links.RUNBOOK,), meanings=runbooks()),
        first="Severity",
    )


def _with_runbook(query: str) -> str:
    """Repeat the check as the label that the table shows as its runbook."""
    return f'label_replace({query}, "runbook", "$1", "check", "(.+)")'


def alerts(panel_id: int) -> table.Panel:
    """List the alerts of our rules that are pending or firing."""
    about = About(
        panel_id,
        "Alerts",
        "Alerts of our rules, and for how many subjects each is pending or firing. Empty where none"
        " is, and where the rules are not loaded.",
    )
    chosen = 'ALERTS{cluster=~"$cluster|", alertname=~"ClusterConformance.*"}'
    counted = f"count by (cluster, alertname, severity, alertstate) ({chosen})"
    return table_of(
        about,
        Column(title="State", label="alertstate", meanings=ALERTS, coloured=True, width=100),
        Column(title="Alert", label="alertname", links=(links.RUNBOOK,)),
        Column(title="Severity", label="severity"),
        Column(title="Subjects", query=counted, unit="short"),
        first="State",
        descending=False,
    )


def runbooks() -> Meanings:
    """Return the alert, which the runbook is named after, of each check, as the rules have it."""
    named = {
        found[1]: rule["alert"]
        for path in sorted(RULES.glob("*.yaml"))
        for group in yaml.safe_load(path.read_text()).get("groups", ())
        for rule in group["rules"]
        if (found := re.search(r'finding_since_timestamp_seconds\{check="(\w+)"', rule["expr"]))
        and "alert" in rule
    }
    return {check: (alert, "transparent") for check, alert in sorted(named.items())}
