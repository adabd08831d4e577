"""The alerts of the chart are those of rules/, unless values say otherwise."""

import subprocess
from pathlib import Path

import helm_python
import pytest
import yaml

from tests.helm.rendered import CHART, MINIMAL, Json, Rendered, case, render
from tests.programs import tool
from tests.rules.scenario import promtool_tests
from tests.rules.shipped import ALERTS, FILES, TOLD, rules

NAMES = """
    AccessMissing AdminPortExposed AlertmanagerNotConnected AlertmanagerNotReady
    ApplicationAbandoned ApplicationAutomationChanged ApplicationDegraded
    ApplicationMissing ApplicationNotDelivered ApplicationOutOfSync ApplicationOverridden
    ApplicationRevisionBehind ApplicationSourcePathMissing ApplicationStale AutoscalerStuck
    CheckFailed CloudOrphan ComponentNotReady CoverageLow DeclarationConflict
    DeclarationNotCompared DeclarationShrank DeclarationStale DeclarationUnreadable
    EvaluationStale ExporterAbsent ExporterDown FindingsTruncated GrafanaDashboardMissing
    GrafanaDatasourceBroken GrafanaUnavailable InstanceNotRunning InstanceSpecMismatch
    JobNotSucceeded KubeStateMetricsDisagree LoadBalancerUnhealthy NetworkMismatch
    NodeCordonedTooLong NodeForeignPods
    NodeGroupSizeMismatch NodeIdentityContradicts NodeInstanceMismatch NodeLabelsMismatch
    NodeMissing NodeNotReady NodeTaintsMismatch NodeUnexpected NodeVersionMismatch ObjectDrifted
    ObjectExtended ObjectMissing PrometheusRetentionMismatch PrometheusRulesUnhealthy
    PrometheusStorageMismatch RouteBroken ScrapeTargetMissing SecurityGroupMismatch
    ServiceWithoutEndpoints SettingsReloadFailed SourceDown WaiverExpired WaiverExpiring
    WaiverUnused WorkloadDrifted WorkloadExtended WorkloadImagesUnavailable WorkloadMisplaced
    WorkloadMissing WorkloadNotReady WorkloadPodsDiffer WorkloadReferencesBroken
    WorkloadReplicasMismatch WorkloadRestarting WorkloadUndeclared WorkloadUnschedulable
"""
PINNED = [*(f"ClusterConformance{name}" for name in NAMES.split()), "DriftAlertsSilenced"]
"""What people have routes and silences for: a name that goes or changes breaks them."""


def groups(rendered: Rendered) -> list[Json]:
    """Return the groups of the PrometheusRule."""
    found: list[Json] = rendered.one("PrometheusRule")["spec"]["groups"]
    return found


def alerts(rendered: Rendered) -> dict[str, Json]:
    """Return the alerts by their names."""
    every = [rule for group in groups(rendered) for rule in group["rules"]]
    return {rule["alert"]: rule for rule in every if "alert" in rule}


def changed(values: str) -> dict[str, Json]:
    """Return the alerts with values under prometheusRule."""
    return alerts(render(MINIMAL, f"prometheusRule: {values}\n"))


@pytest.fixture(params=["promtool", "promtool-bookworm"], ids=["debian13", "debian12"])
def promtool(request: pytest.FixtureRequest) -> str:
    """The rules' checker of two versions of Prometheus."""
    return tool(str(request.param))


def test_the_names_of_alerts_stay() -> None:
    assert sorted(alerts(render())) == PINNED


def test_an_objective_is_kept_where_one_asks_for_it() -> None:
    found = changed("{slo: {enabled: true, objective: 0.95}}")

    added = {f"ClusterConformanceBudgetBurns{how}" for how in ("Fast", "Slowly")}
    assert found.keys() - set(PINNED) == added
    assert all("(1 - 0.95)" in found[one]["expr"] for one in added)


@pytest.mark.parametrize("objective", ["0", "1", "99", "'0.9'"])
def test_an_objective_is_a_part_of_all(objective: str) -> None:
    with pytest.raises(helm_python.HelmValuesError, match="objective"):
        render(MINIMAL, f"prometheusRule: {{slo: {{enabled: true, objective: {objective}}}}}\n")


def test_without_values_the_rules_are_those_of_the_files() -> None:
    shipped = [
        group
        for path in FILES
        if path.stem != "slo"
        for group in yaml.safe_load(path.read_text())["groups"]
    ]

    assert groups(render()) == shipped


