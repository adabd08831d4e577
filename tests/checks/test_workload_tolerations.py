from collections.abc import Mapping
from typing import Any

import pytest

from exporter.checks import workload_tolerations
from exporter.domain.declaration import DeclaredNode, DeclaredWorkload, NodeGroup, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.taints import Taint
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads

KEY = WorkloadKey("api", "Deployment", "scan-api")
PLACE = Place(Source.KUSTOMIZE, "k8s/scan/deployment.yaml", 1)
SELECTOR = Place(Source.KUSTOMIZE, "k8s/scan/patch.yaml", 7)
TAINT = "domain=scan:NoSchedule"
TOLERATION = {"key": "domain", "operator": "Equal", "value": "scan", "effect": "NoSchedule"}

ODD = Gap(Source.KUBERNETES, "Node odd cannot be read")

Nodes = Mapping[str, tuple[Mapping[str, str], list[str]]]
SCAN: Nodes = {"scan": ({"domain": "scan"}, [TAINT]), "other": ({"domain": "auth"}, [])}


def manifest(*tolerations: object, **selector: object) -> dict[str, Any]:
    spec = {"nodeSelector": selector, "tolerations": list(tolerations)}
    return {"spec": {"template": {"spec": spec}}}


GOOD = manifest(TOLERATION, domain="scan")


def judge(
    declared: dict[str, Any],
    observed: dict[str, Any] | None,
    *,
    nodes: Nodes = SCAN,
    coming: Mapping[str, str] | None = None,
    groups: tuple[NodeGroup, ...] = (),
    unreadable: tuple[str, ...] = (),
) -> Finding:
    workload = DeclaredWorkload(
        key=KEY,
        manifest=declared,
        place=PLACE,
        places={"/spec/template/spec/nodeSelector": SELECTOR},
    )
    expected = {
        name: DeclaredNode(
            name=name,
            group="",
            places=(),
            attributes={},
            labels={"domain": Located(domain, PLACE)},
            taints=(),
        )
        for name, domain in (coming or {}).items()
    }
    cluster = {
        name: ObservedNode(name=name, labels=labels, taints=frozenset(map(Taint.parse, taints)))
        for name, (labels, taints) in nodes.items()
    }
    seen = {} if observed is None else {KEY: ObservedWorkload(key=KEY, manifest=observed)}
    known = {
        DeclaredWorkloads: DeclaredWorkloads({KEY: workload}),
        ObservedWorkloads: ObservedWorkloads(seen),
        DeclaredNodes: DeclaredNodes(expected, groups={one.name: one for one in groups}),
        ObservedNodes: ObservedNodes(cluster, dict.fromkeys(unreadable, ODD)),
    }
    (finding,) = workload_tolerations.judge(Facts(known=known))
    return finding


def test_a_template_that_tolerates_a_node_it_selects_passes() -> None:
    finding = judge(GOOD, GOOD)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")
    assert finding.declared == {"selects": "domain=scan", "tolerates": [TAINT]}
    assert finding.provenance == (SELECTOR, PLACE)


BAD = manifest(domain="scan")


@pytest.mark.parametrize(
    ("meant_for", "template", "verdict"),
    [
        pytest.param("scan", BAD, Verdict.UNKNOWN, id="declared as selected"),
        pytest.param("", BAD, Verdict.UNKNOWN, id="declared nowhere"),
        pytest.param("auth", BAD, Verdict.FAIL, id="declared as another"),
        pytest.param("scan", GOOD, Verdict.PASS, id="another one lets it in"),
        pytest.param("scan", manifest(gpu="yes"), Verdict.UNKNOWN, id="no other is selected"),
    ],
)
def test_a_node_that_cannot_be_read_may_let_in_whatever_could_select_it(
    meant_for: str, template: dict[str, Any], verdict: Verdict
) -> None:
    coming = {"odd": meant_for} if meant_for else {}

    finding = judge(template, template, coming=coming, unreadable=("odd",))

    assert finding.verdict is verdict
    assert (finding.cause == Cause("kubernetes")) is (verdict is Verdict.UNKNOWN)


