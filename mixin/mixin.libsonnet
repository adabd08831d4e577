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
    importstr '../rules/applications.yaml',
    importstr '../rules/configuration.yaml',
    importstr '../rules/exporter.yaml',
    importstr '../rules/gitops.yaml',
    importstr '../rules/infrastructure.yaml',
    importstr '../rules/observability.yaml',
    importstr '../rules/recording.yaml',
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
    'cluster-conformance-exporter.json': import '../dashboards/cluster-conformance-exporter.json',
    'cluster-conformance-fleet.json': import '../dashboards/cluster-conformance-fleet.json',
    'cluster-conformance-layer.json': import '../dashboards/cluster-conformance-layer.json',
    'cluster-conformance-overview.json': import '../dashboards/cluster-conformance-overview.json',
    'cluster-conformance-subject.json': import '../dashboards/cluster-conformance-subject.json',
  },
}
