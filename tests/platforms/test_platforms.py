"""The examples of docs/platforms conform; each change of the cluster fails rightly and alone."""

import asyncio
import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from exporter.app.conformance import check_once, join_once
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Verdict
from exporter.domain.instants import parse_instant
from exporter.report.documents.declared import Declaration
from exporter.report.table import declaration
from exporter.settings.load import load

Node = dict[str, Any]
PAGES = Path(__file__).parents[2] / "docs" / "platforms"
FILE = re.compile(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NOW = parse_instant("2025-11-12T14:30:00+09:00")
EMPTY = ("pods", "deployments", "statefulsets", "daemonsets")
TAINT = {"key": "domain", "value": "api", "effect": "NoSchedule"}


def node(name: str, ip: str, *, version: str = "v1.31.4", **labels: str) -> Node:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "uid": f"uid-{name}",
            "labels": {key.replace("__", "/").replace("_", "."): v for key, v in labels.items()},
            "creationTimestamp": "2025-01-01T00:00:00Z",
        },
        "spec": {"taints": [TAINT] if "domain" in labels else []},
        "status": {
            "conditions": [
                {"type": "Ready", "status": "True", "lastTransitionTime": "2025-06-01T00:00:00Z"}
            ],
            "addresses": [{"type": "InternalIP", "address": ip}],
            "nodeInfo": {"kubeletVersion": version},
        },
    }


def pool(label: str, kind: str, *, version: str = "v1.31.4") -> list[Node]:
    """Return two nodes of a managed pool."""
    found = [node(f"ip-10-0-0-{n}.internal", f"10.0.0.{n}", version=version) for n in (1, 2)]
    for one in found:
        own = {label: "api", "domain": "api", "node.kubernetes.io/instance-type": kind}
        one["metadata"]["labels"] = own
        one["spec"]["taints"] = [TAINT]
    return found


def control_plane(label: str, value: str, kind: str) -> Node:
    """Return the only node of a control plane that is a group, too."""
    found = node("cp-1", "10.0.0.9")
    found["metadata"]["labels"] = {label: value, "node.kubernetes.io/instance-type": kind}
    return found


def by_name(version: str = "v1.31.4", first: str = "cp-1") -> list[Node]:
    """Return a control plane and two nodes that the code names."""
    return [
        node(first, "10.0.0.1", version=version),
        node("api-1", "10.0.0.2", version=version, domain="api"),
        node("api-2", "10.0.0.3", version=version, domain="api"),
    ]


CLUSTERS: dict[str, list[Node]] = {
    "eks": pool("eks.amazonaws.com/nodegroup", "m5a.large", version="v1.31.4-eks-aeac579"),
    "gke": pool("cloud.google.com/gke-nodepool", "e2-standard-4", version="v1.31.4-gke.1183000"),
    "aks": pool("kubernetes.azure.com/agentpool", "Standard_D4s_v5"),
    "kubeadm": [
        node("cp-1", "10.0.0.1"),
        node("api-1.example.org", "10.0.0.2", domain="api"),
        node("API-2", "10.0.0.3", domain="api"),
    ],
    "k3s": [
        node("srv", "10.0.0.1", version="v1.31.4+k3s1"),
        node("wa", "10.0.0.2", version="v1.31.4+k3s1", domain="api"),
        node("wb", "10.0.0.3", version="v1.31.4+k3s1", domain="api"),
    ],
    "kubespray": by_name(),
    "rke2": by_name("v1.31.4+rke2r1", "srv-1"),
    "talos": by_name(),
    "cluster-api": [
        control_plane("node-role.kubernetes.io/control-plane", "", "t3.large"),
        *pool("node.cluster.x-k8s.io/pool", "m5.large"),
    ],
    "kops": [
        control_plane("kops.k8s.io/instancegroup", "control-plane-eu-west-1a", "t3.medium"),
        *pool("kops.k8s.io/instancegroup", "m5.large"),
    ],
}
MANAGED = {"eks", "gke", "aks", "cluster-api", "kops"}


