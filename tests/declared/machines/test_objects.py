"""Objects that make machines are groups: name, selector, size, labels, taints, version, types."""

import pytest

from exporter.declared.machines.objects import rendered
from exporter.declared.rendered import Manifest
from exporter.domain.declaration import LABELS, PRESENT, TAINTS, Attribute, NodeGroup, Reading
from exporter.domain.items import ItemState
from exporter.domain.provenance import Place, Source
from exporter.foreign import yaml
from tests.declared.machines.conftest import Declare

DEPLOYMENT = """
apiVersion: cluster.x-k8s.io/v1beta1
kind: MachineDeployment
metadata: {name: workers%s}
spec:
  clusterName: %s
  replicas: 3
  template:
    metadata: {labels: {node.cluster.x-k8s.io/pool: web, unrelated: label}}
    spec:
      version: v1.31.4
      failureDomain: eu-west-1a
      bootstrap: {configRef: {kind: KubeadmConfigTemplate, name: web}}
      infrastructureRef: {kind: AWSMachineTemplate, name: web}
"""
TEMPLATES = """
apiVersion: bootstrap.cluster.x-k8s.io/v1beta1
kind: KubeadmConfigTemplate
metadata: {name: web}
spec:
  template:
    spec:
      joinConfiguration:
        nodeRegistration:
          kubeletExtraArgs: {node-labels: "tier=web,zone=a"}
          taints: [{key: only, value: web, effect: NoSchedule}]
---
apiVersion: infrastructure.cluster.x-k8s.io/v1beta2
kind: AWSMachineTemplate
metadata: {name: web}
spec: {template: {spec: {instanceType: m5.large}}}
"""
NODE_POOL = """
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: spot}
spec:
  template:
    metadata: {labels: {tier: web}}
    spec:
      taints: [{key: only, value: web, effect: NoExecute}]
      startupTaints: [{key: node.cilium.io/agent-not-ready, effect: NoExecute}]
      requirements:
        - {key: karpenter.sh/capacity-type, operator: In, values: [spot]}
        - {key: node.kubernetes.io/instance-type, operator: In, values: [m5.large, m5a.large]}
        - {key: topology.kubernetes.io/zone, operator: In, values: [eu-west-1a]}
        - {key: kubernetes.io/arch, operator: NotIn, values: [arm64]}
"""
INSTANCE_GROUP = """
apiVersion: kops.k8s.io/v1alpha2
kind: InstanceGroup
metadata: {name: nodes, labels: {kops.k8s.io/cluster: shop}}
spec:
  role: Node
  minSize: 1
  maxSize: 4
  machineType: t3.large
  nodeLabels: {kops.k8s.io/instancegroup: workers, tier: web}
  taints: ["only=web:NoSchedule"]
"""


def the_group(reading: Reading) -> NodeGroup:
    (group,) = reading.groups
    assert reading.complete
    return group


def values(group: NodeGroup) -> tuple[dict[str, str], set[str]]:
    labels = {key: one.value for key, one in group.node_labels.items()}
    return labels, {str(one.value) for one in group.taints or ()}


def test_a_machine_deployment_is_a_group_with_what_its_templates_say(declare: Declare) -> None:
    group = the_group(declare(DEPLOYMENT % ("", "shop") + "---" + TEMPLATES))

    assert (group.name, group.minimum, group.maximum, group.pool) == ("workers", 3, 3, True)
    assert group.labels == {"node.cluster.x-k8s.io/pool": "web"}
    assert values(group) == (
        {"node.cluster.x-k8s.io/pool": "web", "tier": "web", "zone": "a"},
        {"only=web:NoSchedule"},
    )
    assert group.version is not None
    assert (group.version.value, group.version.place.line) == ("v1.31.4", 11)
    assert [one.value for one in (*group.instance_types, *group.zones)] == [
        "m5.large",
        "eu-west-1a",
    ]


