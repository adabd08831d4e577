"""Objects as a cluster of the suite has them: nodes, pods and what their status says."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

Object = dict[str, Any]
ENDED = frozenset({"Succeeded", "Failed"})
BEHAVIOURS = ("crash", "missing", "hang", "slow")
UNSCHEDULABLE = "node.kubernetes.io/unschedulable"
UNREACHABLE = "node.kubernetes.io/unreachable"
_START = timedelta(seconds=30)
_SLOW = timedelta(minutes=3)
_BACKOFF = timedelta(minutes=1)


def written(instant: datetime) -> str:
    """Return an instant as Kubernetes writes it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text: str) -> datetime:
    """Return the instant that Kubernetes wrote."""
    return datetime.fromisoformat(text)


def digest(content: object) -> str:
    """Return a short name for a content."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:10]


def name_of(content: Object) -> str:
    """Return the name of an object."""
    name: str = content["metadata"]["name"]
    return name


def node(name: str, *, now: datetime, labels: Mapping[str, str], version: str) -> Object:
    """Return a node that is Ready."""
    at = written(now)
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name, **labels},
            "creationTimestamp": at,
        },
        "spec": {"taints": []},
        "status": {
            "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": at}],
            "nodeInfo": {"kubeletVersion": version},
        },
    }


def is_ready(content: Object) -> bool:
    """Tell whether a node or a pod is Ready."""
    conditions = content.get("status", {}).get("conditions", ())
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def set_ready(content: Object, status: str, *, now: datetime) -> None:
    """Set whether an object is Ready; the instant changes only with the status."""
    conditions = content["status"].setdefault("conditions", [])
    known = next((one for one in conditions if one["type"] == "Ready"), None)
    if known is None:
        conditions.append({"type": "Ready", "status": status, "lastTransitionTime": written(now)})
    elif known["status"] != status:
        known.update(status=status, lastTransitionTime=written(now))


def admits(host: Object, template: Object) -> bool:
    """Tell whether the scheduler puts pods of a template on a node."""
    spec = template["spec"]
    labels = host["metadata"]["labels"].items()
    borne = {(one.get("key"), one.get("effect")) for one in spec.get("tolerations", ())}
    taints = [(one["key"], one["effect"]) for one in host["spec"].get("taints", ())]
    hard = [one for one in taints if one[1] != "PreferNoSchedule"]
    bears = all(one in borne or (one[0], None) in borne or (None, None) in borne for one in hard)
    wanted: dict[str, str] = spec.get("nodeSelector", {})
    return wanted.items() <= labels and bears


def pod(
    name: str,
    *,
    namespace: str,
    owner: tuple[str, str],
    revision: str,
    template: Object,
    now: datetime,
) -> Object:
    """Return a pod of a *template*, which no node was found for yet."""
    kind, owner_name = owner
    label = "pod-template-hash" if kind == "ReplicaSet" else "controller-revision-hash"
    reference = {"apiVersion": "apps/v1", "kind": kind, "name": owner_name, "controller": True}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {**template["metadata"].get("labels", {}), label: revision},
            "ownerReferences": [{**reference, "uid": digest(owner)}],
            "creationTimestamp": written(now),
        },
        "spec": json.loads(json.dumps(template["spec"])),
        "status": {"phase": "Pending", "conditions": []},
    }


def revision_of(content: Object) -> str:
    """Return of which template a pod is."""
    labels = content["metadata"]["labels"]
    found: str = labels.get("pod-template-hash") or labels["controller-revision-hash"]
    return found


def behaviour(content: Object) -> str:
    """Return what becomes of a pod, as the tag of its image tells: nothing else than ready.

    One that ends in ``crash`` ends at once again and again, ``missing`` is in no registry,
    ``hang`` is never Ready, and ``slow`` takes a while.
    """
    image: str = content["spec"]["containers"][0]["image"]
    return next((one for one in BEHAVIOURS if image.endswith(one)), "")


def run(content: Object, *, now: datetime, host: Object, behaviour: str) -> None:
    """Let a pod be as kubelet has it by now."""
    if content["status"]["phase"] in ENDED:
        return
    if not is_ready(host):
        set_ready(content, "False", now=now)
        return
    age = now - read(content["metadata"]["creationTimestamp"])
    containers = content["spec"]["containers"]
    statuses = [_container(one, behaviour, age=age, now=now) for one in containers]
    content["status"].update(phase="Running", containerStatuses=statuses)
    set_ready(content, "True" if all(one["ready"] for one in statuses) else "False", now=now)


def _container(container: Object, behaviour: str, *, age: timedelta, now: datetime) -> Object:
    image: str = container["image"]
    known = {"name": container["name"], "image": image, "ready": False, "restartCount": 0}
    if behaviour == "missing":
        reason = {"reason": "ImagePullBackOff", "message": f'image "{image}": not found'}
        return {**known, "imageID": "", "state": {"waiting": reason}}
    if age < _START:
        return {**known, "imageID": "", "state": {"waiting": {"reason": "ContainerCreating"}}}
    known["imageID"] = f"registry.example.org/{image.partition(':')[0]}@sha256:{digest(image)}"
    if behaviour == "crash":
        return {**known, **_crashing(age, now)}
    ready = behaviour != "hang" and (age >= _SLOW or behaviour != "slow")
    return {**known, "ready": ready, "state": {"running": {"startedAt": written(now - age)}}}


def _crashing(age: timedelta, now: datetime) -> Object:
    ended = {"reason": "Error", "exitCode": 1, "finishedAt": written(now - age % _BACKOFF)}
    return {
        "restartCount": age // _BACKOFF + 1,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": ended},
    }


def counted(pods: Sequence[Object]) -> int:
    """Return how many pods are Ready."""
    return sum(map(is_ready, pods))
