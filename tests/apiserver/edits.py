"""What happens to single objects: conditions change, pods start, workloads catch up."""

from datetime import UTC, datetime
from typing import Any

from tests.apiserver.store import Object

_COUNTS = ("replicas", "readyReplicas", "updatedReplicas", "availableReplicas")


def set_condition(content: Object, kind: str, status: str, reason: str) -> None:
    """Set a condition that the object has; one that it lacks stays away."""
    conditions: list[dict[str, Any]] = content["status"].setdefault("conditions", [])
    for one in conditions:
        if one["type"] == kind:
            one.update(status=status, reason=reason, lastTransitionTime=now())
            one.pop("message", None)


def set_ready(node: Object, status: str, reason: str) -> None:
    """Set whether a node is ready."""
    set_condition(node, "Ready", status, reason)


def unreachable(node: Object) -> None:
    """Let a node answer no more, as the node controller sees it."""
    set_ready(node, "Unknown", "NodeStatusUnknown")
    taints = node["spec"].setdefault("taints", [])
    for effect in ("NoSchedule", "NoExecute"):
        taints.append({"key": "node.kubernetes.io/unreachable", "effect": effect})


def unready(pod: Object) -> None:
    """Let a pod be not ready, as those on a lost node are."""
    set_condition(pod, "Ready", "False", "NodeLost")


def waits_for_image(pod: Object) -> bool:
    """Tell whether a container of a pod waits for its image."""
    reasons = {
        one.get("state", {}).get("waiting", {}).get("reason")
        for one in pod["status"].get("containerStatuses", ())
    }
    return not reasons.isdisjoint({"ImagePullBackOff", "ErrImagePull"})


def is_ready(pod: Object) -> bool:
    """Tell whether a pod is ready."""
    conditions = pod.get("status", {}).get("conditions", ())
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def ready(pod: Object) -> None:
    """Let a pod run and be ready."""
    pod["status"]["phase"] = "Running"
    for kind in ("Ready", "ContainersReady"):
        set_condition(pod, kind, "True", "")
    for one in pod["status"]["containerStatuses"]:
        one.update(ready=True, started=True, state={"running": {"startedAt": now()}})


def behind(deployment: Object) -> bool:
    """Tell whether a Deployment has fewer ready replicas than it wants."""
    wanted: int = deployment["spec"].get("replicas", 1)
    ready: int = deployment["status"].get("readyReplicas", 0)
    return ready < wanted


def available(deployment: Object) -> None:
    """Let a Deployment have all it wants."""
    status = deployment["status"]
    status.update(dict.fromkeys(_COUNTS, deployment["spec"].get("replicas", 1)))
    status.pop("unavailableReplicas", None)
    status["observedGeneration"] = deployment["metadata"].get("generation", 1)
    set_condition(deployment, "Available", "True", "MinimumReplicasAvailable")
    set_condition(deployment, "Progressing", "True", "NewReplicaSetAvailable")


def recounted(ready: int, deployment: Object) -> None:
    """Let so many replicas of a Deployment be ready; counts of 0 are left out, as by Kubernetes."""
    status = deployment["status"]
    missing = status.get("replicas", 0) - ready
    for field, count in (
        ("readyReplicas", ready),
        ("availableReplicas", ready),
        ("unavailableReplicas", missing),
    ):
        status.pop(field, None)
        if count > 0:
            status[field] = count


def updated(replicas: int, deployment: Object) -> None:
    """Let so many replicas of a Deployment be of its newest template."""
    deployment["status"]["updatedReplicas"] = replicas
    deployment["status"]["observedGeneration"] = deployment["metadata"]["generation"]
    set_condition(deployment, "Progressing", "True", "ReplicaSetUpdated")


def healthy(application: Object) -> None:
    """Let an Application and its resources be healthy."""
    status = application["status"]
    status["health"] = {"status": "Healthy", "lastTransitionTime": now()}
    for resource in status.get("resources", ()):
        if "health" in resource:
            resource["health"] = {"status": "Healthy"}


def progressing(deployment: str, application: Object) -> None:
    """Let an Application and its *deployment* wait for replicas to become available."""
    status = application["status"]
    status["health"] = {"status": "Progressing", "lastTransitionTime": now()}
    for resource in status.get("resources", ()):
        if resource["kind"] == "Deployment" and resource["name"] == deployment:
            resource["health"] = {"status": "Progressing"}


def compared(application: Object) -> None:
    """Let Argo CD have compared an Application just now."""
    application.setdefault("status", {})["reconciledAt"] = now()


def not_compared(message: str, application: Object) -> None:
    """Let Argo CD fail to compare an Application; it repeats the branch in place of a commit."""
    status = application["status"]
    status["sync"] = {"status": "Unknown", "revision": "main"}
    condition = {"type": "ComparisonError", "message": message, "lastTransitionTime": now()}
    status["conditions"] = [condition]


def now() -> str:
    """Return the time as Kubernetes writes it."""
    return written(datetime.now(UTC))


def written(instant: datetime) -> str:
    """Return an instant as Kubernetes writes it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
