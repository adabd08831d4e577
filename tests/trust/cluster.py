"""A small cluster in memory: its objects, and the controllers that move them as time passes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from tests.apiserver.server import ApiServer
from tests.trust import objects
from tests.trust.objects import Object, written

Key = tuple[str, str, str]
"""Kind, namespace and name."""
Controller = Callable[["Cluster"], None]

_EVICTION = timedelta(minutes=5)
"""For how long pods stay on a node that does not answer."""


def key_of(content: Object) -> Key:
    """Return what names an object."""
    metadata = content["metadata"]
    return content["kind"], metadata.get("namespace", ""), metadata["name"]


@dataclass(slots=True)
class Cluster:
    """Objects by name at the instant *now*.

    *spoilt* tells what becomes of new pods of workloads whose names begin so; each node has *room*
    for so many pods.
    """

    now: datetime
    objects: dict[Key, Object] = field(default_factory=dict)
    spoilt: dict[str, str] = field(default_factory=dict)
    room: int = 30
    made: int = 0
    _notes: dict[Key, Object] = field(default_factory=dict)
    _published: dict[Key, bytes] = field(default_factory=dict)

    def put(self, content: Object) -> Object:
        """Create or replace an object; return the cluster's own copy."""
        own: Object = json.loads(json.dumps(content))
        known = self.objects.get(key_of(own))
        at = known["metadata"]["creationTimestamp"] if known else written(self.now)
        own["metadata"].setdefault("creationTimestamp", at)
        self.objects[key_of(own)] = own
        return own

    def get(self, kind: str, name: str, namespace: str = "") -> Object:
        """Return an object; raises :exc:`KeyError` where there is none."""
        return self.objects[kind, namespace, name]

    def find(self, kind: str, name: str, namespace: str = "") -> Object | None:
        """Return an object, or None."""
        return self.objects.get((kind, namespace, name))

    def delete(self, content: Object) -> None:
        """Delete an object, if it is there."""
        self.objects.pop(key_of(content), None)
        self._notes.pop(key_of(content), None)

    def of(self, kind: str) -> list[Object]:
        """Return all objects of a kind."""
        return [content for key, content in self.objects.items() if key[0] == kind]

    def pods(self, namespace: str, owner: str, *, exact: bool = False) -> list[Object]:
        """Return the live pods whose owner's name is so, or begins so, in order of their names."""
        found = (
            one
            for (kind, where, _), one in self.objects.items()
            if kind == "Pod"
            and where == namespace
            and (_owner(one) == owner if exact else _owner(one).startswith(owner))
        )
        live = (one for one in found if one["status"]["phase"] not in objects.ENDED)
        return sorted(live, key=objects.name_of)

    def pods_on(self, node: str) -> list[Object]:
        """Return the pods on a node."""
        return [one for one in self.of("Pod") if one["spec"].get("nodeName") == node]

    def notes(self, content: Object) -> Object:
        """Return what controllers remember of an object that it does not show."""
        return self._notes.setdefault(key_of(content), {})

    def behaviour(self, pod: Object) -> str:
        """Return what becomes of a new pod: by its workload's place in *spoilt*, or its image."""
        owner = _owner(pod)
        found = (how for name, how in self.spoilt.items() if owner.startswith(name))
        return next(found, objects.behaviour(pod))

    def number(self) -> int:
        """Return a number that nothing was named by yet."""
        self.made += 1
        return self.made

    def forget_ended(self) -> None:
        """Delete pods that have ended."""
        for pod in self.of("Pod"):
            if pod["status"]["phase"] in objects.ENDED:
                self.delete(pod)

    def touch(self, content: Object) -> None:
        """Take note that somebody changed the spec of an object."""
        metadata = content["metadata"]
        metadata["generation"] = metadata.get("generation", 1) + 1

    def publish(self, api: ApiServer) -> None:
        """Let the API server show all objects as they are now."""
        for key in self._published.keys() - self.objects.keys():
            kind, namespace, name = key
            api.delete(kind, name, namespace)
            del self._published[key]
        for key, content in self.objects.items():
            known = msgspec.json.encode(content)
            if self._published.get(key) != known:
                api.put(content)
                self._published[key] = known


def _owner(pod: Object) -> str:
    name: str = pod["metadata"]["ownerReferences"][0]["name"]
    return name


