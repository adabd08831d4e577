"""One cluster of the suite, whole: its code, objects, Argo CD, API server and exporter."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import yaml

from exporter.app.garbage import Sweeper
from exporter.app.service import ServeOptions, Service
from exporter.domain.clock import Instant
from exporter.domain.published import Published
from exporter.domain.watches import Restart
from exporter.foreign.supervisor import Supervisor
from exporter.observed.kubernetes.live import Live
from tests.apiserver.kubeconfig import write_kubeconfig
from tests.apiserver.server import ApiServer
from tests.trust import cluster, objects
from tests.trust.argocd import Argocd
from tests.trust.clock import StepClock
from tests.trust.cluster import Cluster
from tests.trust.code import NAMESPACE, URL, Code, application, service, workload
from tests.trust.objects import Object, written
from tests.trust.workloads import CONTROLLERS

T = TypeVar("T")
Steps = Iterator[float]
"""What an operation does, with the minutes between."""

WORKERS = ("worker-1", "worker-2", "worker-3", "worker-4")
VERSION = "v1.31.4"
SETTLING = 40
_TRIES, _CHECK = 600, 0.2
STEP = timedelta(seconds=15)


def begins_with() -> dict[str, list[Object]]:
    """Return the files with which every repository begins."""
    return {
        "argocd/shop.yaml": [application("shop")],
        "argocd/data.yaml": [application("data")],
        "argocd/agents.yaml": [application("agents")],
        "apps/shop/web.yaml": [workload("Deployment", "web", replicas=4), service("web")],
        "apps/data/db.yaml": [workload("StatefulSet", "db", replicas=3), service("db")],
        "apps/agents/agent.yaml": [workload("DaemonSet", "agent", replicas=None)],
    }


class Unswept(Sweeper):
    """Looks through nothing: a hundred exporters in one process have too much to look through."""

    def sweep(self, *, at: Instant, replaced: bool) -> None:
        """Do nothing."""


@dataclass(slots=True)
class Lab:
    """A cluster named *name* in *folder*; *broken* is whether its operation has a fault in it."""

    name: str
    folder: Path
    broken: bool = False
    files: dict[str, list[Object]] = field(default_factory=begins_with)
    settings: dict[str, Any] = field(default_factory=dict)
    clock: StepClock = field(default_factory=StepClock)
    hosts: list[str] = field(default_factory=lambda: list(WORKERS))
    api: ApiServer = field(init=False)
    cluster: Cluster = field(init=False)
    code: Code = field(init=False)
    argocd: Argocd = field(init=False)
    pool: list[str] = field(default_factory=list)
    beside: list[Object] = field(default_factory=list)
    exporter: Service | None = None
    last: Published | None = None
    _supervisor: Supervisor | None = None
    _acts: list[Coroutine[Any, Any, None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.api = ApiServer(date=lambda: self.clock.time)
        self.cluster = Cluster(self.clock.time - timedelta(days=1))
        self.code = Code(self.folder / "repository")
        self.argocd = Argocd(self.cluster, self.code)

    def either(self, good: T, bad: T) -> T:
        """Return what the operation does well, or what is its fault."""
        return bad if self.broken else good

    def build(self) -> None:
        """Make the repository and a cluster that conforms to it, as of a day ago."""
        now = self.cluster.now
        self.folder.mkdir(parents=True)
        self.code.begin(self.files, now=now)
        self.write_hosts(self.hosts)
        self.code.commit("hosts", now=now)
        for name in self.hosts:
            self.join(name)
        for name in self.pool:
            self.join(name, pool="spot")
        for content in self.beside:
            self.cluster.put(content)
        for path in self.files:
            if path.startswith("argocd/"):
                for content in self.code.read(path):
                    if content["kind"] == "Application":
                        self.cluster.put(content)
        self.argocd.refresh()
        for content in self.cluster.of("Application"):
            self.argocd.sync(content)
        for _ in range(SETTLING):
            self.cluster.now += STEP
            self.control()
        self.cluster.now = self.clock.time
        self.argocd.refresh()

    def write_hosts(self, names: Sequence[str]) -> None:
        """Write the inventory of Ansible."""
        lines = ["[workers]", *names, ""]
        file = self.code.root / "inventory/hosts.ini"
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n".join(lines), encoding="utf-8")

    def write_settings(self) -> None:
        """Write the exporter's settings."""
        write_kubeconfig(self.folder / "kubeconfig", url=self.api.url)
        known = {
            "cluster": self.name,
            "repository": {"path": "repository", "url": URL},
            "declared": {"argocd": ["argocd"], "ansible": {"inventory": "inventory/hosts.ini"}},
            "observed": {"kubernetes": {"kubeconfig": "kubeconfig", "max_age": "12h"}},
            "nodes": {"groups": [self.group()]},
            "rollout_deadline": "15m",
            "drain_deadline": "30m",
        }
        whole = {**known, **self.settings}
        (self.folder / "conformance.yaml").write_text(yaml.safe_dump(whole), encoding="utf-8")

    def group(self, *, version: str = "v1.31.*", **labels: str) -> dict[str, Any]:
        """Return what the settings say of the workers."""
        own = {"pool": "workers", **labels}
        return {"name": "workers", "match": {"name": "worker-*"}, "version": version, "labels": own}

    async def start(self, supervisor: Supervisor) -> None:
        """Start the API server and the exporter."""
        self.cluster.publish(self.api)
        await self.api.start()
        self.write_settings()
        self._supervisor = supervisor
        await self.start_exporter()

    async def start_exporter(self) -> None:
        """Start the exporter, without a process, a loop and a socket of its own."""
        supervisor = self._supervisor
        assert supervisor is not None
        options = ServeOptions(settings=self.folder / "conformance.yaml", addresses=())
        exporter = Service(options, clock=self.clock.clock)
        exporter.supervisor = supervisor
        exporter.current.sweeper = Unswept()
        await exporter.current.start(supervisor)
        live = exporter.current.observed
        if isinstance(live, Live):  # it asks for what is refused again after real seconds
            api = live._api  # noqa: SLF001 - nobody else wants that sooner
            api.limits = replace(api.limits, forbidden=_CHECK)
        self.exporter = exporter

    async def start_api(self) -> None:
        """Let the API server listen again, until the exporter has found it."""
        await self.api.start()
        await self.until_followed()

    async def until_followed(self) -> None:
        """Wait until the exporter follows everything; its pauses are real seconds."""
        await self._until(self._up)

    async def until_refused(self) -> None:
        """Wait until the exporter was refused something."""
        await self._until(self._refused)

    async def _until(self, holds: Callable[[Live], Awaitable[bool]]) -> None:
        live = self.exporter.current.observed if self.exporter else None
        for _ in range(_TRIES):
            if not isinstance(live, Live) or await holds(live):
                return
            await asyncio.sleep(_CHECK)

    async def _refused(self, live: Live) -> bool:
        state = await live.read(at=self.clock.clock.now())
        return any(watch.restarts[Restart.FORBIDDEN] for watch in state.watches)

    async def _up(self, live: Live) -> bool:
        state = await live.read(at=self.clock.clock.now())
        return all(watch.up for watch in state.watches)

    async def stop_exporter(self) -> None:
        """Stop it."""
        exporter, self.exporter = self.exporter, None
        if exporter is not None:
            await exporter.current.stop()

    async def stop(self) -> None:
        """Stop all."""
        await self.stop_exporter()
        await self.api.stop()

    async def look(self) -> bytes | None:
        """Let the exporter evaluate; return what it says then, compressed, None if it is down."""
        if self.exporter is None:
            return None
        await self.exporter.loop.step()
        published = self.last = self.exporter.loop.published
        return published.text.gzip if published else None

    def control(self) -> None:
        """Let all controllers do what is due."""
        self.argocd.step()
        for controller in CONTROLLERS:
            controller(self.cluster)
        cluster.collect(self.cluster)
        cluster.schedule(self.cluster)
        cluster.kubelets(self.cluster)
        cluster.evict(self.cluster)
        cluster.endpoints(self.cluster)
        for controller in CONTROLLERS:
            controller(self.cluster)

    async def go_on(self, by: timedelta) -> None:
        """Let time pass: controllers act, and the API server shows it."""
        self.clock.passed += by
        while self.cluster.now + STEP <= self.clock.time:
            self.cluster.now += STEP
            self.control()
        acts, self._acts = self._acts, []
        for doing in acts:
            await doing
        self.cluster.publish(self.api)

    def act(self, doing: Coroutine[Any, Any, None]) -> None:
        """Let something be done that takes a moment."""
        self._acts.append(doing)

    def change(self, path: str, index: int = 0, **spec: Any) -> None:
        """Commit another spec of a manifest; an *image* is that of its container."""
        contents = self.code.read(path)
        image = spec.pop("image", None)
        contents[index]["spec"].update(spec)
        if image:
            contents[index]["spec"]["template"]["spec"]["containers"][0]["image"] = image
        self.code.write(path, contents)
        self.commit()

    def commit(self, *, amend: bool = False) -> None:
        """Commit what was written, by the clock of this cluster."""
        self.code.commit("change", now=self.cluster.now, amend=amend)

    def join(
        self, name: str, *, version: str = VERSION, ready: bool = True, **labels: str
    ) -> Object:
        """Let a node join."""
        own = {"pool": "workers", **labels}
        made = objects.node(name, now=self.cluster.now, labels=own, version=version)
        if not ready:
            objects.set_ready(made, "False", now=self.cluster.now)
        return self.cluster.put(made)

    def leave(self, name: str) -> None:
        """Let a node be no more."""
        self.cluster.delete(self.node(name))

    def node(self, name: str) -> Object:
        """Return a node."""
        return self.cluster.get("Node", name)

    def cordon(self, name: str) -> None:
        """Let a node take no new pods."""
        spec = self.node(name)["spec"]
        spec["unschedulable"] = True
        self.taint(name, objects.UNSCHEDULABLE)

    def taint(self, name: str, key: str, effect: str = "NoSchedule") -> None:
        """Give a node a taint that is dated."""
        taint = {"key": key, "effect": effect, "timeAdded": written(self.cluster.now)}
        self.node(name)["spec"]["taints"].append(taint)

    def uncordon(self, name: str) -> None:
        """Let a node take new pods again."""
        spec = self.node(name)["spec"]
        spec.pop("unschedulable", None)
        spec["taints"] = []

    def drain(self, name: str) -> Steps:
        """Cordon a node and move its pods, one a minute."""
        self.cordon(name)
        yield from self.empty(name)

    def empty(self, name: str) -> Steps:
        """Move the pods of a node, one a minute; those of DaemonSets stay."""
        for pod in self.cluster.pods_on(name):
            if pod["metadata"]["ownerReferences"][0]["kind"] != "DaemonSet":
                self.cluster.delete(pod)
                yield 1

    def lose(self, name: str) -> None:
        """Let a node answer no more."""
        objects.set_ready(self.node(name), "Unknown", now=self.cluster.now)
        self.taint(name, objects.UNREACHABLE, "NoExecute")

    def recover(self, name: str) -> None:
        """Let a node answer again."""
        objects.set_ready(self.node(name), "True", now=self.cluster.now)
        self.uncordon(name)

    def live(self, kind: str, name: str) -> Object:
        """Return an object of the workloads' namespace."""
        return self.cluster.get(kind, name, NAMESPACE)

    def edit(self, kind: str, name: str, **spec: Any) -> None:
        """Change the spec of an object by hand."""
        content = self.live(kind, name)
        content["spec"].update(json.loads(json.dumps(spec)))
        self.cluster.touch(content)