def lay(folder: Path, platform: str, nodes: list[Node], *, page: str = "") -> None:
    """Write what the page shows, and a dump of these nodes beside it."""
    page = page or (PAGES / f"{platform}.md").read_text()
    for name, text in FILE.findall(page):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.replace("observed: {kubernetes: {}}", "observed: {snapshot: dump}"))
    dump = folder / "dump"
    dump.mkdir(exist_ok=True)
    for kind in ("nodes", *EMPTY):
        items = nodes if kind == "nodes" else []
        whole = {"apiVersion": "v1", "kind": "List", "items": items}
        (dump / f"{kind}.json").write_text(json.dumps(whole))


def evaluate(folder: Path, platform: str, nodes: list[Node], *, page: str = "") -> Evaluation:
    """Write what the page shows, and a dump of these nodes beside it; evaluate it."""
    lay(folder, platform, nodes, page=page)
    return asyncio.run(check_once(load(folder / "conformance.yaml"), at=NOW))


def failing(outcome: Evaluation) -> set[str]:
    return {one.check for one in outcome.findings if one.verdict is Verdict.FAIL}


def test_every_page_is_tried() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} == CLUSTERS.keys()


@pytest.mark.parametrize("platform", CLUSTERS)
def test_the_example_conforms(platform: str, tmp_path: Path) -> None:
    outcome = evaluate(tmp_path, platform, CLUSTERS[platform])

    passing = {one.check for one in outcome.findings if one.verdict is Verdict.PASS}
    assert failing(outcome) == set()
    assert passing >= {"node_ready", "node_labels", "node_taints", "node_version"}
    assert passing >= {"node_unexpected", "node_group_size"}
    others = {one.check for one in outcome.findings if one.verdict is Verdict.UNKNOWN}
    assert others <= {"node_dedication"}  # the dump has no pods


def lose(nodes: list[Node]) -> None:
    nodes.pop()


def stop(nodes: list[Node]) -> None:
    nodes[-1]["status"]["conditions"][0]["status"] = "Unknown"


def unlabel(nodes: list[Node]) -> None:
    del nodes[-1]["metadata"]["labels"]["domain"]


def untaint(nodes: list[Node]) -> None:
    nodes[-1]["spec"]["taints"] = []


def downgrade(nodes: list[Node]) -> None:
    nodes[-1]["status"]["nodeInfo"]["kubeletVersion"] = "v1.30.9"


def intrude(nodes: list[Node]) -> None:
    nodes.append(node("stranger", "10.9.9.9"))


def grow(nodes: list[Node]) -> None:
    for number in range(4):
        more = copy.deepcopy(nodes[-1])
        more["metadata"] |= {"name": f"more-{number}", "uid": f"more-{number}"}
        more["status"]["addresses"] = [{"type": "InternalIP", "address": f"10.0.1.{number}"}]
        nodes.append(more)


CHANGES: list[tuple[Callable[[list[Node]], None], str, str]] = [
    (lose, "node_group_size", "node_present"),
    (stop, "node_ready", "node_ready"),
    (unlabel, "node_labels", "node_labels"),
    (untaint, "node_taints", "node_taints"),
    (downgrade, "node_version", "node_version"),
    (intrude, "node_unexpected", "node_unexpected"),
]


@pytest.mark.parametrize("platform", CLUSTERS)
@pytest.mark.parametrize(
    ("change", "of_pools", "of_names"), CHANGES, ids=[one.__name__ for one, *_ in CHANGES]
)
def test_a_change_of_the_cluster_fails_alone(
    platform: str,
    change: Callable[[list[Node]], None],
    of_pools: str,
    of_names: str,
    tmp_path: Path,
) -> None:
    nodes = copy.deepcopy(CLUSTERS[platform])
    change(nodes)

    outcome = evaluate(tmp_path, platform, nodes)

    assert failing(outcome) == {of_pools if platform in MANAGED else of_names}


