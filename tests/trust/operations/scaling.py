"""Operations that change how many pods there are."""

from tests.trust.code import NAMESPACE, service, workload
from tests.trust.lab import Lab, Steps
from tests.trust.operation import operation
from tests.trust.operations.workloads import WEB

_TARGET = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}


def with_hpa(lab: Lab) -> None:
    """Scale the shop by a HorizontalPodAutoscaler."""
    own = workload("Deployment", "web", replicas=None)
    hpa = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web", "namespace": NAMESPACE},
        "spec": {"scaleTargetRef": _TARGET, "minReplicas": 2, "maxReplicas": 10},
    }
    lab.files[WEB] = [own, service("web"), hpa]


def scale(lab: Lab, pods: int) -> None:
    """Do what a HorizontalPodAutoscaler does: it leaves alone what has no replicas."""
    if lab.live("Deployment", "web")["spec"]["replicas"]:
        lab.edit("Deployment", "web", replicas=pods)


@operation(
    fault="the nodes have no room for them", told="WorkloadNotReady", about="web", prepare=with_hpa
)
def hpa_burst(lab: Lab) -> Steps:
    """A HorizontalPodAutoscaler scales from 2 to 10 pods and back."""
    lab.cluster.room = lab.either(30, 3)
    scale(lab, 10)
    yield 15
    if not lab.broken:
        scale(lab, 2)


@operation(
    fault="it is scaled to none, which its autoscaler leaves so",
    told="WorkloadReplicasMismatch",
    about="web",
    prepare=with_hpa,
)
def scaled_by_hand(lab: Lab) -> Steps:
    """kubectl scale of a Deployment that has an autoscaler."""
    lab.edit("Deployment", "web", replicas=lab.either(7, 0))
    yield 2
    scale(lab, 2)


def with_keda(lab: Lab) -> None:
    """Scale the shop by KEDA, to zero."""
    own = workload("Deployment", "web", replicas=None)
    scaled = {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "web", "namespace": NAMESPACE},
        "spec": {"scaleTargetRef": _TARGET, "minReplicaCount": 0, "maxReplicaCount": 5},
    }
    lab.files[WEB] = [own, service("web"), scaled]


@operation(
    fault="the pods that it wakes end at once",
    told="WorkloadNotReady",
    about="web",
    prepare=with_keda,
)
def keda_to_zero(lab: Lab) -> Steps:
    """KEDA scales a Deployment to zero, and wakes it again."""
    lab.edit("Deployment", "web", replicas=0)
    yield 10
    lab.cluster.spoilt = lab.either({}, {"web": "crash"})
    lab.edit("Deployment", "web", replicas=3)
    yield 0


@operation(fault="its pods are more than the nodes admit", told="WorkloadNotReady", about="web")
def scaled_by_commit(lab: Lab) -> Steps:
    """More replicas of a Deployment, by a commit."""
    lab.cluster.room = lab.either(30, 3)
    lab.change(WEB, replicas=8)
    yield 0
