"""One cluster of the suite, whole: its code, objects, Argo CD, API server and exporter."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import yaml

from exporter.app.service import ServeOptions, Service
from exporter.foreign.supervisor import RootTask, Supervisor
from tests.apiserver.kubeconfig import write_kubeconfig
from tests.apiserver.server import ApiServer
from tests.trust import cluster, objects
from tests.trust.argocd import Argocd
from tests.trust.clock import FastClock
from tests.trust.cluster import Cluster
from tests.trust.code import NAMESPACE, URL, Code, application, service, workload
from tests.trust.objects import Object, written
from tests.trust.workloads import CONTROLLERS

T = TypeVar("T")
Steps = Iterator[float]
"""What an operation does, with the minutes between."""

WORKERS = ("worker-1", "worker-2", "worker-3", "worker-4")
VERSION = "v1.31.4"
_SETTLING = 40
_STEP = timedelta(seconds=15)


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


@dataclass(slots=True)
class Lab:
    """A cluster named *name* in *folder*; *broken* is whether its operation has a fault in it."""

    name: str
    folder: Path
    clock: FastClock
    broken: bool = False
    files: dict[str, list[Object]] = field(default_factory=begins_with)
    settings: dict[str, Any] = field(default_factory=dict)
    hosts: list[str] = field(default_factory=lambda: list(WORKERS))
    api: ApiServer = field(init=False)
    cluster: Cluster = field(init=False)
    code: Code = field(init=False)
    argocd: Argocd = field(init=False)
    exporter: Service | None = None
    serving: bool = False
    watchers: list[Callable[[], None]] = field(default_factory=list)
    _root: RootTask | None = None

    def __post_init__(self) -> None:
        self.api = ApiServer(date=self.clock.wall)
        self.cluster = Cluster(self.clock.wall() - timedelta(days=1))
        self.code = Code(self.folder / "repository")
        self.argocd = Argocd(self.cluster, self.code)

    def either(self, good: T, bad: T) -> T:
        """Return what the operation does well, or what is its fault."""
        return bad if self.broken else good

    def build(self) -> None:
        """Make the repository and a cluster that conforms to it, as of a day ago."""
        inventory = "".join(f"{name}\n" for name in self.hosts)
        now = self.cluster.now
        self.folder.mkdir(parents=True)
        self.code.begin(self.files, now=now)
        self.write_hosts(self.hosts)
        self.code.commit("hosts", now=now)
        assert inventory
        for name in self.hosts:
            self.join(name)
        for path in self.files:
            if path.startswith("argocd/"):
                for content in self.code.read(path):
                    self.cluster.put(content)
        for _ in range(_SETTLING):
            self.cluster.now += _STEP
            self.control()
        self.cluster.now = self.clock.wall()
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
        self.start_exporter(supervisor)

    def start_exporter(self, supervisor: Supervisor) -> None:
        """Start the exporter, without a process and a socket of its own."""
        options = ServeOptions(settings=self.folder / "conformance.yaml", addresses=())
        self.exporter = Service(options, clock=self.clock.clock)
        self.exporter.loop.interval = 1.0
        run = partial(self.exporter.run, supervisor)
        self._root = supervisor.start(run, name=f"exporter of {self.name}")
        self.serving = True

    async def stop_exporter(self) -> None:
        """Stop it."""
        self.serving = False
        root, self._root = self._root, None
        if root is not None and self.exporter is not None:
            await root.stop()
            await self.exporter.current.stop()

    async def stop(self) -> None:
        """Stop all."""
        await self.stop_exporter()
        await self.api.stop()

    @property
    def metrics(self) -> bytes | None:
        """What the exporter says; None while it does not answer."""
        published = self.exporter.loop.published if self.exporter else None
        return published.text.unpack() if published and self.serving else None

    def control(self) -> None:
        """Let all controllers do what is due."""
        for watcher in self.watchers:
            watcher()
        self.argocd.step()
        for controller in CONTROLLERS:
            controller(self.cluster)
        cluster.schedule(self.cluster)
        cluster.kubelets(self.cluster)
        cluster.evict(self.cluster)
        cluster.endpoints(self.cluster)
        for controller in CONTROLLERS:
            controller(self.cluster)

    def tick(self) -> None:
        """Let time pass: controllers act, and the API server shows it."""
        self.cluster.now = self.clock.wall()
        self.control()
        self.cluster.publish(self.api)

    # What operations do.

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

    def join(self, name: str, *, version: str = VERSION, ready: bool = True, **labels: str) -> Object:
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


async def passing(lab: Lab, steps: Steps) -> None:
    """Go through the steps of an operation, as the lab's time passes."""
    for minutes in steps:
        await asyncio.sleep(minutes * 60 / lab.clock.factor)
