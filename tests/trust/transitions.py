"""What a workload's status goes through in a rollout: as real controllers wrote it, and simulated.

``recorded/transitions.json`` has what the controllers of Kubernetes wrote
(``tests/real/recording.py``): of each kind, by its :data:`STEPS`, each status in order.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.trust.objects import Object

RECORDED = Path(__file__).parent / "recorded" / "transitions.json"
IMAGES = {"created": "app:1", "updated": "app:2", "stuck": "app:3-hang", "reverted": "app:2"}
"""The image that is rolled out in each step; of those of ``stuck`` none becomes ready."""
STEPS: Mapping[str, Sequence[str]] = {
    "Deployment": ("created", "updated", "stuck", "reverted"),
    "StatefulSet": ("created", "updated", "stuck"),
    "DaemonSet": ("created", "updated", "stuck", "reverted"),
}
"""The steps of each kind: a StatefulSet that is stuck stays so until somebody deletes the pod."""
REPLICAS = 3
"""How many pods there are; of a DaemonSet, one on each of so many nodes."""
_INSTANTS = frozenset({"lastUpdateTime", "lastTransitionTime", "message"})
_COUNTS: Mapping[str, tuple[str, str, str]] = {
    "Deployment": ("replicas", "updatedReplicas", "availableReplicas"),
    "StatefulSet": ("replicas", "updatedReplicas", "availableReplicas"),
    "DaemonSet": ("currentNumberScheduled", "updatedNumberScheduled", "numberAvailable"),
}

Transitions = dict[str, dict[str, list[Object]]]
"""What was shown, by kind and step, in order."""


class State(NamedTuple):
    """What kind of a status it is.

    *pods*, *updated* and *available* are none, some, all or more than are asked for; *settled* is
    whether a StatefulSet has no revision but the newest. *conditions* are types, with status and
    reason.
    """

    observed: bool
    pods: str
    updated: str
    available: str
    settled: bool
    conditions: tuple[str, ...]


def workload(kind: str, step: str, *, namespace: str, deadline: int) -> Object:
    """Return the workload of a step, whose progress has a *deadline* in seconds."""
    labels = {"app": "app"}
    container = {"name": "app", "image": IMAGES[step]}
    spec: Object = {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
    }
    if kind != "DaemonSet":
        spec["replicas"] = REPLICAS
    if kind == "StatefulSet":
        spec["serviceName"] = "app"
    if kind == "Deployment":
        spec["progressDeadlineSeconds"] = deadline
        spec["strategy"] = {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    metadata = {"name": "app", "namespace": namespace}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": spec}


def shown(content: Object) -> Object:
    """Return what an object shows of its rollout, without instants and words."""
    status: Object = json.loads(json.dumps(content.get("status", {})))
    for condition in status.get("conditions", ()):
        for key in _INSTANTS:
            condition.pop(key, None)
    return {"generation": content["metadata"].get("generation", 1), "status": status}


def ended(kind: str, step: str, last: Object) -> bool:
    """Tell whether a step is over, once *last* was shown."""
    state = state_of(kind, last)
    if last["status"].get("terminatingReplicas", 0):
        return False
    if step != "stuck":
        whole = (state.pods, state.updated, state.available) == ("all", "all", "all")
        return state.observed and whole and state.settled and _is_complete(kind, state)
    if kind == "Deployment":
        return "Progressing=False ProgressDeadlineExceeded" in state.conditions
    return state.observed and state.updated == "some" and state.available == "some"


def _is_complete(kind: str, state: State) -> bool:
    return kind != "Deployment" or "Progressing=True NewReplicaSetAvailable" in state.conditions


def state_of(kind: str, one: Object) -> State:
    """Return what kind of a status was shown."""
    status: Mapping[str, Any] = one["status"]
    pods, updated, available = (_much(status.get(name, 0)) for name in _COUNTS[kind])
    conditions = sorted(
        f"{each['type']}={each['status']} {each.get('reason', '')}".strip()
        for each in status.get("conditions", ())
    )
    return State(
        observed=status.get("observedGeneration", 0) == one["generation"],
        pods=pods,
        updated=updated,
        available=available,
        settled=status.get("currentRevision") == status.get("updateRevision"),
        conditions=tuple(conditions),
    )


def _much(count: int) -> str:
    if count == 0:
        return "none"
    if count == REPLICAS:
        return "all"
    return "some" if count < REPLICAS else "more"


def states(kind: str, some: Iterable[Object]) -> list[State]:
    """Return the kinds of states that were shown, each once until the next one."""
    found: list[State] = []
    for one in some:
        state = state_of(kind, one)
        if not found or found[-1] != state:
            found.append(state)
    return found


def recorded() -> Transitions:
    """Return what real controllers wrote."""
    found: Transitions = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found


def lasting(kind: str, some: Iterable[Object]) -> list[State]:
    """Return the :func:`states` without those in which pods are being made or deleted.

    Which of these are written depends on how quick informers are.
    """
    found: list[State] = []
    for state in states(kind, some):
        brief = state.observed and (state.updated == "none" or state.pods in {"none", "some"})
        bare = state._replace(conditions=())
        if not brief and (not found or found[-1] != bare):
            found.append(bare)
    return found


def conditions(some: Iterable[Object]) -> dict[str, list[str]]:
    """Return what is said of each type of condition, in order: statuses and reasons."""
    found: dict[str, list[str]] = {}
    for one in some:
        for each in one["status"].get("conditions", ()):
            own, text = found.setdefault(each["type"], []), f"{each['status']} {each['reason']}"
            if not own or own[-1] != text:
                own.append(text)
    return found


def fields(some: Iterable[Object]) -> set[str]:
    """Return the fields that statuses have."""
    return {name for one in some for name in one["status"]}


def within(some: Iterable[object], others: Iterable[object]) -> bool:
    """Tell whether all of *some* come in *others*, in their order."""
    left = iter(others)
    return all(one in left for one in some)
