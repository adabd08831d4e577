"""Argo CD as its Applications show it: it sees commits, syncs, and says what it sees."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.trust import objects
from tests.trust.cluster import Cluster, Key, key_of
from tests.trust.code import Code
from tests.trust.objects import Object, read, written

REFRESH = timedelta(minutes=3)
SYNC = timedelta(seconds=20)
TRACKING = "argocd.argoproj.io/tracking-id"
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Rollout")


@dataclass(slots=True)
class Argocd:
    """The application controller; *refuses* says why syncs of an Application fail.

    Those of Applications in *slow* take so much longer, as their hooks run. *may_sync* is whether
    an Application may be synced by itself now. A *halted* one compares nothing; those in *blind* it
    cannot compare, for what that says.
    """

    cluster: Cluster
    code: Code
    refuses: dict[str, str] = field(default_factory=dict)
    slow: dict[str, timedelta] = field(default_factory=dict)
    may_sync: Callable[[str, datetime], bool] = lambda _name, _at: True
    halted: bool = False
    blind: dict[str, str] = field(default_factory=dict)
    _compared: dict[str, datetime] = field(default_factory=dict)

    def step(self) -> None:
        """Do what is due."""
        if self.halted:
            return
        for application in self.cluster.of("Application"):
            name = objects.name_of(application)
            self._operate(application)
            last = self._compared.get(name)
            if last is None or self.cluster.now - last >= REFRESH:
                self.compare(application)
            self._assess(application)

    def refresh(self) -> None:
        """Compare all at once, as a webhook has it done."""
        for application in self.cluster.of("Application"):
            self.compare(application)

    def compare(self, application: Object) -> None:
        """Compare an Application with its commit, and begin to sync it where that is due."""
        name, now = objects.name_of(application), self.cluster.now
        self._compared[name] = now
        status = application.setdefault("status", {})
        status["reconciledAt"] = written(now)
        wanted = self._wanted(application)
        blind = self.blind.get(name) or ("" if wanted else "app path does not exist")
        if blind:
            status["sync"] = {"status": "Unknown", "revision": "main"}
            error = {"type": "ComparisonError", "message": blind}
            status["conditions"] = [{**error, "lastTransitionTime": written(now)}]
            return
        status.pop("conditions", None)
        head = self.code.head
        synced = not any(self._amiss(application))
        status["sync"] = {"status": "Synced" if synced else "OutOfSync", "revision": head}
        operation = status.get("operationState", {})
        tried = operation.get("syncResult", {}).get("revision")
        failed = operation.get("phase") in {"Failed", "Error"} and tried == head
        policy = application["spec"].get("syncPolicy", {}).get("automated", {"enabled": False})
        if synced or failed or not policy.get("enabled", True) or not self.may_sync(name, now):
            return
        self.sync(application)

    def sync(self, application: Object) -> None:
        """Begin to sync an Application, if that does not run."""
        status = application["status"]
        if status.get("operationState", {}).get("phase") != "Running":
            status["operationState"] = {
                "phase": "Running",
                "startedAt": written(self.cluster.now),
                "syncResult": {"revision": self.code.head},
            }

    def _operate(self, application: Object) -> None:
        """End a sync that ran long enough."""
        operation = application.get("status", {}).get("operationState", {})
        name, now = objects.name_of(application), self.cluster.now
        if operation.get("phase") != "Running":
            return
        if now - read(operation["startedAt"]) < SYNC + self.slow.get(name, timedelta()):
            return
        message = self.refuses.get(name, "")
        if not message:
            self._apply(application)
        operation.update(
            phase="Failed" if message else "Succeeded",
            message=message or "successfully synced (all tasks run)",
            finishedAt=written(now),
        )
        self.compare(application)

    def _wanted(self, application: Object) -> list[Object]:
        return self.code.read(application["spec"]["source"]["path"])

    def _amiss(self, application: Object) -> Iterator[Key]:
        """Yield what is not as the commit has it, and what that has no more."""
        wanted = {key_of(one): one for one in self._wanted(application)}
        ignored = application["spec"].get("ignoreDifferences", ())
        kinds = {one["kind"] for one in ignored if one["jsonPointers"] == ["/spec/replicas"]}
        for key, content in wanted.items():
            live = self.cluster.objects.get(key)
            spec = dict(content["spec"])
            if key[0] in kinds:
                spec.pop("replicas", None)
            if live is None or not _has(live["spec"], spec):
                yield key
        yield from (key for key in self._tracked(application) if key not in wanted)

    def _tracked(self, application: Object) -> list[Key]:
        name = objects.name_of(application)
        return [
            key
            for key, one in self.cluster.objects.items()
            if one["metadata"].get("annotations", {}).get(TRACKING, "").startswith(f"{name}:")
        ]

    def _apply(self, application: Object) -> None:
        """Make the cluster what the commit says."""
        name, wanted = objects.name_of(application), self._wanted(application)
        for key in self._tracked(application):
            if key not in set(map(key_of, wanted)):
                del self.cluster.objects[key]
        for content in wanted:
            own: Object = json.loads(json.dumps(content))
            kind, namespace, called = key_of(own)
            group = own["apiVersion"].partition("/")[0] if "/" in own["apiVersion"] else ""
            live = self.cluster.objects.get((kind, namespace, called), {})
            metadata = own["metadata"]
            metadata["annotations"] = {
                **live.get("metadata", {}).get("annotations", {}),
                **metadata.get("annotations", {}),
                TRACKING: f"{name}:{group}/{kind}:{namespace}/{called}",
            }
            spec = own["spec"]
            generation = live.get("metadata", {}).get("generation", 1)
            changed = bool(live) and live["spec"] != spec
            metadata["generation"] = generation + changed
            if live:
                own["status"] = live.get("status", {})
            if kind == "Deployment" and "replicas" not in spec:
                spec["replicas"] = live.get("spec", {}).get("replicas", 2)
            self.cluster.put(own)

    def _assess(self, application: Object) -> None:
        """Write how healthy its resources are."""
        status = application["status"]
        resources = []
        for key in self._tracked(application):
            kind, namespace, name = key
            found: Object = {"kind": kind, "namespace": namespace, "name": name}
            if kind in _WORKLOADS:
                found["health"] = {"status": health(self.cluster.objects[key])}
            resources.append(found)
        worst = {one["health"]["status"] for one in resources if "health" in one}
        order = ("Degraded", "Progressing", "Suspended", "Healthy")
        now = next((one for one in order if one in worst), "Healthy")
        status["resources"] = resources
        if status.get("health", {}).get("status") != now:
            status["health"] = {"status": now, "lastTransitionTime": written(self.cluster.now)}


def health(workload: Object) -> str:
    """Return what Argo CD says of a workload's health; source: gitops-engine, ``health``."""
    kind, spec, status = workload["kind"], workload["spec"], workload.get("status", {})
    if not status:
        return "Progressing"
    if kind == "Rollout":
        phase: str = status.get("phase", "Progressing")
        return "Suspended" if phase == "Paused" else phase
    if status.get("observedGeneration", 0) < workload["metadata"].get("generation", 1):
        return "Progressing"
    if any(one["reason"] == "ProgressDeadlineExceeded" for one in status.get("conditions", ())):
        return "Degraded"
    return "Healthy" if _WHOLE[kind](spec, status) else "Progressing"


