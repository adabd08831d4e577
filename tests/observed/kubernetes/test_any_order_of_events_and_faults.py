"""After any sequence of changes and faults, what is known is what the server has."""

import asyncio

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from exporter.domain.nodes import ObservedNodes
from exporter.domain.state import State
from exporter.domain.workloads import ObservedPods
from exporter.foreign.clock import SYSTEM
from exporter.foreign.supervisor import supervised
from exporter.observed.kubernetes.live import Live
from exporter.settings.observed import KubernetesSettings
from tests.apiserver.faults import (
    Answer,
    Cut,
    Duplicate,
    ErrorEvent,
    Fault,
    Garbage,
    Reorder,
    Reset,
    Silence,
)
from tests.apiserver.options import StreamingLists
from tests.apiserver.server import ApiServer
from tests.observed.kubernetes.following import FAST, As, when
from tests.observed.kubernetes.objects import node, pod

FAULTS: tuple[Fault, ...] = (
    Answer(410),
    Answer(500),
    Answer(429, retry_after=1),
    Cut(after=200),
    ErrorEvent(410, "Expired"),
    ErrorEvent(500, "InternalError"),
    Garbage(),
    Reset(),
    Silence(after=200),
    Duplicate(),
    Reorder(),
)
NAMES = st.sampled_from("abcde")
NODES = st.sampled_from(["node-1", "node-2"])
NEEDED = frozenset({ObservedNodes, ObservedPods})


class Following(RuleBasedStateMachine):
    """Changes the server and disturbs what it says; in the end all is known."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.api = ApiServer(bookmark_period=0.05, second=0.02)
        self.runner.run(self.api.start())
        self.supervised = supervised()
        self.live = self.runner.run(self._live())

    async def _live(self) -> Live:
        live = Live(KubernetesSettings(), needed=NEEDED, limits=FAST, logins=As(self.api.url))
        live.start(await self.supervised.__aenter__())
        return live

    @initialize(streaming=st.sampled_from(StreamingLists))
    def begin(self, *, streaming: StreamingLists) -> None:
        self.api.streaming = streaming

    @rule(name=NAMES, version=st.sampled_from(["v1", "v2"]))
    def put_node(self, *, name: str, version: str) -> None:
        self.api.put(node(name, status={"nodeInfo": {"kubeletVersion": version}}))

    @rule(name=NAMES, on=NODES, owner=st.sampled_from(["db", "web"]))
    def put_pod(self, *, name: str, on: str, owner: str) -> None:
        self.api.put(pod(name, on=on, owner=owner))

    @rule(name=NAMES)
    def delete_node(self, *, name: str) -> None:
        if self.api.get("nodes", name):
            self.api.delete("nodes", name)

    @rule(name=NAMES)
    def delete_pod(self, *, name: str) -> None:
        if self.api.get("pods", name, "api"):
            self.api.delete("pods", name, "api")

    @rule(fault=st.sampled_from(FAULTS), verb=st.sampled_from(["list", "watch", ""]))
    def disturb(self, *, fault: Fault, verb: str) -> None:
        self.api.faults.inject(fault, verb=verb, times=2)

    @rule()
    def break_connections(self) -> None:
        self.api.drop_connections()

    @rule()
    def compact(self) -> None:
        self.api.compact()

    @rule()
    def restart(self) -> None:
        self.runner.run(self.api.restart())

    @rule(milliseconds=st.integers(1, 20))
    def let_some_time_pass(self, *, milliseconds: int) -> None:
        self.runner.run(asyncio.sleep(milliseconds / 1000))

    @rule()
    def look(self) -> None:
        self.runner.run(self.live.read(at=SYSTEM.now()))

    def teardown(self) -> None:
        self.api.faults.clear()
        try:
            self.runner.run(when(self.live, self._is_the_servers))
        finally:
            self.runner.run(self.live.stop())
            self.runner.run(self._end())
            self.runner.run(self.api.stop())
            self.runner.close()

    async def _end(self) -> None:
        await self.supervised.__aexit__(None, None, None)

    def _is_the_servers(self, state: State) -> bool:
        pods = state.facts.find(ObservedPods)
        if pods is None or state.facts.gaps or not self.live.complete:
            return False
        placed = sorted(
            (group.owner.name, group.node)
            for groups in pods.by_owner.values()
            for group in groups
            for _ in range(group.pods)
        )
        wanted = sorted(
            (one["metadata"]["ownerReferences"][0]["name"], one["spec"]["nodeName"])
            for one in self.api.objects("pods")
        )
        versions = {
            one["metadata"]["name"]: one["status"]["nodeInfo"]["kubeletVersion"]
            for one in self.api.objects("nodes")
        }
        seen = {one.name: one.version for one in state.facts.get(ObservedNodes).nodes.values()}
        return placed == wanted and seen == versions


TestFollowing = Following.TestCase
TestFollowing.settings = settings(
    max_examples=20,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