def test_the_autoscaler_s_annotations_are_the_bounds(declare: Declare) -> None:
    size = "cluster.x-k8s.io/cluster-api-autoscaler-node-group-{}-size"
    bounds = f'{size.format("min")}: "1", {size.format("max")}: "9"'
    text = (DEPLOYMENT % ("", "shop")).replace(
        "name: workers}", f"name: workers, annotations: {{{bounds}}}}}"
    )

    group = the_group(declare(text + "---" + TEMPLATES))

    assert (group.minimum, group.maximum) == (1, 9)


def test_what_a_template_that_is_not_there_says_is_unknown(declare: Declare) -> None:
    group = the_group(declare(DEPLOYMENT % ("", "shop")))

    assert set(group.unknown) == {LABELS, TAINTS}
    assert (group.minimum, group.maximum) == (3, 3)


def test_the_machines_of_another_cluster_are_none_of_this_one(declare: Declare) -> None:
    both = DEPLOYMENT % ("", "shop") + "---" + DEPLOYMENT % ("-b", "other") + "---" + TEMPLATES

    reading = declare(both, called="shop")

    assert [group.name for group in reading.groups] == ["workers"]
    assert ItemState.OTHER_CLUSTER in {one.state for one in reading.items}


def test_of_several_clusters_none_is_guessed(declare: Declare) -> None:
    both = DEPLOYMENT % ("", "shop") + "---" + DEPLOYMENT % ("-b", "other")

    reading = declare(both)

    assert (reading.groups, reading.complete) == ((), False)
    assert [one.state for one in reading.items] == [ItemState.UNRESOLVED] * 2


def test_a_control_plane_goes_by_the_label_that_kubeadm_sets(declare: Declare) -> None:
    group = the_group(
        declare(
            "apiVersion: controlplane.cluster.x-k8s.io/v1beta1\nkind: KubeadmControlPlane\n"
            "metadata: {name: cp}\nspec: {replicas: 3, version: v1.31.4}\n"
        )
    )

    assert (group.minimum, group.labels) == (3, {"node-role.kubernetes.io/control-plane": "*"})


def test_a_managed_control_plane_has_no_nodes(declare: Declare) -> None:
    reading = declare(
        "apiVersion: controlplane.cluster.x-k8s.io/v1beta2\nkind: AWSManagedControlPlane\n"
        "metadata: {name: cp}\nspec: {version: v1.31.4}\n"
    )

    assert (reading.groups, reading.complete) == ((), True)


def test_of_a_class_what_the_cluster_says_counts_and_the_rest_is_unknown(declare: Declare) -> None:
    reading = declare(
        "apiVersion: cluster.x-k8s.io/v1beta1\nkind: Cluster\nmetadata: {name: shop}\nspec:\n"
        "  topology:\n    class: c\n    version: v1.31.4\n    controlPlane: {replicas: 3}\n"
        "    workers:\n      machineDeployments:\n"
        "        - {class: w, name: web, replicas: 2,\n"
        "           metadata: {labels: {node.cluster.x-k8s.io/pool: web}}}\n"
    )

    plane, workers = reading.groups
    assert (plane.name, plane.minimum, workers.name, workers.minimum) == (
        "shop-control-plane",
        3,
        "web",
        2,
    )
    assert set(workers.unknown) == {LABELS, TAINTS}


def test_a_pool_of_karpenter_has_no_size_unless_it_is_static(declare: Declare) -> None:
    free = the_group(declare(NODE_POOL))
    static = the_group(declare(NODE_POOL + "  replicas: 4\n"))

    assert (free.minimum, free.maximum) == (None, None)
    assert (static.minimum, static.maximum) == (4, 4)


def test_a_pool_of_karpenter_declares_what_all_its_nodes_have(declare: Declare) -> None:
    group = the_group(declare(NODE_POOL))

    assert group.labels == {"karpenter.sh/nodepool": "spot"}
    assert values(group) == (
        {"tier": "web", "karpenter.sh/capacity-type": "spot"},
        {"only=web:NoExecute"},
    )
    assert [one.value for one in group.instance_types] == ["m5.large", "m5a.large"]
    assert [one.value for one in group.zones] == ["eu-west-1a"]


