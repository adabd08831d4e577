"""What controllers make of a workload: its status, and pods with all that admission adds."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from found.objects import (
    Object,
    condition,
    instant,
    metadata,
    number,
    owner,
    pod_ip,
    pod_spec,
    suffix,
)

_ADMITTED = [
    {"effect": "NoExecute", "key": f"node.kubernetes.io/{key}", "operator": "Exists"}
    for key in ("not-ready", "unreachable")
]
_DAEMON_ADMITTED = _ADMITTED + [
    {"effect": "NoSchedule", "key": f"node.kubernetes.io/{key}", "operator": "Exists"}
    for key in ("disk-pressure", "memory-pressure", "pid-pressure", "unschedulable")
]
_API_ACCESS: Object = {
    "defaultMode": 420,
    "sources": [
        {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
        {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}},
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A Deployment, StatefulSet or DaemonSet, and the *nodes* that its pods are on.

    *spec* is its pods' declared spec. *waiting* is why its containers wait, by pod; they run
    where it is empty. *older* are nodes with a pod of the ReplicaSet before, whose image had the
    tag *older_tag*. *stuck* is how long ago its last rollout was given up.
    """

    kind: str
    namespace: str
    name: str
    labels: dict[str, str]
    spec: Object
    nodes: tuple[str, ...]
    created: timedelta
    metadata: Object = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    older: tuple[str, ...] = ()
    older_tag: str = ""
    stuck: timedelta = timedelta()

    def object(self) -> Object:
        """Return the workload as the API server shows it."""
        meta = dict(self.metadata)
        generation = meta.setdefault("generation", 1)
        return {
            "apiVersion": "apps/v1",
            "kind": self.kind,
            "metadata": metadata(
                self.kind, self.name, created=self.created, namespace=self.namespace, **meta
            ),
            "spec": {
                "revisionHistoryLimit": 10,
                "selector": {"matchLabels": self.labels},
                "template": {
                    "metadata": {"creationTimestamp": None, "labels": self.labels},
                    "spec": pod_spec(self.spec),
                },
                **self._own_spec(),
            },
            "status": {"observedGeneration": generation, **self._status()},
        }

    def _own_spec(self) -> Object:
        rolling: Object = {"type": "RollingUpdate"}
        match self.kind:
            case "DaemonSet":
                update = {"maxSurge": 0, "maxUnavailable": 1}
                return {"updateStrategy": rolling | {"rollingUpdate": update}}
            case "StatefulSet":
                return {
                    "persistentVolumeClaimRetentionPolicy": {
                        "whenDeleted": "Retain",
                        "whenScaled": "Retain",
                    },
                    "podManagementPolicy": "OrderedReady",
                    "replicas": len(self.nodes),
                    "serviceName": self.name,
                    "updateStrategy": rolling | {"rollingUpdate": {"partition": 0}},
                }
            case _:
                quarter = {"maxSurge": "25%", "maxUnavailable": "25%"}
                return {
                    "progressDeadlineSeconds": 600,
                    "replicas": len(self.nodes),
                    "strategy": rolling | {"rollingUpdate": quarter},
                }

    def _status(self) -> Object:
        count = len(self.nodes)
        match self.kind:
            case "DaemonSet":
                return {
                    "currentNumberScheduled": count,
                    "desiredNumberScheduled": count,
                    "numberAvailable": count,
                    "numberMisscheduled": 0,
                    "numberReady": count,
                    "updatedNumberScheduled": count,
                }
            case "StatefulSet":
                revision = f"{self.name}-{self.revision()}"
                return {
                    "availableReplicas": count,
                    "collisionCount": 0,
                    "currentReplicas": count,
                    "currentRevision": revision,
                    "readyReplicas": count,
                    "replicas": count,
                    "updateRevision": revision,
                    "updatedReplicas": count,
                }
            case _:
                return self._deployment_status(count)

    def _deployment_status(self, count: int) -> Object:
        replica_set = f"{self.name}-{self.revision()}"
        if not self.waiting:
            available = condition("Available", "True", self.created, "MinimumReplicasAvailable")
            progressing = condition("Progressing", "True", self.created, "NewReplicaSetAvailable")
            return {
                "availableReplicas": count,
                "conditions": [available, progressing],
                "readyReplicas": count,
                "replicas": count,
                "updatedReplicas": count,
            }
        return {
            "conditions": [
                condition(
                    "Available",
                    "False",
                    self.created,
                    "MinimumReplicasUnavailable",
                    "Deployment does not have minimum availability.",
                ),
                condition(
                    "Progressing",
                    "False",
                    self.stuck,
                    "ProgressDeadlineExceeded",
                    f'ReplicaSet "{replica_set}" has timed out progressing.',
                ),
            ],
            "replicas": count + len(self.older),
            "unavailableReplicas": count + len(self.older),
            "updatedReplicas": count,
        }

    def revision(self, *, older: bool = False) -> str:
        """Return the hash that names the ReplicaSet or the controller revision."""
        length = 9 + number(self.name, below=2) if self.kind == "Deployment" else 10
        return suffix(self.name, "older" if older else "current", length=length)

    def pods(self, addresses: Mapping[str, str]) -> list[Object]:
        """Return the pods; *addresses* are those of the nodes."""
        waiting = self.waiting or ("",) * (len(self.nodes) + len(self.older))
        placed = [(node, False) for node in self.nodes] + [(node, True) for node in self.older]
        return [
            self._pod(index, node, older=older, waiting=reason, address=addresses[node])
            for index, ((node, older), reason) in enumerate(zip(placed, waiting, strict=True))
        ]

    def _pod(self, index: int, node: str, *, older: bool, waiting: str, address: str) -> Object:
        revision = self.revision(older=older)
        name, labels, owned = self._identity(index, revision)
        created = self.stuck + timedelta(minutes=25) if older else self.created
        meta = {"generateName": name.rpartition("-")[0] + "-", "labels": self.labels | labels}
        spec = self._admitted(name, node)
        if older:
            for container in spec["containers"]:
                container["image"] = container["image"].rpartition(":")[0] + f":{self.older_tag}"
        addresses = {
            "hostIP": address,
            "podIP": address if spec.get("hostNetwork") else pod_ip(name),
        }
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": metadata(
                "Pod",
                name,
                created=created,
                namespace=self.namespace,
                ownerReferences=owned,
                **meta,
            ),
            "spec": spec,
            "status": pod_status(spec["containers"], created, waiting) | addresses,
        }

    def _identity(self, index: int, revision: str) -> tuple[str, dict[str, str], list[Object]]:
        """Return a pod's name, what its controller adds to its labels, and the controller."""
        letters = suffix(self.name, revision, str(index), "pod", length=5)
        match self.kind:
            case "Deployment":
                replica_set = f"{self.name}-{revision}"
                reference = owner("ReplicaSet", "apps/v1", replica_set, self.namespace)
                return f"{replica_set}-{letters}", {"pod-template-hash": revision}, reference
            case "StatefulSet":
                name = f"{self.name}-{index}"
                labels = {
                    "apps.kubernetes.io/pod-index": str(index),
                    "controller-revision-hash": f"{self.name}-{revision}",
                    "statefulset.kubernetes.io/pod-name": name,
                }
            case _:
                name = f"{self.name}-{letters}"
                labels = {"controller-revision-hash": revision, "pod-template-generation": "1"}
        return name, labels, owner(self.kind, "apps/v1", self.name, self.namespace)

    def _admitted(self, name: str, node: str) -> Object:
        """Return a pod's spec as the API server stores it, after admission and scheduling."""
        spec = pod_spec(self.spec)
        volume = f"kube-api-access-{suffix(name, 'token', length=5)}"
        mount = "/var/run/secrets/kubernetes.io/serviceaccount"
        for container in spec["containers"]:
            mounts = container.setdefault("volumeMounts", [])
            mounts.append({"mountPath": mount, "name": volume, "readOnly": True})
        spec.setdefault("volumes", []).append({"name": volume, "projected": _API_ACCESS})
        if self.kind == "DaemonSet":
            added: Iterable[Object] = _DAEMON_ADMITTED
        else:
            added = [one | {"tolerationSeconds": 300} for one in _ADMITTED]
        spec["tolerations"] = spec.get("tolerations", []) + list(added)
        account = spec.get("serviceAccountName", "default")
        return spec | {
            "enableServiceLinks": True,
            "nodeName": node,
            "preemptionPolicy": "PreemptLowerPriority",
            "priority": 2_000_001_000 if "priorityClassName" in spec else 0,
            "serviceAccount": account,
            "serviceAccountName": account,
        }


