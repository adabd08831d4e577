"""What happens to a cluster while one looks on: for demos and end-to-end tests.

Each scenario is a function of a server and a pause, and changes the server's objects over time.
It chooses what it changes out of what is there, the first that is suitable in order of names, so
that it works on any cluster.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import TypeAlias, TypeVar

from tests.apiserver import argocd, edits
from tests.apiserver.scheduling import suitable
from tests.apiserver.server import ApiServer
from tests.apiserver.store import Object

T = TypeVar("T")
Pause: TypeAlias = Callable[[float], Awaitable[None]]
Scenario: TypeAlias = Callable[[ApiServer, Pause], Awaitable[str]]

_ENDED = {"Succeeded", "Failed"}


async def run(name: str, api: ApiServer, pause: Pause = asyncio.sleep) -> str:
    """Play a scenario to its end; return in words what it did.

    Raises :exc:`LookupError` where there is no such scenario, or nothing for it to change.
    """
    if name not in SCENARIOS:
        raise LookupError(f"there is no scenario {name!r}; there are {', '.join(SCENARIOS)}")
    return await SCENARIOS[name](api, pause)


async def node_loss(api: ApiServer, pause: Pause) -> str:
    """A node stops answering and is taken out of the cluster; its pods wait for another one."""
    name = _name(_busy_node(api))
    api.change("nodes", name, edit=edits.unreachable)
    for pod in _pods_on(api, name):
        _change(api, pod, edits.unready)
    _recount(api)
    await pause(10)
    for pod in _pods_on(api, name):
        if _owner_kind(pod) == "ReplicaSet":
            _replace(api, pod, node="")
        else:
            _delete(api, pod)
    api.delete("nodes", name)
    _recount(api)
    return f"node {name} was lost"


async def node_added(api: ApiServer, pause: Pause) -> str:
    """A node joins that nobody declared; it becomes ready after a while."""
    node = _first(api.objects("nodes"), "node")
    name = f"{_name(node)}-surplus"
    _rename(node, name)
    node["metadata"]["labels"]["kubernetes.io/hostname"] = name
    edits.set_ready(node, "False", "KubeletNotReady")
    api.put(node)
    await pause(5)
    api.change("nodes", name, edit=lambda one: edits.set_ready(one, "True", "KubeletReady"))
    return f"node {name} joined"


async def taint_removed(api: ApiServer, _pause: Pause) -> str:
    """Somebody takes a taint off a node by hand, which others have still."""
    nodes = api.objects("nodes")
    # What most nodes have alike, a tool has set, so code is likely to declare it.
    alike = Counter(str(taint) for node in nodes for taint in node["spec"].get("taints", ()))
    tainted = [(node, taint) for node in nodes for taint in node["spec"].get("taints", ())]
    tainted.sort(key=lambda one: -alike[str(one[1])])
    node, taint = _first(tainted, "node with a taint")
    node["spec"]["taints"].remove(taint)
    api.put(node)
    return f"node {_name(node)} lost the taint {taint['key']}"


async def label_changed(api: ApiServer, _pause: Pause) -> str:
    """Somebody changes a label of a node by hand: the first that is no well-known one."""
    labelled = (
        (node, label)
        for node in api.objects("nodes")
        for label in sorted(node["metadata"].get("labels", {}))
        if "/" not in label
    )
    node, label = _first(labelled, "node with a label of its own")
    node["metadata"]["labels"][label] = "changed"
    api.put(node)
    return f"node {_name(node)} has {label}=changed"


async def image_fixed(api: ApiServer, pause: Pause) -> str:
    """The images that were missing appear: pods start, workloads are ready, Applications heal."""
    waiting = [one for one in api.objects("pods") if edits.waits_for_image(one)]
    _first(waiting, "pod that waits for an image")
    for pod in waiting:
        _change(api, pod, edits.ready)
        await pause(0.5)
    fixed = [one for one in api.objects("deployments") if edits.behind(one)]
    for deployment in fixed:
        _change(api, deployment, edits.available)
    await pause(1)
    for application in api.objects("applications"):
        _change(api, application, edits.healthy)
    return f"{len(waiting)} pods found their images, {len(fixed)} Deployments are ready"


async def application_deleted(api: ApiServer, _pause: Pause) -> str:
    """Somebody deletes an Application, without its resources."""
    application = _first(api.objects("applications"), "Application")
    _delete(api, application)
    return f"Application {_name(application)} was deleted"


async def out_of_sync(api: ApiServer, _pause: Pause) -> str:
    """Argo CD finds that an Application's resources are not what Git says."""
    application = _first(api.objects("applications"), "Application")

    def edit(content: Object) -> None:
        content["status"]["sync"]["status"] = "OutOfSync"

    _change(api, application, edit)
    return f"Application {_name(application)} is OutOfSync"