@pytest.mark.parametrize("platform", sorted(MANAGED))
def test_a_pool_that_grew_too_far_fails_alone(platform: str, tmp_path: Path) -> None:
    nodes = copy.deepcopy(CLUSTERS[platform])
    grow(nodes)

    assert failing(evaluate(tmp_path, platform, nodes)) == {"node_group_size"}


NODE_POOL = """apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: spot}
spec:
  template:
    metadata: {labels: {domain: batch}}
    spec: {taints: [{key: domain, value: api, effect: NoSchedule}]}
"""
DELIVERED = {
    "a kustomization": "  kustomize: [karpenter]\n",
    "a file": "  machines: [{path: karpenter}]\n",
}


def with_karpenter(
    folder: Path, by: str, nodes: list[Node], *, text: str = NODE_POOL
) -> Evaluation:
    """Evaluate the example of EKS with a pool of Karpenter beside it."""
    (folder / "karpenter").mkdir()
    (folder / "karpenter" / "pool.yaml").write_text(text)
    page = (PAGES / "eks.md").read_text()
    changed = page.replace("declared:\n", f"declared:\n{DELIVERED[by]}")
    return evaluate(folder, "eks", nodes, page=changed)


def of_karpenter(count: int) -> list[Node]:
    found = pool("karpenter.sh/nodepool", "m5.large", version="v1.31.4-eks-aeac579")[:1] * count
    nodes = [copy.deepcopy(each) for each in found]
    for number, each in enumerate(nodes):
        each["metadata"] |= {"name": f"spot-{number}", "uid": f"spot-{number}"}
        each["metadata"]["labels"] |= {"karpenter.sh/nodepool": "spot", "domain": "batch"}
        each["status"]["addresses"] = [{"type": "InternalIP", "address": f"10.1.0.{number}"}]
    return nodes


@pytest.mark.parametrize("by", DELIVERED)
@pytest.mark.parametrize("count", [0, 3])
def test_a_pool_of_karpenter_may_have_any_number_of_nodes(
    by: str, count: int, tmp_path: Path
) -> None:
    outcome = with_karpenter(tmp_path, by, [*CLUSTERS["eks"], *of_karpenter(count)])

    assert failing(outcome) == set()
    unknown = {
        one.check
        for one in outcome.findings
        if one.verdict is Verdict.UNKNOWN and one.subject.kind in {"Node", "NodeGroup"}
    }
    assert unknown <= {"node_dedication"}


def test_a_node_of_karpenter_that_differs_from_its_pool_fails_alone(tmp_path: Path) -> None:
    nodes = [*CLUSTERS["eks"], *of_karpenter(2)]
    del nodes[-1]["metadata"]["labels"]["domain"]

    outcome = with_karpenter(tmp_path, "a kustomization", nodes)

    assert failing(outcome) == {"node_labels"}


@pytest.mark.parametrize("by", DELIVERED)
def test_a_pool_that_cannot_be_read_lets_no_node_of_it_be_unexpected(
    by: str, tmp_path: Path
) -> None:
    nodes = [*CLUSTERS["eks"], *of_karpenter(2)]

    outcome = with_karpenter(tmp_path, by, nodes, text=f"{NODE_POOL}    x: [\n")

    assert failing(outcome) == {"declaration_readable"}


@pytest.mark.parametrize(
    ("platform", "name", "known_as", "by"),
    [
        ("kubeadm", "api-1", "api-1.example.org", "name up to domain and case"),
        ("k3s", "10.0.0.2", "wa", "internal address"),
    ],
)
def test_declared_tells_by_what_a_node_was_found(
    platform: str, name: str, known_as: str, by: str, tmp_path: Path
) -> None:
    lay(tmp_path, platform, CLUSTERS[platform])
    loaded = load(tmp_path / "conformance.yaml")

    state, joined = asyncio.run(join_once(loaded))

    nodes = {node.name: node for node in Declaration.of(state, joined).nodes}
    assert (nodes[name].known_as, nodes[name].joined_by) == (known_as, by)
    assert re.search(rf"{name} +{known_as} +{by}", declaration(state, joined=joined))
    assert {node.known_as for node in Declaration.of(state).nodes} == {None}
