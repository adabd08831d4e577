"""What the code alone lets one judge, and what it does not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.app import judge_declared
from exporter.domain.conflicts import Conflicts
from exporter.domain.declaration import DeclaredNode, DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Verdict
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.state import State
from exporter.domain.taints import Taint, TaintEffect
from exporter.domain.workloads import DeclaredWorkloads
from exporter.settings.load import parse

PLACE = Place(Source.TERRAFORM, "main.tf", 1)
KEY = WorkloadKey("shop", "Deployment", "shop")
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def found(selector: dict[str, str], *taints: Taint) -> list[tuple[str, Verdict]]:
    """Judge a workload that selects nodes by *selector* beside a node of the domain shop."""
    node = DeclaredNode(
        name="a",
        group="",
        places=(PLACE,),
        attributes={},
        labels={"domain": Located("shop", PLACE)},
        taints=tuple(Located(taint, PLACE) for taint in taints),
    )
    spec = {"template": {"spec": {"nodeSelector": selector}}}
    workload = DeclaredWorkload(manifest={"spec": spec}, place=PLACE, key=KEY)
    facts = Facts(
        {
            DeclaredNodes: DeclaredNodes({"a": node}),
            DeclaredWorkloads: DeclaredWorkloads({KEY: workload}),
            Conflicts: Conflicts(()),
        }
    )
    text = "repository: .\ndeclared: {argocd: [a], inventory: {nodes: [{name: a}]}}\n"
    loaded = parse(text, name="conformance.yaml", folder=Path(), observed=False)
    outcome = judge_declared(State(facts=facts), loaded, at=NOW)
    return [(one.check, one.verdict) for one in outcome.findings if one.subject.name == "shop"]


def test_a_pod_that_no_declared_node_lets_in_fails() -> None:
    taint = Taint("domain", TaintEffect.NO_SCHEDULE, "shop")

    assert found({"domain": "shop"}, taint) == [("workload_tolerations", Verdict.FAIL)]


@pytest.mark.parametrize(
    "selector",
    [
        pytest.param({"domain": "shop"}, id="it is let in"),
        pytest.param({"kubernetes.io/os": "linux"}, id="kubelet sets the label"),
    ],
)
def test_what_the_code_does_not_tell_is_no_failure(selector: dict[str, str]) -> None:
    assert found(selector) == []
