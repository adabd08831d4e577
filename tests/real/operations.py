"""Operations of ``tests/trust``, as people and controllers carry them out on a real cluster.

Each is called as there, and has the same fault, which has to be told by the same alert.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from exporter.domain.finding import Verdict
from tests.real.control import written
from tests.real.objects import Object
from tests.real.trial import Trial
from tests.trust.operations import CATALOGUE

WORKERS = ("worker-1", "worker-2", "worker-3")
_RESTARTED = "kubectl.kubernetes.io/restartedAt"

Run = Callable[[Trial], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is done; of its fault the alert *told* comes, about an object called *about*.

    It has nodes for itself if there are *hosts*, each with *room* for so many pods; *alone*, it
    disturbs all others.
    """

    id: str
    run: Run
    told: str
    about: str
    hosts: tuple[str, ...] = ()
    room: int = 110
    alone: bool = False

    def subject(self, trial: str) -> str:
        """Return the name of what the fault is about, in a trial."""
        return f"{trial}-{self.about}" if self.about.startswith("worker") else self.about


OPERATIONS: dict[str, Operation] = {}


def real(
    *,
    hosts: tuple[str, ...] = (),
    room: int = 110,
    alone: bool = False,
    told: str = "",
    about: str = "",
) -> Callable[[Run], Run]:
    """Enter a function into the operations; what is *told* of it is as in ``tests/trust``."""

    def enter(run: Run) -> Run:
        name = str(getattr(run, "__name__", "")).replace("_", "-")
        known = CATALOGUE[name]
        OPERATIONS[name] = Operation(
            id=name,
            run=run,
            told=told or known.told,
            about=about or known.about,
            hosts=hosts,
            room=room,
            alone=alone,
        )
        return run

    return enter


@real()
async def rolling_update(trial: Trial) -> None:
    await trial.deploy("web")
    await trial.deliver("web", image=trial.either("web:2", "web:2-crash"))


@real()
async def rollout_restart(trial: Trial) -> None:
    await trial.deploy("web")
    if trial.broken:
        trial.kubelets.spoilt[trial.name] = "missing"
    await trial.edit("web", template={"metadata": {"annotations": {_RESTARTED: written()}}})


@real()
async def slow_start(trial: Trial) -> None:
    await trial.deploy("web")
    await trial.deliver("web", image=trial.either("web:2-slow", "web:2-hang"))


@real()
async def rollback(trial: Trial) -> None:
    await trial.deploy("web")
    await trial.deliver("web", image="web:2-hang")
    await trial.until(lambda: any(one.verdict is Verdict.SUPPRESSED for one in trial.amiss()))
    await trial.minutes(3)
    await trial.deliver("web", image=trial.either("web:1", "web:0-missing"))


@real()
async def stateful_set_update(trial: Trial) -> None:
    await trial.deploy("db")
    await trial.deliver("db", image=trial.either("db:2", "db:2-crash"))


@real()
async def stateful_set_partition(trial: Trial) -> None:
    await trial.deploy("db")
    image = trial.either("db:2", "db:2-hang")
    for partition in trial.either((2, 0), (2,)):
        strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": partition}}
        await trial.deliver("db", image=image, updateStrategy=strategy)
        await trial.minutes(5)


@real(hosts=WORKERS, room=1)
async def stateful_set_scaled(trial: Trial) -> None:
    await trial.deploy("db")
    if not trial.broken:
        await trial.join("worker-4", room=2)
        trial.declare_node("worker-4")
    await trial.deliver("db", replicas=5)


@real()
async def daemon_set_update(trial: Trial) -> None:
    await trial.deploy("agent")
    await trial.deliver("agent", image=trial.either("agent:2", "agent:2-missing"))


@real()
async def daemon_set_on_delete(trial: Trial) -> None:
    strategy = {"type": "OnDelete"}
    await trial.deploy("agent", updateStrategy=strategy)
    image = trial.either("agent:2", "agent:2-crash")
    await trial.deliver("agent", image=image, updateStrategy=strategy)
    await trial.minutes(2)
    for pod in await trial.pods_of("agent"):
        await trial.cluster.delete_pod(pod)
        await trial.minutes(1)


@real()
async def pods_killed(trial: Trial) -> None:
    await trial.deploy("web")
    first, second, third = await trial.pods_of("web")
    await trial.cluster.delete_pod(first)
    await trial.minutes(2)
    await trial.cluster.delete_pod(second)
    if trial.broken:
        name = f"{third['metadata']['name']}/ephemeralcontainers"
        debug = {"name": "debug", "image": "registry.example.com/busybox:1"}
        path = trial.cluster.path("pods", name, group="")
        await trial.cluster.patch(path, {"spec": {"ephemeralContainers": [debug]}})