def _is_whole_deployment(spec: Object, status: Object) -> bool:
    wanted: int = spec["replicas"]
    counts = ("updatedReplicas", "replicas", "availableReplicas")
    return all(status.get(one, 0) == wanted for one in counts)


def _is_whole_stateful_set(spec: Object, status: Object) -> bool:
    wanted: int = spec["replicas"]
    partition: int = spec.get("updateStrategy", {}).get("rollingUpdate", {}).get("partition", 0)
    ready, updated = status.get("readyReplicas", 0), status.get("updatedReplicas", 0)
    return bool(ready >= wanted and updated >= wanted - partition)


def _is_whole_daemon_set(spec: Object, status: Object) -> bool:
    wanted: int = status["desiredNumberScheduled"]
    waits = spec.get("updateStrategy", {}).get("type") == "OnDelete"
    updated = wanted if waits else status.get("updatedNumberScheduled", 0)
    return bool(min(updated, status.get("numberAvailable", 0)) >= wanted)


_WHOLE = {
    "Deployment": _is_whole_deployment,
    "StatefulSet": _is_whole_stateful_set,
    "DaemonSet": _is_whole_daemon_set,
}


def _has(live: object, wanted: object) -> bool:
    """Tell whether all that is *wanted* is there."""
    if isinstance(wanted, dict):
        return isinstance(live, dict) and all(
            key in live and _has(live[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(live, list) and len(live) == len(wanted) and all(map(_has, live, wanted))
    return live == wanted
