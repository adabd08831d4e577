"""What stands in for the kubelets: they renew leases, and say of pods what becomes of them.

A minute of a kubelet passes :data:`FACTOR` times as fast, as those of deadlines do. On a busy
machine that is too fast: ``REAL_FACTOR`` is another one.
"""

import asyncio
import json
import os
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus

import aiohttp

from tests.real.background import meanwhile
from tests.real.clusters import Requests
from tests.real.control import MERGE, STRATEGIC, Cluster, written
from tests.real.objects import Object
from tests.trust.objects import behaviour

FACTOR = float(os.environ.get("REAL_FACTOR", "30"))
MINUTE = 60 / FACTOR
"""Seconds that a minute takes."""
_START, _SLOW = 0.5 * MINUTE, 3 * MINUTE
_LOOK, _RENEW = 0.5, 5.0
_LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"


@dataclass(slots=True)
class Kubelets:
    """The kubelets of all nodes but the *silent* ones.

    *spoilt* is what becomes of the new pods of a namespace, whatever the tags of their images say
    (see :func:`tests.trust.objects.behaviour`). The *longest* of their rounds took so many seconds.
    """

    requests: Requests
    silent: set[str] = field(default_factory=set)
    spoilt: dict[str, str] = field(default_factory=dict)
    longest: float = 0.0
    _behaviours: dict[str, str] = field(default_factory=dict)
    _states: dict[str, Object] = field(default_factory=dict)
    _renewed: float = 0.0

    def running(self) -> AbstractAsyncContextManager[None]:
        """Let them run."""
        return meanwhile(self._run())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            with suppress(AssertionError, TimeoutError, aiohttp.ClientError):  # as it restarts
                await self._go_round()
                self.longest = max(self.longest, loop.time() - began)
            await asyncio.sleep(_LOOK)

    async def _go_round(self) -> None:
        await self._renew()
        for pod in await self._list("/api/v1/pods"):
            host = pod["spec"].get("nodeName")
            if host and host not in self.silent:
                await self._look_after(pod)

    async def _list(self, path: str) -> list[Object]:
        found: list[Object] = json.loads(await self.requests.do("GET", path))["items"]
        return found

    async def _renew(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._renewed < _RENEW:
            return
        self._renewed = now
        for host in await self._list("/api/v1/nodes"):
            if (name := host["metadata"]["name"]) not in self.silent:
                await self._renew_lease(name)
                if _is_given_up(host):
                    await Cluster(self.requests, "").set_ready(name)

    async def _renew_lease(self, name: str) -> None:
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        spec = {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": at}
        body = {"metadata": {"name": name}, "spec": spec}
        path = f"{_LEASES}/{name}"
        answer = await self.requests.ask("PATCH", path, body=body, headers=MERGE)
        if answer.status == HTTPStatus.NOT_FOUND:
            await self.requests.do("POST", _LEASES, body=body)

    async def _look_after(self, pod: Object) -> None:
        metadata = pod["metadata"]
        uid, where = metadata["uid"], metadata["namespace"]
        path = f"/api/v1/namespaces/{where}/pods/{metadata['name']}"
        if "deletionTimestamp" in metadata:
            await self.requests.ask("DELETE", f"{path}?gracePeriodSeconds=0")
            return
        becomes = self._behaviours.setdefault(uid, self.spoilt.get(where) or behaviour(pod))
        container = _container(pod, becomes)
        if self._states.get(uid) != container:
            self._states[uid] = container
            body = {"status": _status(pod, container)}
            await self.requests.ask("PATCH", f"{path}/status", body=body, headers=STRATEGIC)


def _is_given_up(host: Object) -> bool:
    """Tell whether controllers took a node for lost whose kubelet was late."""
    conditions = host["status"].get("conditions", ())
    return any(one["type"] == "Ready" and one["status"] == "Unknown" for one in conditions)


def _container(pod: Object, becomes: str) -> Object:
    """Return the status of the container of a pod by now."""
    image, at = pod["spec"]["containers"][0]["image"], pod["metadata"]["creationTimestamp"]
    age = (datetime.now(UTC) - datetime.fromisoformat(at)).total_seconds()
    known = {"name": "app", "image": image, "imageID": "", "ready": False, "restartCount": 0}
    if becomes == "missing":
        return {**known, "state": {"waiting": {"reason": "ImagePullBackOff", "message": image}}}
    if age < _START:
        return {**known, "state": {"waiting": {"reason": "ContainerCreating"}}}
    known["imageID"] = f"registry.example.com/app@sha256:{'0' * 64}"
    if becomes == "crash":
        waiting = {"reason": "CrashLoopBackOff"}
        return {**known, "restartCount": 1 + int(age / MINUTE), "state": {"waiting": waiting}}
    ready = becomes != "hang" and (age >= _SLOW or becomes != "slow")
    return {**known, "ready": ready, "state": {"running": {"startedAt": at}}}


def _status(pod: Object, container: Object) -> Object:
    was = {one["type"]: one for one in pod["status"].get("conditions", ())}
    now, status = written(), str(container["ready"])
    conditions = [
        {"type": kind, "status": status, "lastTransitionTime": now}
        for kind in ("ContainersReady", "Ready")
        if was.get(kind, {}).get("status") != status
    ]
    phase = "Pending" if "waiting" in container["state"] and not container["imageID"] else "Running"
    return {"phase": phase, "conditions": conditions, "containerStatuses": [container]}