@pytest.mark.parametrize(
    ("declared", "observed", "where"),
    [
        pytest.param(manifest(domain="scan"), GOOD, "as declared: ", id="in the repository"),
        pytest.param(GOOD, manifest(domain="scan"), "in the cluster: ", id="in the cluster"),
        pytest.param(manifest(domain="scan"), manifest(domain="scan"), "", id="in both"),
        pytest.param(manifest(domain="scan"), None, "as declared: ", id="not in the cluster yet"),
    ],
)
def test_a_dropped_toleration_fails_wherever_it_was_dropped(
    declared: dict[str, Any], observed: dict[str, Any] | None, where: str
) -> None:
    finding = judge(declared, observed)

    assert finding.verdict is Verdict.FAIL
    assert finding.detail.startswith(where if observed else "does not tolerate")
    assert finding.detail.endswith(
        f"does not tolerate the nodes that it selects (domain=scan): {TAINT}"
    )


@pytest.mark.parametrize(
    ("taints", "verdict"),
    [
        pytest.param([[]], Verdict.PASS, id="no taint"),
        pytest.param([["a:NoSchedule"]], Verdict.FAIL, id="NoSchedule"),
        pytest.param([["a:NoExecute"]], Verdict.FAIL, id="NoExecute"),
        pytest.param([["a:PreferNoSchedule"]], Verdict.PASS, id="PreferNoSchedule"),
        pytest.param([["a:NoSchedule"], []], Verdict.PASS, id="one node is enough"),
        pytest.param([["a:NoSchedule"], ["b:NoSchedule"]], Verdict.FAIL, id="each another"),
        pytest.param([["node.kubernetes.io/unschedulable:NoSchedule"]], Verdict.PASS, id="cordon"),
        pytest.param([["node.kubernetes.io/not-ready:NoExecute"]], Verdict.PASS, id="not ready"),
        pytest.param(
            [["node-role.kubernetes.io/control-plane:NoSchedule"]], Verdict.FAIL, id="masters only"
        ),
    ],
)
def test_without_a_selector_every_node_is_selected(
    taints: list[list[str]], verdict: Verdict
) -> None:
    nodes: Nodes = {f"n{n}": ({}, one) for n, one in enumerate(taints)}

    assert judge(manifest(), manifest(), nodes=nodes).verdict is verdict


def test_a_failure_names_all_taints_that_keep_the_pods_off() -> None:
    nodes: Nodes = {"a": ({}, ["x=1:NoSchedule"]), "b": ({}, ["y:NoExecute", "x=1:NoSchedule"])}

    finding = judge(manifest(), manifest(), nodes=nodes)

    assert finding.detail.endswith("(any node): x=1:NoSchedule, y:NoExecute")


def test_selecting_no_node_fails() -> None:
    template = manifest(domain="scam")

    finding = judge(template, template, coming={"scan": "scan"})

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, "selects no node (domain=scam)")


def test_a_selected_node_that_is_missing_is_the_nodes_failure() -> None:
    finding = judge(GOOD, GOOD, nodes={}, coming={"scan": "scan", "auth": "auth"})

    missing = Cause("node_present", Subject("Node", "", "scan"))
    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, missing)
    assert finding.detail.endswith("not in the cluster: scan")


def test_a_declared_label_that_a_present_node_lacks_is_the_nodes_failure() -> None:
    finding = judge(GOOD, GOOD, nodes={"scan": ({}, [])}, coming={"scan": "scan"})

    bare = Cause("node_labels", Subject("Node", "", "scan"))
    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, bare)
    assert finding.detail == "the nodes that it selects do not bear their labels: scan"


def test_a_group_that_may_be_empty_is_unknown_while_it_is() -> None:
    spot = NodeGroup(name="spot", minimum=0, maximum=9, labels={"domain": "scan", "x": "y"})

    other = NodeGroup(name="other", minimum=0, maximum=9, labels={"domain": "auth"})

    finding = judge(GOOD, GOOD, nodes={}, groups=(other, spot))

    empty = Cause("node_group_size", Subject("NodeGroup", "", "spot"))
    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, empty)


def test_the_worse_template_decides() -> None:
    finding = judge(manifest(TOLERATION, domain=1), manifest(domain="scan"))

    assert (finding.verdict, finding.cause) == (Verdict.FAIL, None)
    assert finding.detail.startswith("as declared: not understood: ")


@pytest.mark.parametrize(
    ("declared", "observed", "cause"),
    [
        pytest.param(manifest({"operator": "Odd"}), GOOD, "kustomize", id="declared"),
        pytest.param(GOOD, manifest("odd"), "kubernetes", id="observed"),
    ],
)
def test_a_template_that_is_not_understood_is_unknown(
    declared: dict[str, Any], observed: dict[str, Any], cause: str
) -> None:
    finding = judge(declared, observed)

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause(cause))


def test_what_is_not_in_the_cluster_is_unknown() -> None:
    finding = judge(GOOD, None)

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("workload_present", finding.subject),
    )
