"""An umbrella chart that is added to the reference cluster is compared down to its workloads."""

import json
from collections import Counter
from pathlib import Path

import pytest

from exporter.app import check_once
from exporter.declared.declare import Declarations
from exporter.domain.clock import Instant
from exporter.domain.finding import Verdict
from exporter.domain.items import DeclaredItems, ItemState
from exporter.settings.load import load
from tests.apiserver import charts
from tests.apiserver.charts import CUSTOM, PROMETHEUS, STACK
from tests.e2e.reference import NOW, Outcome, Reference

pytestmark = pytest.mark.usefixtures("helm", "kustomize")


@pytest.fixture
def umbrella(tmp_path: Path) -> Reference:
    """The reference cluster with the umbrella chart, whose objects it runs already."""
    reference = Reference.copy(tmp_path / "reference")
    charts.lay_repository(reference.root / "repository")
    reference.change("applications", lambda items: items.append(charts.application(items[0])))
    reference.change("statefulsets", charts.own)
    for plural, one in CUSTOM.items():
        document = {"apiVersion": "v1", "kind": "List", "items": [one]}
        (reference.root / "snapshot" / f"{plural}.json").write_text(json.dumps(document))
    return reference


def verdicts(outcome: Outcome, check: str, kinds: set[str]) -> dict[str, Verdict]:
    """Return the verdicts on what the stack consists of, by name."""
    return {
        one.subject.name.removeprefix(f"{STACK}-"): one.verdict
        for one in outcome.evaluation.findings
        if one.check == check and one.subject.kind in kinds and STACK in one.subject.name
    }


def passing(*names: str) -> dict[str, Verdict]:
    return dict.fromkeys(names, Verdict.PASS)


WORKLOADS = passing("operator", "grafana", "kube-state-metrics", "prometheus-node-exporter")
KINDS = {"Deployment", "DaemonSet"}


async def test_what_an_umbrella_chart_delivers_is_compared_down_to_its_workloads(
    umbrella: Reference,
) -> None:
    outcome = await umbrella.evaluate()

    for check in ("workload_present", "workload_spec", "workload_images", "workload_ready"):
        assert verdicts(outcome, check, KINDS) == WORKLOADS
    for check in ("object_present", "object_spec"):
        services = passing("prometheus", "alertmanager", "grafana")
        assert verdicts(outcome, check, {"Service"}) == services
        custom = passing("prometheus", "alertmanager")
        assert verdicts(outcome, check, {"Prometheus", "Alertmanager"}) == custom
    assert outcome.verdict("application_synced", "monitoring") is Verdict.PASS


async def test_what_differs_names_the_value_of_the_umbrella_that_makes_it(
    umbrella: Reference,
) -> None:
    umbrella.change_one("deployments", f"{STACK}-grafana", charts.scale)
    (umbrella.root / "snapshot" / "prometheuses.json").write_text(
        json.dumps({"items": [PROMETHEUS | {"spec": PROMETHEUS["spec"] | {"retention": "10d"}}]})
    )

    outcome = await check_once(load(umbrella.settings), at=NOW)

    stated = {
        (one.check, one.subject.kind): [place.shown for place in one.provenance]
        for one in outcome.findings
        if one.verdict is Verdict.FAIL and STACK in one.subject.name
    }
    at = "environments/monitoring.yaml"
    grafana = ".Values.kube-prometheus-stack.grafana"
    prometheus = ".Values.kube-prometheus-stack.prometheus.prometheusSpec"
    assert stated == {
        ("workload_replicas", "Deployment"): [f"{at}:4 ({grafana}.replicas)"],
        ("workload_spec", "Deployment"): [f"{at}:6 ({grafana}.image.tag)"],
        ("object_spec", "Prometheus"): [
            f"argocd/applications/monitoring.yaml:11 ({prometheus}.retention)"
        ],
    }


async def test_each_object_of_an_umbrella_chart_is_accounted_for(umbrella: Reference) -> None:
    state = await Declarations(load(umbrella.settings)).read(at=Instant(NOW, 0.0))

    found = Counter(
        (one.subject.kind, one.state)
        for one in state.facts.get(DeclaredItems).items
        if one.origin is not None and one.origin.name == "monitoring/0"
    )
    assert found == {
        **{(kind, ItemState.COMPARED): 1 for kind in ("DaemonSet", "Prometheus", "Alertmanager")},
        **{(kind, ItemState.COMPARED): 3 for kind in ("Deployment", "Service")},
        **{(kind, ItemState.OUT_OF_SCOPE): 1 for kind in ("Secret", "Pod")},
    }
