"""The mixin: which files of rules/ and dashboards/ there are, and how they are linked.

Source: monitoring.mixins.dev. Nothing of a rule is restated: the mixin reads the files themselves.
"""

from pathlib import Path

ROOT = Path(__file__).parents[1]
MIXIN = Path(__file__).with_name("mixin.libsonnet")
LEFT_OUT = frozenset({"alertmanager.example.yaml", "pair.example.yaml", "slo.yaml"})
"""What is no file of rules, and what is only for who asks for it."""
_TEXT = """\
// Rules and dashboards as a monitoring mixin. Written by make mixin.
{
  _config+:: {
    // What the links of alerts begin with, each with a slash at its end.
    runbookUrl: 'https://runbooks.invalid/',
    dashboardUrl: 'https://grafana.invalid/',
    // Labels of all alerts.
    alertLabels: {},
    // Whether to record and alert by an objective for conformance, and which.
    slo: false,
    sloObjective: '0.99',
  },

  local config = self._config,
  local groups = std.flattenArrays([std.parseYaml(file).groups for file in [
%(rules)s
  ] + (if config.slo then [
    std.strReplace(
      importstr '../rules/slo.yaml', '(1 - 0.99)', '(1 - ' + config.sloObjective + ')'
    ),
  ] else [])]),
  local linked(rule) = rule {
    labels+: config.alertLabels,
    annotations+: {
      runbook_url:
        std.strReplace(super.runbook_url, 'https://runbooks.invalid/', config.runbookUrl),
      dashboard_url:
        std.strReplace(super.dashboard_url, 'https://grafana.invalid/', config.dashboardUrl),
    },
  },
  local only(kind) = [
    group { rules: [rule for rule in group.rules if std.objectHas(rule, kind)] }
    for group in groups
    if std.length([rule for rule in group.rules if std.objectHas(rule, kind)]) > 0
  ],

  prometheusAlerts+:: {
    groups+: [group { rules: [linked(rule) for rule in group.rules] } for group in only('alert')],
  },
  prometheusRules+:: { groups+: only('record') },
  grafanaDashboards+:: {
%(dashboards)s
  },
}
"""


def text() -> str:
    """Return the mixin."""
    rules = sorted(path.name for path in ROOT.glob("rules/*.yaml") if path.name not in LEFT_OUT)
    dashboards = sorted(path.name for path in ROOT.glob("dashboards/*.json"))
    return _TEXT % {
        "rules": "\n".join(f"    importstr '../rules/{name}'," for name in rules),
        "dashboards": "\n".join(
            f"    '{name}': import '../dashboards/{name}'," for name in dashboards
        ),
    }
