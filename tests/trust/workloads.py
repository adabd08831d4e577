"""The controllers of workloads, as far as their objects show them: pods come, go and count."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from tests.trust import objects
from tests.trust.cluster import Cluster, ready_hosts
from tests.trust.objects import Object, counted, digest, read, revision_of, written

_COMPLETE = "NewReplicaSetAvailable"
REVISION = "deployment.kubernetes.io/revision"


def deployments(cluster: Cluster) -> None:
    """Roll out every Deployment by one step: one pod more, and none fewer than Ready are asked.

    A ReplicaSet is made before the new spec counts as observed, and pods are counted before any is
    made or deleted.
    """
    for deployment in cluster.of("Deployment"):
        newest = digest(deployment["spec"]["template"])
        wanted: int = deployment["spec"]["replicas"]
        if _is_begun(cluster, deployment, newest):
            _count_deployment(cluster, deployment, newest=newest)
            _replace(cluster, deployment, newest=newest, wanted=wanted, most=wanted + 1)


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


def _is_begun(cluster: Cluster, deployment: Object, newest: str) -> bool:
    """Tell whether there was a ReplicaSet of the newest template; it is made where there is none.

    Only then the controller says so; where it goes back to an old one, it says nothing.
    """
    annotations = deployment["metadata"].setdefault("annotations", {})
    notes, status = cluster.notes(deployment), deployment.setdefault("status", {})
    made: list[str] = notes.setdefault("made", [])
    if notes.get("newest") != newest:
        notes["newest"] = newest
        annotations[REVISION] = str(int(annotations.get(REVISION, "0")) + 1)
    if newest in made:
        return True
    made.append(newest)
    _set_condition(status, _progressing("NewReplicaSetCreated", cluster))
    return False


def _count_deployment(cluster: Cluster, deployment: Object, *, newest: str) -> None:
    metadata, before = deployment["metadata"], deployment["status"]
    wanted: int = deployment["spec"]["replicas"]
    pods = cluster.pods(metadata["namespace"], f"{metadata['name']}-")
    new = [one for one in pods if revision_of(one) == newest]
    ready = counted(pods)
    status = deployment["status"] = _counts(
        replicas=len(pods),
        updatedReplicas=len(new),
        readyReplicas=ready,
        availableReplicas=ready,
        unavailableReplicas=max(wanted, len(pods)) - ready,
    )
    status.update(observedGeneration=metadata.get("generation", 1), conditions=before["conditions"])
    _set_condition(status, _available(cluster, whole=ready >= wanted))
    _progress(
        cluster,
        deployment,
        moved=_moved(before, status),
        complete=len(new) == len(pods) == wanted and counted(new) == wanted,
    )


def _counts(**counts: int) -> Object:
    """Return the counts of a status; those that are none are left out."""
    return {name: count for name, count in counts.items() if count > 0}


def _moved(before: Object, after: Object) -> bool:
    """Tell whether a rollout got on: there are more new or ready pods, or fewer old ones."""
    more = ("updatedReplicas", "readyReplicas")
    old = [one.get("replicas", 0) - one.get("updatedReplicas", 0) for one in (before, after)]
    return old[1] < old[0] or any(after.get(one, 0) > before.get(one, 0) for one in more)


def _progress(cluster: Cluster, deployment: Object, *, moved: bool, complete: bool) -> None:
    """Write the condition Progressing as the controller does."""
    spec, status = deployment["spec"], deployment["status"]
    condition = next(one for one in status["conditions"] if one["type"] == "Progressing")
    limit = timedelta(seconds=spec.get("progressDeadlineSeconds", 600))
    late = cluster.now - read(condition["lastUpdateTime"]) > limit
    is_done = condition["reason"] == _COMPLETE
    if is_done and status.get("replicas") == status.get("updatedReplicas"):
        return
    if complete:
        _set_condition(status, _progressing(_COMPLETE, cluster))
    elif moved:
        _set_condition(status, _progressing("ReplicaSetUpdated", cluster))
    elif condition["status"] == "True" and late and not is_done:
        _set_condition(status, _progressing("ProgressDeadlineExceeded", cluster, "False"))


def _set_condition(status: Object, condition: Object) -> None:
    """Put a condition in the place of the one of its type; the instant is that of its status."""
    known: list[Object] = status.get("conditions", [])
    for one in known:
        if (one["type"], one["status"]) == (condition["type"], condition["status"]):
            condition["lastTransitionTime"] = one["lastTransitionTime"]
    others = [one for one in known if one["type"] != condition["type"]]
    status["conditions"] = [*others, condition]


def _progressing(reason: str, cluster: Cluster, status: str = "True") -> Object:
    return _condition("Progressing", status, reason, cluster)


def _available(cluster: Cluster, *, whole: bool) -> Object:
    reason = "MinimumReplicasAvailable" if whole else "MinimumReplicasUnavailable"
    return _condition("Available", str(whole), reason, cluster)


def _condition(kind: str, status: str, reason: str, cluster: Cluster) -> Object:
    at = written(cluster.now)
    times = {"lastUpdateTime": at, "lastTransitionTime": at}
    return {"type": kind, "status": status, "reason": reason, **times}


def stateful_sets(cluster: Cluster) -> None:
    """Roll out every StatefulSet by one step: one pod after the other, the highest first."""
    for owner in cluster.of("StatefulSet"):
        spec, status = owner["spec"], owner.setdefault("status", {})
        newest = digest(spec["template"])
        current = status.setdefault("currentRevision", newest)
        rolling = spec.get("updateStrategy", {}).get("rollingUpdate", {})
        partition: int = rolling.get("partition", 0)
        pods = _of_ordinals(cluster, owner)
        updated = sum(revision_of(one) == newest for one in pods)
        if updated == len(pods) == spec["replicas"] == counted(pods):
            current = newest
        owner["status"] = {
            "observedGeneration": owner["metadata"].get("generation", 1),
            "replicas": len(pods),
            "availableReplicas": counted(pods),
            "currentRevision": current,
            "updateRevision": newest,
            **_counts(
                readyReplicas=counted(pods),
                currentReplicas=sum(revision_of(one) == current for one in pods),
                updatedReplicas=updated,
            ),
        }
        _order(cluster, owner, newest=newest, current=current, partition=partition)


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
        hosts = set(ready_hosts(cluster, owner["spec"]["template"]))
        _count_daemon_set(cluster, owner, wanted=len(hosts))
        pods = _of_ordinals(cluster, owner)
        lacking = hosts - {one["spec"].get("nodeName") for one in pods}
        for host in sorted(lacking):
            _start(cluster, owner, host)
        if owner["spec"].get("updateStrategy", {}).get("type") != "OnDelete":
            _stop(cluster, owner, pods, wanted=len(hosts))


def _count_daemon_set(cluster: Cluster, owner: Object, *, wanted: int) -> None:
    pods, newest = _of_ordinals(cluster, owner), digest(owner["spec"]["template"])
    ready = counted(pods)
    owner["status"] = {
        "observedGeneration": owner["metadata"].get("generation", 1),
        "desiredNumberScheduled": wanted,
        "currentNumberScheduled": len(pods),
        "numberReady": ready,
        "numberMisscheduled": 0,
        **_counts(
            updatedNumberScheduled=sum(revision_of(one) == newest for one in pods),
            numberAvailable=ready,
            numberUnavailable=wanted - ready,
        ),
    }


def _start(cluster: Cluster, owner: Object, host: str) -> None:
    metadata, template = owner["metadata"], owner["spec"]["template"]
    made = objects.pod(
        f"{metadata['name']}-{cluster.number()}",
        namespace=metadata["namespace"],
        owner=("DaemonSet", metadata["name"]),
        revision=digest(template),
        template=template,
        now=cluster.now,
    )
    made["spec"]["nodeName"] = host
    cluster.put(made)


def _stop(cluster: Cluster, owner: Object, pods: Sequence[Object], *, wanted: int) -> None:
    """Delete old pods that are not Ready, or one that is where all are there and Ready."""
    newest = digest(owner["spec"]["template"])
    old = [one for one in pods if revision_of(one) != newest]
    idle = [one for one in old if not objects.is_ready(one)]
    spare = old[:1] if counted(pods) == wanted else []
    for pod in idle or spare:
        cluster.delete(pod)


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