def _autoscaler(least: int, most: int) -> Object:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    spec = {"scaleTargetRef": target, "minReplicas": least, "maxReplicas": most}
    metadata = {"name": "web"}
    kind = {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler"}
    return {**kind, "metadata": metadata, "spec": spec}


async def _scale_within(trial: Trial, least: int, most: int, *, create: bool = False) -> None:
    """Let a HorizontalPodAutoscaler have bounds; without metrics it goes by them alone."""
    plural, group, body = "horizontalpodautoscalers", "autoscaling/v2", _autoscaler(least, most)
    if create:
        await trial.cluster.create(plural, body, group=group)
    else:
        await trial.cluster.patch(trial.cluster.path(plural, "web", group=group), body)


@real(hosts=WORKERS, room=3)
async def hpa_burst(trial: Trial) -> None:
    await trial.deploy("web", replicas=2)
    await _scale_within(trial, 2, 9, create=True)
    await trial.minutes(2)
    await _scale_within(trial, trial.either(8, 12), 12)
    if not trial.broken:
        await trial.minutes(5)
        await _scale_within(trial, 2, 2)


@real()
async def scaled_by_hand(trial: Trial) -> None:
    await trial.deploy("web")
    await _scale_within(trial, 2, 4, create=True)
    await trial.minutes(2)
    await trial.edit("web", replicas=trial.either(7, 0))


@real(hosts=WORKERS, room=3)
async def scaled_by_commit(trial: Trial) -> None:
    await trial.deploy("web")
    await trial.deliver("web", replicas=trial.either(8, 11))


@real(hosts=(*WORKERS, "worker-4"))
async def drain_of_three(trial: Trial) -> None:
    await trial.deploy("web")
    selector = {"matchLabels": {"app": "web"}}
    budget = {"metadata": {"name": "web"}, "spec": {"minAvailable": 2, "selector": selector}}
    await trial.cluster.create("poddisruptionbudgets", budget, group="policy/v1")
    for name in WORKERS:
        await trial.cluster.drain(trial.host(name))
        await trial.minutes(1)
        if name != trial.either("", "worker-3"):
            await trial.cluster.uncordon(trial.host(name))


@real(hosts=WORKERS)
async def node_replaced(trial: Trial) -> None:
    host = trial.host("worker-2")
    await trial.deploy("web")
    await trial.cluster.drain(host)
    await trial.cluster.leave(host)
    if not trial.broken:
        await trial.minutes(2)
        await trial.join("worker-2")


@real(hosts=(*WORKERS, "worker-4"))
async def node_renamed(trial: Trial) -> None:
    await trial.deploy("agent")
    await trial.cluster.drain(trial.host("worker-4"))
    del trial.watching.nodes[trial.host("worker-4")]
    trial.declare_node("worker-5")
    await trial.cluster.leave(trial.host("worker-4"))
    await trial.minutes(1)
    await trial.join("worker-5", tier=trial.either("one", "other"))


@real(hosts=WORKERS)
async def node_added(trial: Trial) -> None:
    await trial.deploy("agent")
    trial.declare_node("worker-5")
    if not trial.broken:
        await trial.minutes(3)
        await trial.join("worker-5")


@real(hosts=WORKERS)
async def reboot(trial: Trial) -> None:
    """The kubelet says that it is not ready as it starts, or never says anything again."""
    host = trial.host("worker-1")
    await trial.deploy("web")
    await trial.cluster.drain(host)
    trial.kubelets.silent.add(host)
    await trial.cluster.uncordon(host)
    if not trial.broken:
        await trial.minutes(2)
        await trial.cluster.set_ready(host, "False")
        await trial.minutes(1)
        trial.kubelets.silent.discard(host)
        await trial.cluster.set_ready(host)


@real(hosts=WORKERS)
async def relabelled(trial: Trial) -> None:
    await trial.deploy("web")
    for name in WORKERS:
        trial.declare_node(name, tier="two")
        if name != trial.either("", "worker-3"):
            metadata = {"labels": {"tier": "two"}}
            await trial.cluster.change_node(trial.host(name), metadata=metadata)
            await trial.minutes(1)


@real(hosts=WORKERS)
async def tainted_for_debugging(trial: Trial) -> None:
    host = trial.host("worker-2")
    await trial.deploy("web")
    taint = {"key": "example.com/debug", "effect": "NoSchedule"}
    await trial.cluster.change_node(host, spec={"taints": [taint]})
    if not trial.broken:
        await trial.minutes(5)
        await trial.cluster.change_node(host, spec={"taints": []})


@real(hosts=WORKERS, alone=True, told="NodeMissing", about="worker-3")
async def api_server_restart(trial: Trial) -> None:
    """The fault is another one here: a node is lost meanwhile."""
    await trial.deploy("web")
    if trial.broken:
        await trial.cluster.leave(trial.host("worker-3"))
    await trial.real.restart()