def test_an_instance_group_of_kops_goes_by_the_label_of_kops(declare: Declare) -> None:
    cluster = (
        "apiVersion: kops.k8s.io/v1alpha2\nkind: Cluster\nmetadata: {name: shop}\n"
        "spec: {kubernetesVersion: 1.31.4}\n---"
    )

    group = the_group(declare(cluster + INSTANCE_GROUP))

    assert (group.minimum, group.maximum) == (1, 4)
    assert group.labels == {"kops.k8s.io/instancegroup": "workers"}
    assert values(group) == ({"tier": "web"}, {"only=web:NoSchedule"})
    assert group.version is not None
    assert group.version.value == "1.31.4"


def test_a_bastion_is_no_node(declare: Declare) -> None:
    reading = declare(INSTANCE_GROUP.replace("role: Node", "role: Bastion"))

    assert (reading.groups, reading.complete) == ((), True)
    assert [one.state for one in reading.items] == [ItemState.OUT_OF_SCOPE]


@pytest.mark.parametrize(
    ("was", "filled", "attribute"),
    [
        ("replicas: 3", "replicas: ${COUNT}", "minimum"),
        ("version: v1.31.4", "version: ${VERSION}", Attribute.VERSION),
        ("version: v1.31.4", "version: 1.30", Attribute.VERSION),
        ("pool: web", "pool: '{{ pool }}'", f"{LABELS}.node.cluster.x-k8s.io/pool"),
        ("only, value: web", "only, value: 'ENC[AES256_GCM]'", TAINTS),
        ("instanceType: m5.large", "instanceType: '${TYPE}'", Attribute.INSTANCE_TYPE),
    ],
)
def test_what_only_a_tool_fills_in_makes_just_that_unknown(
    was: str, filled: str, attribute: str, declare: Declare
) -> None:
    text = DEPLOYMENT % ("", "shop") + "---" + TEMPLATES

    (group,) = declare(text.replace(was, filled)).groups

    assert set(group.unknown) == {attribute}


def test_an_object_of_another_form_fails_by_its_place(declare: Declare) -> None:
    reading = declare(NODE_POOL.replace("requirements:\n", "requirements: {}\n      others:\n"))

    assert (reading.groups, reading.complete) == ((), False)
    assert [(one.place.path, one.message) for one in reading.failures] == [
        ("m.yaml", "requirements is no list")
    ]


def manifest(text: str) -> Manifest:
    return Manifest(content=yaml.load(text), place=Place(Source.ARGOCD, "a.yaml", 1))


def test_rendered_objects_make_nodes_of_their_own_cluster() -> None:
    objects = [manifest(NODE_POOL), manifest(DEPLOYMENT % ("", "shop"))]

    own = rendered(objects, cluster="shop")
    other = rendered(objects, cluster="")

    assert {group.name for group in own.groups} == {"spot", "workers"}
    assert {group.name for group in other.groups} == {"spot"}


def test_a_rendered_object_of_another_form_may_make_any_node() -> None:
    odd = rendered([manifest(NODE_POOL.replace("template:", "template: 5\n  x:"))], cluster="")

    assert odd.groups == ()
    assert [one.attributes for one in odd.gaps] == [frozenset({PRESENT})]


@pytest.mark.parametrize("text", [NODE_POOL, DEPLOYMENT % ("", "shop"), INSTANCE_GROUP])
def test_an_object_whose_name_a_tool_fills_in_may_make_any_node(
    text: str, declare: Declare
) -> None:
    named = text.replace("name: spot", "name: '${NAME}'").replace("name: nodes", "name: '${NAME}'")

    reading = declare(named.replace("name: workers", "name: '${NAME}'"))

    assert (reading.groups, reading.complete) == ((), False)
    assert [one.state for one in reading.items] == [ItemState.UNRESOLVED]