def schedule(cluster: Cluster) -> None:
    """Give pods a node: of those that admit them the one with the fewest pods."""
    hosts = [one for one in cluster.of("Node") if _is_open(one)]
    for pod in cluster.of("Pod"):
        spec = pod["spec"]
        if spec.get("nodeName") or pod["status"]["phase"] in objects.ENDED:
            continue
        fits = [
            one
            for one in hosts
            if objects.admits(one, {"spec": spec})
            and len(cluster.pods_on(objects.name_of(one))) < cluster.room
        ]
        if fits:
            best = min(fits, key=lambda one: len(cluster.pods_on(objects.name_of(one))))
            spec["nodeName"] = objects.name_of(best)
            pod["metadata"]["creationTimestamp"] = written(cluster.now)


def _is_open(host: Object) -> bool:
    return objects.is_ready(host) and not host["spec"].get("unschedulable")


def kubelets(cluster: Cluster) -> None:
    """Let pods be as their kubelet has them; those of a node that is gone go, too."""
    hosts = {objects.name_of(one): one for one in cluster.of("Node")}
    for pod in cluster.of("Pod"):
        name = pod["spec"].get("nodeName")
        if name and name not in hosts:
            cluster.delete(pod)
        elif name:
            behaves = cluster.notes(pod).setdefault("behaviour", cluster.behaviour(pod))
            objects.run(pod, now=cluster.now, host=hosts[name], behaviour=behaves)


def evict(cluster: Cluster) -> None:
    """Delete pods from nodes that have not answered for long, but those that tolerate it."""
    for host in cluster.of("Node"):
        taint = next(
            (one for one in host["spec"]["taints"] if one["key"] == objects.UNREACHABLE), None
        )
        if taint is None or cluster.now - objects.read(taint["timeAdded"]) < _EVICTION:
            continue
        for pod in cluster.pods_on(objects.name_of(host)):
            kind = pod["metadata"]["ownerReferences"][0]["kind"]
            if kind == "ReplicaSet":
                cluster.delete(pod)
            elif kind == "StatefulSet":  # its kubelet would have to say that it ended
                pod["metadata"].setdefault("deletionTimestamp", written(cluster.now))


def collect(cluster: Cluster) -> None:
    """Delete the pods of workloads that are no more, as the garbage collector does."""
    for pod in cluster.of("Pod"):
        kind, name = pod["metadata"]["ownerReferences"][0]["kind"], _owner(pod)
        namespace, kinds = pod["metadata"]["namespace"], [kind]
        if kind == "ReplicaSet":
            kinds, name = ["Deployment", "Rollout"], name.rpartition("-")[0]
        if all(cluster.find(one, name, namespace) is None for one in kinds):
            cluster.delete(pod)


def endpoints(cluster: Cluster) -> None:
    """Write the EndpointSlice of every Service."""
    for service in cluster.of("Service"):
        metadata = service["metadata"]
        selector = service["spec"].get("selector", {}).items()
        found = [
            {"addresses": ["10.0.0.1"], "conditions": {"ready": objects.is_ready(pod)}}
            for pod in cluster.of("Pod")
            if pod["metadata"]["namespace"] == metadata["namespace"]
            and selector <= pod["metadata"]["labels"].items()
        ]
        cluster.put(
            {
                "apiVersion": "discovery.k8s.io/v1",
                "kind": "EndpointSlice",
                "metadata": {
                    "name": f"{metadata['name']}-slice",
                    "namespace": metadata["namespace"],
                    "labels": {"kubernetes.io/service-name": metadata["name"]},
                },
                "addressType": "IPv4",
                "endpoints": found,
                "ports": [{"port": 8080}],
            }
        )


def ready_hosts(cluster: Cluster, template: Object) -> Iterator[str]:
    """Yield the nodes on which a DaemonSet wants a pod; it bears what marks their state."""
    for host in cluster.of("Node"):
        own = [one for one in host["spec"]["taints"] if not _is_of_state(one["key"])]
        bare = {**host, "spec": {"taints": own}}
        if objects.admits(bare, template):
            yield objects.name_of(host)


def _is_of_state(key: str) -> bool:
    return key.startswith("node.kubernetes.io/")