async def not_delivered(api: ApiServer, _pause: Pause) -> str:
    """Argo CD loses its access to the repository of an Application."""
    application = _first(api.objects("applications"), "Application")
    message = "rpc error: code = Unknown desc = authentication required"
    _change(api, application, partial(edits.not_compared, message))
    return f"Application {_name(application)} can no longer be compared"


async def argocd_halted(api: ApiServer, _pause: Pause) -> str:
    """Argo CD's application controller has halted some time ago."""
    for application in _all(api.objects("applications"), "Application"):
        _change(api, application, argocd.halted)
    return "the application controller compares nothing"


async def rollout(api: ApiServer, pause: Pause) -> str:
    """A Deployment gets a new image; its pods are replaced one after the other."""
    deployment = _running_deployment(api)

    def edit(content: Object) -> None:
        content["metadata"]["generation"] = content["metadata"].get("generation", 1) + 1
        container = content["spec"]["template"]["spec"]["containers"][0]
        container["image"] = f"{container['image'].rpartition(':')[0]}:next"

    _change(api, deployment, edit)
    _change(api, deployment, partial(edits.updated, 0))
    for number, pod in enumerate(_pods_of(api, deployment), start=1):
        await pause(2)
        _replace(api, pod, node=pod["spec"].get("nodeName", ""))
        _change(api, deployment, partial(edits.updated, number))
    _change(api, deployment, edits.available)
    return f"Deployment {_name(deployment)} was rolled out"


async def drain(api: ApiServer, pause: Pause) -> str:
    """A node is cordoned and drained: pods go where they may, or wait; DaemonSets' stay."""
    name = _name(_spare_node(api))

    def cordon(content: Object) -> None:
        taint = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
        content["spec"]["unschedulable"] = True
        content["spec"].setdefault("taints", []).append(taint)

    api.change("nodes", name, edit=cordon)
    evicted = _evicted(api, name)
    for pod in evicted:
        await pause(1)
        _replace(api, pod, node=next(suitable(pod, api.objects("nodes")), ""))
    _recount(api)
    return f"node {name} was drained of {len(evicted)} pods"


async def pod_on_wrong_node(api: ApiServer, _pause: Pause) -> str:
    """A pod turns up on a node that its workload is not meant for."""
    pod = _pods_of(api, _running_deployment(api))[0]
    node = _other_node(api, pod["spec"].get("nodeName"))
    _replace(api, pod, node=node)
    return f"a pod of {_name(pod)} runs on {node}"


async def api_server_gone(api: ApiServer, pause: Pause) -> str:
    """The API server goes away, and comes back after a while."""
    await api.stop()
    await pause(90)
    await api.start()
    return "the API server is back"


SCENARIOS: dict[str, Scenario] = {
    function.__name__.replace("_", "-"): function
    for function in (
        node_loss,
        node_added,
        taint_removed,
        label_changed,
        image_fixed,
        application_deleted,
        out_of_sync,
        not_delivered,
        argocd_halted,
        rollout,
        drain,
        pod_on_wrong_node,
        api_server_gone,
    )
}
"""All scenarios by name, as the command line takes them."""


def _all(found: Sequence[T], what: str) -> Sequence[T]:
    """Return what was looked for; raises :exc:`LookupError` where there is none."""
    _first(found, what)
    return found


def _first(found: Iterable[T], what: str) -> T:
    """Return the first of what was looked for; raises :exc:`LookupError` where there is none."""
    for one in found:
        return one
    raise LookupError(f"the cluster has no {what}")


def _name(content: Object) -> str:
    name: str = content["metadata"]["name"]
    return name


def _change(api: ApiServer, content: Object, edit: Callable[[Object], object]) -> None:
    namespace = content["metadata"].get("namespace", "")
    api.change(content["kind"], _name(content), namespace, edit=edit)