def test_rendered_rules_are_free_of_lint(promtool: str, tmp_path: Path) -> None:
    written = tmp_path / "rules.yaml"
    written.write_text(yaml.safe_dump({"groups": groups(render())}))

    done = subprocess.run(
        [promtool, "check", "rules", "--lint=all", "--lint-fatal", str(written)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rendered_rules_pass_the_tests_of_their_file(path: Path, tmp_path: Path) -> None:
    document = yaml.safe_load((TOLD / path.name).read_text())
    every = groups(render(MINIMAL, "prometheusRule: {slo: {enabled: true}}\n"))
    own = [one for one in every if one["name"] == f"cluster-conformance-{path.stem}"]
    written, tests = tmp_path / "rules.yaml", tmp_path / "tests.yaml"
    written.write_text(yaml.safe_dump({"groups": own}))
    cases = promtool_tests(document["alerts"]) if "alerts" in document else document["tests"]
    tests.write_text(
        yaml.safe_dump({"rule_files": [str(written)], "evaluation_interval": "1m", "tests": cases})
    )

    done = subprocess.run(
        [tool("promtool"), "test", "rules", str(tests)], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_an_alert_can_be_left_out() -> None:
    found = changed("{disabled: {ClusterConformanceWaiverUnused: true}}")

    assert found.keys() == alerts(render()).keys() - {"ClusterConformanceWaiverUnused"}


def test_an_alert_that_is_not_disabled_stays() -> None:
    found = changed("{disabled: {ClusterConformanceWaiverUnused: false}}")

    assert found == alerts(render())


def test_a_group_without_rules_is_left_out() -> None:
    path = next(one for one in FILES if one.stem == "infrastructure")
    off = ", ".join(f"{rule['alert']}: true" for rule in rules(path))

    found = groups(render(MINIMAL, f"prometheusRule: {{disabled: {{{off}}}}}"))

    assert "cluster-conformance-infrastructure" not in {group["name"] for group in found}
    assert "cluster-conformance-gitops" in {group["name"] for group in found}


def test_an_alert_can_be_changed_and_no_other_one_is() -> None:
    name = "ClusterConformanceNodeNotReady"
    custom = '{for: 15m, keep_firing_for: 1h, severity: info, expr: "vector(1) > 0"}'

    found = changed(f"{{customRules: {{{name}: {custom}}}}}")

    before = alerts(render())
    assert found[name] == {
        **before[name],
        "for": "15m",
        "keep_firing_for": "1h",
        "expr": "vector(1) > 0",
        "labels": {"severity": "info"},
    }
    assert {k: v for k, v in found.items() if k != name} == {
        k: v for k, v in before.items() if k != name
    }


@pytest.mark.parametrize("where", ["disabled", "customRules"])
def test_a_name_that_no_alert_has_is_refused_with_those_that_there_are(where: str) -> None:
    value = "true" if where == "disabled" else "{for: 1m}"

    with pytest.raises(helm_python.HelmRenderError) as refused:
        changed(f"{{{where}: {{ClusterConformanceNodeMising: {value}}}}}")

    assert f"prometheusRule.{where} names ClusterConformanceNodeMising" in str(refused.value)
    assert f"There are: {', '.join(sorted(ALERTS))}" in str(refused.value)


def test_a_wrong_name_is_refused_even_where_no_rules_are_wanted() -> None:
    with pytest.raises(helm_python.HelmRenderError, match="which is no alert"):
        changed("{enabled: false, disabled: {Nothing: true}}")


@pytest.mark.parametrize("slash", ["", "/"], ids=["without slash", "with slash"])
def test_links_begin_with_what_values_say(slash: str) -> None:
    urls = (
        f"{{runbookUrl: https://git.example.org/runbooks{slash}, "
        f"dashboardUrl: https://grafana.example.org{slash}}}"
    )

    for name, rule in changed(urls).items():
        annotations = rule["annotations"]
        assert annotations["runbook_url"] == f"https://git.example.org/runbooks/{name}.md"
        assert annotations["dashboard_url"].startswith("https://grafana.example.org/d/cluster-")
        assert ".invalid" not in str(rule)


def test_runbooks_are_those_that_the_exporter_serves_where_others_reach_it() -> None:
    url = "https://conformance.example.org/x/"

    served = alerts(render(MINIMAL, f"web: {{externalUrl: '{url}'}}\n"))
    named = alerts(
        render(
            MINIMAL,
            f"web: {{externalUrl: '{url}'}}\nprometheusRule: {{runbookUrl: 'https://r/'}}\n",
        )
    )

    for name in PINNED:
        assert served[name]["annotations"]["runbook_url"] == f"{url}docs/runbooks/{name}.md"
        assert named[name]["annotations"]["runbook_url"] == f"https://r/{name}.md"


def test_without_addresses_there_are_no_links() -> None:
    for rule in changed('{runbookUrl: "", dashboardUrl: ""}').values():
        assert rule["annotations"].keys() == {"summary", "description"}


def test_labels_are_added_to_alerts_and_not_to_recorded_series() -> None:
    rendered = render(MINIMAL, "prometheusRule: {additionalRuleLabels: {team: platform}}")

    assert {rule["labels"]["team"] for rule in alerts(rendered).values()} == {"platform"}
    assert {rule["labels"]["severity"] for rule in alerts(rendered).values()} == {
        "critical",
        "warning",
        "info",
    }
    recorded = [rule for group in groups(rendered) for rule in group["rules"] if "record" in rule]
    assert recorded
    assert not any("labels" in rule for rule in recorded)


@pytest.mark.parametrize("kind", ["ServiceMonitor", "PrometheusRule"])
def test_kube_prometheus_stack_finds_what_bears_its_release(kind: str) -> None:
    rendered = render(MINIMAL, "kubePrometheusStack: {release: prom}")

    assert rendered.one(kind)["metadata"]["labels"]["release"] == "prom"


def test_labels_of_ones_own_win_over_the_release() -> None:
    labels = "{labels: {release: other, team: platform}}"
    rendered = render(
        MINIMAL, f"kubePrometheusStack: {{release: prom}}\nprometheusRule: {labels}\n"
    )

    found = rendered.one("PrometheusRule")["metadata"]["labels"]
    assert (found["release"], found["team"]) == ("other", "platform")


def test_without_the_operator_there_is_nothing_of_it() -> None:
    rendered = case(CHART / "ci" / "no-operator-values.yaml")

    assert rendered.kinds.isdisjoint({"ServiceMonitor", "PodMonitor", "PrometheusRule"})
    assert rendered.one("Service")["metadata"]["annotations"]["prometheus.io/port"] == "10799"
