"""Operations on nodes: drained, rebooted, replaced, added and upgraded."""

from datetime import timedelta

from tests.trust.lab import WORKERS, Lab, Steps
from tests.trust.operation import operation

_POOL = {"pool": "spot"}


@operation(
    fault="the third one stays cordoned", told="NodeCordonedTooLong", about="worker-3", minutes=70
)
def drain_of_three(lab: Lab) -> Steps:
    """Three nodes are drained, one after the other."""
    for name in WORKERS[:3]:
        yield from lab.drain(name)
        yield 3
        if name != lab.either("", "worker-3"):
            lab.uncordon(name)


@operation(fault="it does not come back", told="NodeMissing", about="worker-2")
def node_replaced(lab: Lab) -> Steps:
    """A node is replaced by another machine of the same name."""
    yield from lab.drain("worker-2")
    lab.leave("worker-2")
    if not lab.broken:
        yield 3
        lab.join("worker-2", ready=False)
        yield 1
        lab.recover("worker-2")


@operation(fault="the new one lacks its label", told="NodeLabelsMismatch", about="worker-5")
def node_renamed(lab: Lab) -> Steps:
    """A node is replaced by one of another name, by a commit."""
    yield from lab.drain("worker-4")
    lab.write_hosts([*WORKERS[:3], "worker-5"])
    lab.commit()
    lab.leave("worker-4")
    yield 2
    lab.join("worker-5", pool=lab.either("workers", "other"))


@operation(fault="it never joins", told="NodeMissing", about="worker-5")
def node_added(lab: Lab) -> Steps:
    """A node is added by a commit, and joins minutes later."""
    lab.write_hosts([*WORKERS, "worker-5"])
    lab.commit()
    if not lab.broken:
        yield 3
        lab.join("worker-5", ready=False)
        yield 2
        lab.recover("worker-5")


@operation(fault="it comes back, and its kubelet does not", told="NodeNotReady", about="worker-1")
def reboot(lab: Lab) -> Steps:
    """A node is cordoned and rebooted, as by kured."""
    yield from lab.drain("worker-1")
    lab.lose("worker-1")
    if not lab.broken:
        yield 3
        lab.recover("worker-1")


@operation(fault="one node is forgotten", told="NodeVersionMismatch", about="worker-4", minutes=80)
def kubelet_upgrade(lab: Lab) -> Steps:
    """Kubelets are upgraded one by one, and differ for a while."""
    lab.settings["nodes"] = {"groups": [lab.group(version="v1.32.*")]}
    lab.write_settings()
    for name in WORKERS:
        if name == lab.either("", "worker-4"):
            continue
        yield from lab.drain(name)
        lab.node(name)["status"]["nodeInfo"]["kubeletVersion"] = "v1.32.1"
        yield 2
        lab.uncordon(name)


def with_pool(lab: Lab) -> None:
    """Let there be a pool that an autoscaler scales, with two nodes."""
    pool = {"name": "spot", "match": {"labels": _POOL}, "min": 2, "max": 10}
    lab.settings["nodes"] = {"groups": [lab.group(), pool]}
    lab.pool = ["spot-1", "spot-2"]


@operation(
    fault="it takes one node too many away",
    told="NodeGroupSizeMismatch",
    about="spot",
    prepare=with_pool,
    minutes=75,
)
def autoscaler(lab: Lab) -> Steps:
    """A cluster-autoscaler grows a pool from 2 nodes to 10, and shrinks it again."""
    added = [f"spot-{number}" for number in range(3, 11)]
    for name in added:
        lab.join(name, ready=False, **_POOL)
        yield 1
        lab.recover(name)
    yield 8
    for name in added + lab.either([], ["spot-2"]):
        lab.taint(name, "ToBeDeletedByClusterAutoscaler")
        yield from lab.empty(name)
        yield 1
        lab.leave(name)


@operation(
    fault="the node that it replaces stays",
    told="NodeCordonedTooLong",
    about="spot-1",
    prepare=with_pool,
    minutes=45,
)
def karpenter(lab: Lab) -> Steps:
    """Karpenter disrupts a node, and replaces it."""
    lab.taint("spot-1", "karpenter.sh/disrupted")
    lab.join("spot-3", ready=False, **_POOL)
    yield 2
    lab.recover("spot-3")
    yield from lab.empty("spot-1")
    if not lab.broken:
        lab.leave("spot-1")


@operation(fault="one node is forgotten", told="NodeLabelsMismatch", about="worker-3")
def relabelled(lab: Lab) -> Steps:
    """All nodes get another label, by code and by hand."""
    for name in WORKERS:
        if name != lab.either("", "worker-3"):
            lab.node(name)["metadata"]["labels"]["phase"] = "2"
    yield 1
    lab.settings["nodes"] = {"groups": [lab.group(phase="2")]}
    lab.write_settings()


def with_window(lab: Lab) -> None:
    """Announce that a node is worked on for half an hour."""
    start = lab.clock.time
    until = start + timedelta(minutes=35)
    window = {"nodes": ["worker-3"], "from": start.isoformat(), "until": until.isoformat()}
    lab.settings["maintenance"] = [window]


@operation(
    fault="it is not back when the window ends",
    told="NodeMissing",
    about="worker-3",
    prepare=with_window,
    minutes=50,
)
def maintenance(lab: Lab) -> Steps:
    """A node is away within its maintenance window."""
    yield from lab.drain("worker-3")
    lab.leave("worker-3")
    yield 20
    if not lab.broken:
        lab.join("worker-3")


@operation(
    fault="what replaces them takes too much memory as well", told="WorkloadNotReady", about="web"
)
def node_pressure(lab: Lab) -> Steps:
    """A node is short of memory: its pods are evicted and replaced."""
    lab.cluster.spoilt = lab.either({}, {"web": "crash"})
    lab.taint("worker-1", "node.kubernetes.io/memory-pressure")
    for pod in lab.cluster.pods_on("worker-1"):
        if pod["metadata"]["ownerReferences"][0]["kind"] == "ReplicaSet":
            pod["status"] = {"phase": "Failed", "reason": "Evicted"}
    yield 8
    lab.uncordon("worker-1")
    lab.cluster.forget_ended()


@operation(fault="it gets no pods: its taint stays", told="NodeTaintsMismatch", about="worker-2")
def tainted_for_debugging(lab: Lab) -> Steps:
    """Somebody keeps pods off a node for some minutes, by a taint."""
    lab.taint("worker-2", "debug")
    yield 8
    if not lab.broken:
        lab.uncordon("worker-2")