def _delete(api: ApiServer, content: Object) -> None:
    api.delete(content["kind"], _name(content), content["metadata"].get("namespace", ""))


def _recount(api: ApiServer) -> None:
    """Let every Deployment count its ready pods, and Argo CD see that some have become fewer."""
    for deployment in api.objects("deployments"):
        ready = sum(map(edits.is_ready, _pods_of(api, deployment)))
        if ready < deployment["status"].get("readyReplicas", 0):
            _change(api, deployment, partial(edits.recounted, ready))
            for application in api.objects("applications"):
                if _delivers(application, deployment):
                    _change(api, application, partial(edits.progressing, _name(deployment)))


def _delivers(application: Object, deployment: Object) -> bool:
    """Tell whether *deployment* is a resource of *application*."""
    wanted = ("Deployment", deployment["metadata"]["namespace"], _name(deployment))
    return any(
        (one["kind"], one.get("namespace"), one["name"]) == wanted
        for one in application.get("status", {}).get("resources", ())
    )


def _rename(content: Object, name: str) -> None:
    """Make an object another one of this name."""
    content["metadata"]["name"] = name
    for field in ("uid", "creationTimestamp", "resourceVersion"):
        content["metadata"].pop(field, None)


def _replace(api: ApiServer, pod: Object, *, node: str) -> None:
    """Delete a pod, and put another one in its place on a node; on none it is pending."""
    _delete(api, pod)
    _rename(pod, f"{_name(pod)[:-1]}{'y' if _name(pod)[-1] == 'x' else 'x'}")
    pod["spec"]["nodeName"] = node
    if not node:
        pod["status"] = {"phase": "Pending"}
    api.put(pod)


def _pods_on(api: ApiServer, node: str) -> list[Object]:
    return [one for one in api.objects("pods") if one["spec"].get("nodeName") == node]


def _busy_node(api: ApiServer) -> Object:
    """Return the first node on which a ReplicaSet's pod runs."""
    busy = {
        one["spec"].get("nodeName")
        for one in api.objects("pods")
        if _owner_kind(one) == "ReplicaSet"
    }
    found = (one for one in api.objects("nodes") if _name(one) in busy)
    return _first(found, "node with a pod of a ReplicaSet")


def _evicted(api: ApiServer, node: str) -> list[Object]:
    """Return the pods that a drain of a node evicts."""
    return [one for one in _pods_on(api, node) if _owner_kind(one) not in {"DaemonSet", "Node"}]


def _spare_node(api: ApiServer) -> Object:
    """Return the first node all of whose pods may run elsewhere, or else any with pods."""
    nodes = api.objects("nodes")

    def is_spare(node: Object) -> bool:
        others = [one for one in nodes if one is not node]
        evicted = _evicted(api, _name(node))
        return bool(evicted) and all(any(suitable(pod, others)) for pod in evicted)

    spare = next((one for one in nodes if is_spare(one)), None)
    return _busy_node(api) if spare is None else spare


def _other_node(api: ApiServer, name: str) -> str:
    """Return the name of the first node that is not the one of this name."""
    return _first((_name(one) for one in api.objects("nodes") if _name(one) != name), "other node")


def _owner_kind(pod: Object) -> str:
    owners: list[dict[str, str]] = pod["metadata"].get("ownerReferences") or [{}]
    return owners[0].get("kind", "")


def _running_deployment(api: ApiServer) -> Object:
    """Return the first Deployment that has pods and selects its nodes, or else any with pods."""
    having = [one for one in api.objects("deployments") if _pods_of(api, one)]
    selecting = [one for one in having if one["spec"]["template"]["spec"].get("nodeSelector")]
    return _first(selecting or having, "Deployment with pods")


def _pods_of(api: ApiServer, deployment: Object) -> list[Object]:
    """Return the pods that a Deployment selects."""
    wanted = deployment["spec"]["selector"]["matchLabels"].items()
    namespace = deployment["metadata"]["namespace"]
    return [
        one
        for one in api.objects("pods")
        if one["metadata"]["namespace"] == namespace
        and wanted <= one["metadata"].get("labels", {}).items()
        and one["status"].get("phase") not in _ENDED
    ]
