"""The controllers of workloads, as far as their objects show them: pods come, go and count."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from tests.trust import objects
from tests.trust.cluster import Cluster, ready_hosts
from tests.trust.objects import Object, counted, digest, read, revision_of, written

_COMPLETE = "NewReplicaSetAvailable"
REVISION = "deployment.kubernetes.io/revision"


def deployments(cluster: Cluster) -> None:
    """Roll out every Deployment by one step: one pod more, and none fewer than Ready are asked."""
    for deployment in cluster.of("Deployment"):
        newest = digest(deployment["spec"]["template"])
        wanted: int = deployment["spec"]["replicas"]
        pods = _replace(cluster, deployment, newest=newest, wanted=wanted, most=wanted + 1)
        _count_deployment(cluster, deployment, pods, newest=newest)


def _replace(
    cluster: Cluster,
    owner: Object,
    *,
    newest: str,
    wanted: int,
    most: int,
    limit: int | None = None,
) -> list[Object]:
    """Make and delete pods of ReplicaSets, at the most *limit* new ones; return those there are."""
    metadata = owner["metadata"]
    namespace, name = metadata["namespace"], metadata["name"]
    pods = cluster.pods(namespace, f"{name}-")
    new = [one for one in pods if revision_of(one) == newest]
    old = [one for one in pods if revision_of(one) != newest]
    aim = wanted if limit is None else min(limit, wanted)
    for _ in range(min(aim - len(new), most - len(pods))):
        made = objects.pod(
            f"{name}-{newest}-{cluster.number()}",
            namespace=namespace,
            owner=("ReplicaSet", f"{name}-{newest}"),
            revision=newest,
            template=owner["spec"]["template"],
            now=cluster.now,
        )
        cluster.put(made)
    for pod in new[aim:]:
        cluster.delete(pod)
    spare = counted(pods) - wanted
    for pod in sorted(old, key=objects.is_ready)[: len(old) - (wanted - aim)]:
        if not objects.is_ready(pod) or spare > 0:
            spare -= objects.is_ready(pod)
            cluster.delete(pod)
    return cluster.pods(namespace, f"{name}-")


def _count_deployment(
    cluster: Cluster, deployment: Object, pods: Sequence[Object], *, newest: str
) -> None:
    metadata, status = deployment["metadata"], deployment.setdefault("status", {})
    annotations, notes = metadata.setdefault("annotations", {}), cluster.notes(deployment)
    if notes.get("newest") != newest:
        notes["newest"] = newest
        annotations[REVISION] = str(int(annotations.get(REVISION, "0")) + 1)
        status["conditions"] = [_progressing("ReplicaSetUpdated", cluster)]
    before = [status.get(one) for one in ("updatedReplicas", "readyReplicas", "replicas")]
    wanted: int = deployment["spec"]["replicas"]
    new = [one for one in pods if revision_of(one) == newest]
    ready = counted(pods)
    status.update(
        observedGeneration=metadata.get("generation", 1),
        replicas=len(pods),
        updatedReplicas=len(new),
        readyReplicas=ready,
        availableReplicas=ready,
        unavailableReplicas=max(0, wanted - ready),
    )
    after = [status.get(one) for one in ("updatedReplicas", "readyReplicas", "replicas")]
    _progress(
        cluster,
        deployment,
        moved=before != after,
        complete=len(new) == len(pods) == wanted and counted(new) == wanted,
    )


def _progress(cluster: Cluster, deployment: Object, *, moved: bool, complete: bool) -> None:
    """Write the condition Progressing as the controller does."""
    status = deployment["status"]
    (condition,) = status["conditions"]
    limit = timedelta(seconds=deployment["spec"].get("progressDeadlineSeconds", 600))
    if condition["reason"] == _COMPLETE:
        return
    if complete:
        status["conditions"] = [_progressing(_COMPLETE, cluster)]
    elif moved:
        condition.update(lastUpdateTime=written(cluster.now))
    elif condition["status"] == "True" and cluster.now - read(condition["lastUpdateTime"]) > limit:
        status["conditions"] = [_progressing("ProgressDeadlineExceeded", cluster, "False")]


def _progressing(reason: str, cluster: Cluster, status: str = "True") -> Object:
    at = written(cluster.now)
    times = {"lastUpdateTime": at, "lastTransitionTime": at}
    return {"type": "Progressing", "status": status, "reason": reason, **times}


def stateful_sets(cluster: Cluster) -> None:
    """Roll out every StatefulSet by one step: one pod after the other, the highest first."""
    for owner in cluster.of("StatefulSet"):
        spec, status = owner["spec"], owner.setdefault("status", {})
        newest = digest(spec["template"])
        current = status.setdefault("currentRevision", newest)
        rolling = spec.get("updateStrategy", {}).get("rollingUpdate", {})
        partition: int = rolling.get("partition", 0)
        _order(cluster, owner, newest=newest, current=current, partition=partition)
        pods = _of_ordinals(cluster, owner)
        updated = sum(revision_of(one) == newest for one in pods)
        if updated == len(pods) == spec["replicas"] == counted(pods):
            current = newest
        status.update(
            observedGeneration=owner["metadata"].get("generation", 1),
            replicas=len(pods),
            readyReplicas=counted(pods),
            availableReplicas=counted(pods),
            updatedReplicas=updated,
            currentRevision=current,
            updateRevision=newest,
        )


def _of_ordinals(cluster: Cluster, owner: Object) -> list[Object]:
    metadata = owner["metadata"]
    return cluster.pods(metadata["namespace"], metadata["name"], exact=True)


def _order(cluster: Cluster, owner: Object, *, newest: str, current: str, partition: int) -> None:
    metadata, replicas = owner["metadata"], owner["spec"]["replicas"]
    pods = {
        int(objects.name_of(one).rpartition("-")[2]): one for one in _of_ordinals(cluster, owner)
    }
    notes = cluster.notes(owner)
    if current == newest:
        notes["template"] = owner["spec"]["template"]
    for ordinal in range(replicas):
        if ordinal not in pods:
            old = ordinal < partition
            made = objects.pod(
                f"{metadata['name']}-{ordinal}",
                namespace=metadata["namespace"],
                owner=("StatefulSet", metadata["name"]),
                revision=current if old else newest,
                template=notes["template"] if old else owner["spec"]["template"],
                now=cluster.now,
            )
            cluster.put(made)
            return
        if not objects.is_ready(pods[ordinal]):
            return
    for ordinal in sorted(pods, reverse=True):
        if ordinal >= replicas or (ordinal >= partition and revision_of(pods[ordinal]) != newest):
            cluster.delete(pods[ordinal])
            return


def daemon_sets(cluster: Cluster) -> None:
    """Roll out every DaemonSet by one step: one pod on each node, one not Ready at the most."""
    for owner in cluster.of("DaemonSet"):
        metadata, template = owner["metadata"], owner["spec"]["template"]
        newest = digest(template)
        pods = _of_ordinals(cluster, owner)
        hosts = set(ready_hosts(cluster, template))
        there = {one["spec"].get("nodeName"): one for one in pods}
        for host in sorted(hosts - there.keys()):
            made = objects.pod(
                f"{metadata['name']}-{cluster.number()}",
                namespace=metadata["namespace"],
                owner=("DaemonSet", metadata["name"]),
                revision=newest,
                template=template,
                now=cluster.now,
            )
            made["spec"]["nodeName"] = host
            cluster.put(made)
        on_delete = owner["spec"].get("updateStrategy", {}).get("type") == "OnDelete"
        old = [one for one in pods if revision_of(one) != newest]
        if old and not on_delete and counted(pods) == len(hosts):
            cluster.delete(old[0])
        pods = _of_ordinals(cluster, owner)
        updated = sum(revision_of(one) == newest for one in pods)
        owner.setdefault("status", {}).update(
            observedGeneration=metadata.get("generation", 1),
            desiredNumberScheduled=len(hosts),
            currentNumberScheduled=len(pods),
            numberReady=counted(pods),
            numberAvailable=counted(pods),
            updatedNumberScheduled=updated,
            numberMisscheduled=0,
        )


def rollouts(cluster: Cluster) -> None:
    """Roll out every Rollout of Argo by one step: canary by its pause, or blue-green."""
    for owner in cluster.of("Rollout"):
        spec, status = owner["spec"], owner.setdefault("status", {})
        newest, wanted = digest(spec["template"]), spec["replicas"]
        status.setdefault("stableRS", newest)
        if status.get("currentPodHash") != newest:
            status["currentPodHash"] = newest
            cluster.notes(owner)["began"] = None
        canary = "canary" in spec["strategy"] and status["stableRS"] != newest
        held = canary and not _goes_on(owner, cluster, newest)
        pods = _replace(
            cluster,
            owner,
            newest=newest,
            wanted=wanted,
            most=wanted + 1 if "canary" in spec["strategy"] else 2 * wanted,
            limit=1 if held else None,
        )
        paused = held and cluster.notes(owner)["began"] is not None
        _count_rollout(cluster, owner, pods, newest=newest, paused=paused)


def _goes_on(owner: Object, cluster: Cluster, newest: str) -> bool:
    """Tell whether the pause of a canary is over, which begins when its pod is ready."""
    seconds: int = owner["spec"]["strategy"]["canary"]["steps"][1]["pause"]["duration"]
    metadata, notes = owner["metadata"], cluster.notes(owner)
    pods = cluster.pods(metadata["namespace"], f"{metadata['name']}-{newest}", exact=True)
    if notes["began"] is None and counted(pods):
        notes["began"] = written(cluster.now)
    began = notes["began"]
    return began is not None and cluster.now - read(began) > timedelta(seconds=seconds)


def _count_rollout(
    cluster: Cluster, owner: Object, pods: Sequence[Object], *, newest: str, paused: bool
) -> None:
    status, wanted = owner["status"], owner["spec"]["replicas"]
    new = [one for one in pods if revision_of(one) == newest]
    complete = len(new) == len(pods) == wanted == counted(new)
    counts = {"replicas": len(pods), "updatedReplicas": len(new), "readyReplicas": counted(pods)}
    moved = paused or any(status.get(name) != count for name, count in counts.items())
    if complete:
        status["stableRS"] = newest
    known = (one for one in status.get("conditions", ()) if one["type"] == "Progressing")
    last: Object | None = next(known, None)
    since = written(cluster.now) if moved or last is None else last["lastUpdateTime"]
    limit = timedelta(seconds=owner["spec"].get("progressDeadlineSeconds", 600))
    late = not complete and cluster.now - read(since) > limit
    status.update(
        **counts,
        availableReplicas=counted(pods),
        observedGeneration=str(owner["metadata"].get("generation", 1)),
        phase=_phase(complete=complete, paused=paused, late=late),
        conditions=[
            {"type": "Progressing", "status": "False" if late else "True", "lastUpdateTime": since},
            {"type": "Completed", "status": str(complete)},
        ],
        pauseConditions=[{"reason": "CanaryPauseStep"}] if paused else [],
    )


def _phase(*, complete: bool, paused: bool, late: bool) -> str:
    if late:
        return "Degraded"
    if paused:
        return "Paused"
    return "Healthy" if complete else "Progressing"


CONTROLLERS: Sequence[Callable[[Cluster], None]] = (
    deployments,
    stateful_sets,
    daemon_sets,
    rollouts,
)
