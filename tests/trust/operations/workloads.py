"""Operations on workloads: what is rolled out, restarted and rolled back."""

from tests.trust import objects
from tests.trust.code import NAMESPACE, service, workload
from tests.trust.lab import Lab, Steps
from tests.trust.operation import operation

WEB, DB, AGENT = "apps/shop/web.yaml", "apps/data/db.yaml", "apps/agents/agent.yaml"


@operation(
    fault="the new version ends at once again and again", told="WorkloadNotReady", about="web"
)
def rolling_update(lab: Lab) -> Steps:
    """A rolling update of a Deployment."""
    lab.change(WEB, image=lab.either("web:2", "web:2-crash"))
    yield 0


@operation(fault="the tag of the image is gone", told="WorkloadImagesUnavailable", about="web")
def rollout_restart(lab: Lab) -> Steps:
    """kubectl rollout restart."""
    lab.cluster.spoilt = lab.either({}, {"web": "missing"})
    template = lab.live("Deployment", "web")["spec"]["template"]
    at = objects.written(lab.cluster.now)
    annotations = {"kubectl.kubernetes.io/restartedAt": at}
    metadata = {**template["metadata"], "annotations": annotations}
    lab.edit("Deployment", "web", template={**template, "metadata": metadata})
    yield 0


@operation(fault="the new version never becomes ready", told="WorkloadNotReady", about="web")
def slow_start(lab: Lab) -> Steps:
    """A rolling update whose pods take minutes to become ready."""
    lab.change(WEB, image=lab.either("web:2-slow", "web:2-hang"))
    yield 0


@operation(
    fault="what it is rolled back to is gone",
    told="WorkloadImagesUnavailable",
    about="web",
    minutes=45,
)
def rollback(lab: Lab) -> Steps:
    """A bad version is reverted by another commit."""
    lab.change(WEB, image="web:2-hang")
    yield 8
    lab.change(WEB, image=lab.either("web:1", "web:0-missing"))


@operation(fault="the updated pod ends at once", told="WorkloadNotReady", about="db")
def stateful_set_update(lab: Lab) -> Steps:
    """A rolling update of a StatefulSet."""
    lab.change(DB, image=lab.either("db:2", "db:2-crash"))
    yield 0


@operation(fault="the first updated pod never becomes ready", told="WorkloadNotReady", about="db")
def stateful_set_partition(lab: Lab) -> Steps:
    """A StatefulSet updated by partitions."""
    rolling = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
    lab.change(DB, image=lab.either("db:2", "db:2-hang"), updateStrategy=rolling)
    yield 15
    if not lab.broken:
        rolling["rollingUpdate"] = {"partition": 0}
        lab.change(DB, updateStrategy=rolling)


@operation(
    fault="the image of the new version is missing", told="WorkloadImagesUnavailable", about="agent"
)
def daemon_set_update(lab: Lab) -> Steps:
    """A rolling update of a DaemonSet."""
    lab.change(AGENT, image=lab.either("agent:2", "agent:2-missing"))
    yield 0


def on_delete(lab: Lab) -> None:
    """Let the DaemonSet leave it to others when its pods are replaced."""
    strategy = {"type": "OnDelete"}
    own = workload("DaemonSet", "agent", replicas=None, updateStrategy=strategy)
    lab.files[AGENT] = [own]


@operation(
    fault="the pods that were replaced end at once",
    told="WorkloadNotReady",
    about="agent",
    prepare=on_delete,
)
def daemon_set_on_delete(lab: Lab) -> Steps:
    """A DaemonSet with OnDelete, whose pods are deleted one after the other."""
    lab.change(AGENT, image=lab.either("agent:2", "agent:2-crash"))
    yield 4
    for pod in lab.cluster.pods(NAMESPACE, "agent", exact=True):
        lab.cluster.delete(pod)
        yield 1


def with_canary(lab: Lab) -> None:
    """Deploy the shop as a Rollout with a canary."""
    steps = [{"setWeight": 25}, {"pause": {"duration": 300}}]
    own = workload("Rollout", "web", replicas=4, strategy={"canary": {"steps": steps}})
    lab.files[WEB] = [own, service("web")]


@operation(
    fault="the canary ends at once again and again",
    told="WorkloadNotReady",
    about="web",
    prepare=with_canary,
)
def canary(lab: Lab) -> Steps:
    """A canary of Argo Rollouts, with a pause."""
    lab.change(WEB, image=lab.either("web:2", "web:2-crash"))
    yield 0


def with_blue_green(lab: Lab) -> None:
    """Deploy the shop as a Rollout with a preview beside what is active."""
    own = workload("Rollout", "web", replicas=4, strategy={"blueGreen": {"activeService": "web"}})
    lab.files[WEB] = [own, service("web")]


@operation(
    fault="green never becomes ready", told="WorkloadNotReady", about="web", prepare=with_blue_green
)
def blue_green(lab: Lab) -> Steps:
    """A blue-green rollout."""
    lab.change(WEB, image=lab.either("web:2", "web:2-hang"))
    yield 0


@operation(fault="its debug container stays", told="WorkloadPodsDiffer", about="web")
def pods_killed(lab: Lab) -> Steps:
    """Pods are deleted by hand, and replaced."""
    pods = lab.cluster.pods(NAMESPACE, "web-")
    lab.cluster.delete(pods[0])
    yield 2
    lab.cluster.delete(pods[1])
    if lab.broken:
        pods[2]["spec"]["ephemeralContainers"] = [{"name": "debug", "image": "busybox:1"}]


@operation(fault="the added pod finds no node", told="WorkloadNotReady", about="db")
def stateful_set_scaled(lab: Lab) -> Steps:
    """More replicas of a StatefulSet, by a commit."""
    lab.cluster.room = lab.either(30, 0)
    lab.change(DB, replicas=5)
    yield 0


@operation(
    fault="the new one's selector is another than its pods",
    told="ServiceWithoutEndpoints",
    about="store",
)
def renamed(lab: Lab) -> Steps:
    """A Deployment and its Service get another name: new ones are made, the old ones pruned."""
    path = "apps/shop/store.yaml"
    own = service("store")
    own["spec"]["selector"] = lab.either({"app": "store"}, {"app": "web"})
    lab.code.write(path, [workload("Deployment", "store", replicas=4), own])
    lab.code.write(WEB, [])
    lab.commit()
    yield 0