def pod_status(containers: Iterable[Object], created: timedelta, waiting: str) -> Object:
    """Return a pod's status: all containers run, or wait for the reason *waiting*."""
    unready = " ".join(one["name"] for one in containers) if waiting else ""
    ready = (
        ("False", "ContainersNotReady", f"containers with unready status: [{unready}]")
        if unready
        else ("True", "", "")
    )
    conditions = [
        condition("Initialized", "True", created),
        condition("Ready", ready[0], created, *ready[1:]),
        condition("ContainersReady", ready[0], created, *ready[1:]),
        condition("PodScheduled", "True", created),
    ]
    return {
        "conditions": [one | {"lastProbeTime": None} for one in conditions],
        "containerStatuses": [_container_status(one, created, waiting) for one in containers],
        "phase": "Pending" if waiting else "Running",
        "qosClass": "Burstable" if any(one["resources"] for one in containers) else "BestEffort",
        "startTime": instant(created),
    }


def _container_status(container: Object, created: timedelta, waiting: str) -> Object:
    image = container["image"]
    status = {"image": image, "lastState": {}, "name": container["name"], "restartCount": 0}
    if not waiting:
        digest = hashlib.sha256(image.encode()).hexdigest()
        state: Object = {"running": {"startedAt": instant(created)}}
        repository = image.rpartition(":")[0]
        return status | {
            "containerID": f"containerd://{hashlib.sha256(digest.encode()).hexdigest()}",
            "imageID": f"{repository}@sha256:{digest}",
            "ready": True,
            "started": True,
            "state": state,
        }
    message = (
        f'Back-off pulling image "{image}"'
        if waiting == "ImagePullBackOff"
        else f'rpc error: code = Unknown desc = failed to pull and unpack image "{image}": '
        f'failed to resolve reference "{image}": failed to authorize: 403 Forbidden'
    )
    state = {"waiting": {"message": message, "reason": waiting}}
    return status | {"imageID": "", "ready": False, "started": False, "state": state}
