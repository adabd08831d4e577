"""Configurations of machines name nodes, and say what these register with."""

import pytest

from exporter.declared.merge import merge
from exporter.domain.declaration import LABELS, PRESENT, TAINTS, Attribute, DeclaredNode, Reading
from exporter.domain.items import ItemState
from tests.declared.machines.conftest import Declare

TALOS = """
version: v1alpha1
machine:
  type: worker
  kubelet: {image: "ghcr.io/siderolabs/kubelet:v1.31.4"}
  network: {hostname: a}
  nodeLabels: {tier: web}
  nodeTaints: {only: "web:NoSchedule", bare: ":NoExecute"}
"""
RANCHER = """
node-name: a
node-ip: 10.0.0.1,fd00::1
node-label: [tier=web]
node-taint+: ["only=web:NoSchedule"]
kubelet-arg: ["node-labels=zone=a", "max-pods=50"]
"""
KUBEADM = """
apiVersion: kubeadm.k8s.io/v1beta4
kind: JoinConfiguration
nodeRegistration:
  name: a
  taints: [{key: only, value: web, effect: NoSchedule}]
  kubeletExtraArgs: [{name: node-labels, value: tier=web}]
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.31.4
"""


def node(reading: Reading, name: str = "a") -> DeclaredNode:
    assert not reading.failures
    return merge([reading]).nodes.nodes[name]


@pytest.mark.parametrize(
    ("text", "labels", "taints"),
    [
        pytest.param(TALOS, {"tier": "web"}, {"only=web:NoSchedule", "bare:NoExecute"}, id="talos"),
        pytest.param(RANCHER, {"tier": "web", "zone": "a"}, {"only=web:NoSchedule"}, id="rke2"),
        pytest.param(KUBEADM, {"tier": "web"}, {"only=web:NoSchedule"}, id="kubeadm"),
    ],
)
def test_a_configuration_names_its_node_with_labels_and_taints(
    text: str, labels: dict[str, str], taints: set[str], declare: Declare
) -> None:
    found = node(declare(text))

    assert {key: one.value for key, one in found.labels.items()} == labels
    assert {str(one.value) for one in found.taints} == taints
    assert not found.unknown


def test_the_version_of_talos_is_that_of_its_kubelet(declare: Declare) -> None:
    assert node(declare(TALOS)).attributes[Attribute.VERSION].value == "v1.31.4"


def test_the_version_of_kubeadm_s_cluster_is_that_of_the_node_beside_it(declare: Declare) -> None:
    assert node(declare(KUBEADM)).attributes[Attribute.VERSION].value == "v1.31.4"


def test_the_first_address_of_rke2_is_the_internal_one(declare: Declare) -> None:
    assert node(declare(RANCHER)).attributes[Attribute.INTERNAL_IP].value == "10.0.0.1"


@pytest.mark.parametrize("text", [TALOS, RANCHER, KUBEADM], ids=["talos", "rke2", "kubeadm"])
def test_a_file_without_a_name_is_for_the_nodes_of_the_settings(
    text: str, declare: Declare
) -> None:
    nameless = text.replace("  network: {hostname: a}\n", "")
    nameless = nameless.replace("node-name: a\n", "").replace("  name: a\n", "")

    reading = declare(nameless, nodes=("x", "y"))

    assert {one.name for one in reading.nodes} == {"x", "y"}
    assert node(reading, "y").labels["tier"].value == "web"
    assert reading.complete


@pytest.mark.parametrize("text", [TALOS, RANCHER, KUBEADM], ids=["talos", "rke2", "kubeadm"])
def test_a_file_for_nobody_may_be_for_any_node(text: str, declare: Declare) -> None:
    nameless = text.replace("  network: {hostname: a}\n", "")
    nameless = nameless.replace("node-name: a\n", "").replace("  name: a\n", "")

    reading = declare(nameless)

    assert (reading.nodes, reading.complete) == ((), False)
    assert ItemState.UNRESOLVED in {one.state for one in reading.items}
    hidden = {attribute for gap in reading.gaps for attribute in gap.attributes}
    assert hidden >= {PRESENT, LABELS, TAINTS}


def test_a_patch_adds_to_what_is_said_elsewhere(declare: Declare) -> None:
    patch = "machine: {network: {hostname: a}, nodeLabels: {more: 'yes'}}\n"

    found = node(declare({"all.yaml": TALOS, "patch.yaml": patch}))

    assert {key: one.value for key, one in found.labels.items()} == {"tier": "web", "more": "yes"}


def test_a_hostname_of_its_own_document_names_the_file_s_machine(declare: Declare) -> None:
    text = TALOS.replace("  network: {hostname: a}\n", "")
    named = f"{text}---\napiVersion: v1alpha1\nkind: HostnameConfig\nhostname: b\n"

    assert node(declare(named), "b").labels["tier"].value == "web"


def test_what_a_tool_fills_in_is_unknown_for_that_node_alone(declare: Declare) -> None:
    text = TALOS.replace("tier: web", "tier: '${TIER}'")
    other = TALOS.replace("hostname: a", "hostname: b")

    reading = declare({"a.yaml": text, "b.yaml": other})

    assert "labels.tier" in node(reading).unknown
    assert not node(reading, "b").unknown


def test_an_encrypted_name_is_no_name(declare: Declare) -> None:
    reading = declare(TALOS.replace("hostname: a", "hostname: ENC[AES256_GCM,data:x]"))

    assert (reading.nodes, reading.complete) == ((), False)


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: example.org/v1\nkind: Fleet\nmetadata: {name: x}\n",
        "replicaCount: 3\n",
        "- 1\n",
        "text\n",
    ],
)
def test_what_is_not_known_here_is_named_and_may_make_any_node(text: str, declare: Declare) -> None:
    reading = declare(text)

    assert not reading.complete
    assert [(one.subject.name, one.state) for one in reading.items] == [
        ("m.yaml", ItemState.UNSUPPORTED)
    ]


def test_a_broken_file_loses_itself_alone(declare: Declare) -> None:
    reading = declare({"a.yaml": TALOS, "b.yaml": "a: [\n"})

    assert [one.name for one in reading.nodes] == ["a"]
    assert not reading.complete
    assert [one.place.path for one in reading.failures] == ["b.yaml"]


def test_a_path_that_matches_nothing_is_a_failure(declare: Declare) -> None:
    reading = declare(TALOS, path="others/*.yaml")

    assert not reading.complete
    assert [one.message for one in reading.failures] == ["matches no file"]
