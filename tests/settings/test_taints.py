import pytest

from exporter.domain.policy import matches_any
from exporter.settings.taints import UNMANAGED_TAINTS


@pytest.mark.parametrize(
    "key",
    [
        "node.kubernetes.io/unschedulable",
        "node.cluster.x-k8s.io/uninitialized",
        "node.cluster.x-k8s.io/outdated-revision",
        "ToBeDeletedByClusterAutoscaler",
        "startup-taint.cluster-autoscaler.kubernetes.io/network",
        "ignore-taint.cluster-autoscaler.kubernetes.io/network",
        "karpenter.sh/disrupted",
        "drbd.linbit.com/lost-quorum",
        "drbd.linbit.com/force-io-error",
        "nidhogg.uswitch.com/kube-system.kiam",
        "aws-node-termination-handler/spot-itn",
        "aws-node-termination-handler/rebalance-recommendation",
        "cloud.google.com/impending-node-termination",
        "eks.amazonaws.com/compute-type",
        "kubernetes.azure.com/scalesetpriority",
        "virtual-kubelet.io/provider",
        "weave.works/kured-node-reboot",
    ],
)
def test_a_taint_that_a_controller_sets_is_nobodys_to_declare(key: str) -> None:
    assert matches_any(key, UNMANAGED_TAINTS)


@pytest.mark.parametrize(
    "key",
    [
        "dedicated",
        "domain",
        "CriticalAddonsOnly",
        "nvidia.com/gpu",
        "node-role.kubernetes.io/etcd",
        "node.ocs.openshift.io/storage",
        "node.longhorn.io/create-default-disk",
        "cloud.google.com/gke-spot",
        "eks.amazonaws.com/nodegroup",
        "kubernetes.azure.com/mode",
    ],
)
def test_a_taint_that_a_person_sets_has_to_be_declared(key: str) -> None:
    assert not matches_any(key, UNMANAGED_TAINTS)
