"""What an exporter finds of a cluster with real controllers, and what alerts would tell of it."""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from exporter.checks import ALL
from exporter.domain.declaration import DeclaredNode, DeclaredWorkload, WorkloadKey
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.instants import parse_duration
from exporter.domain.nodes import DeclaredNodes
from exporter.domain.objectcontent import compared_content
from exporter.domain.policy import AsOf, Policy
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.state import State
from exporter.domain.workloads import DeclaredWorkloads
from exporter.foreign.clock import SYSTEM
from exporter.observed.kubernetes.live import Live
from exporter.runtime.decisions import Decisions
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import History
from exporter.settings.nodes import NodesSettings
from tests.real.background import meanwhile
from tests.real.kubelets import FACTOR
from tests.real.objects import Object

ROLLOUT: Final = timedelta(minutes=15) / FACTOR
DRAIN: Final = timedelta(minutes=30) / FACTOR
"""The deadlines of the settings, as ``tests/trust`` has them."""
PLACE: Final = Place(Source.KUSTOMIZE, "apps/app.yaml", 1)
ALERTS: Final = {
    check.id: (check.alert.name, parse_duration(check.alert.after) / FACTOR)
    for check in ALL
    if check.alert and not check.alert.expr
}
"""The alert of each check, and for how long a subject must fail before it fires."""
_UNMANAGED: Final = NodesSettings().unmanaged_taints
_LOOK: Final = 1.0


class Told(NamedTuple):
    """An alert that would be sent, and the subject that it is about."""

    alert: str
    about: Subject


@dataclass(slots=True)
class Watching:
    """Looks at a cluster each second; *told* is what somebody would have been notified of.

    That is what failed without a pause, and for no other failure's sake, for longer than the
    ``for`` of its alert: what is pending, excused or unknown is no failure.
    The *longest* time from one look to the next is in seconds.
    """

    live: Live
    workloads: dict[WorkloadKey, DeclaredWorkload] = field(default_factory=dict)
    nodes: dict[str, DeclaredNode] = field(default_factory=dict)
    told: dict[Told, str] = field(default_factory=dict)
    last: tuple[Finding, ...] = ()
    looks: int = 0
    longest: float = 0.0
    _since: dict[tuple[str, Subject], datetime] = field(default_factory=dict)
    _history: History = field(default_factory=lambda: History(started=datetime.now(UTC)))

    def declare(self, content: Object) -> None:
        """Declare a workload as it was written."""
        metadata = content["metadata"]
        key = WorkloadKey(metadata["namespace"], content["kind"], metadata["name"])
        manifest = compared_content(content, group="apps", kind=key.kind)
        self.workloads[key] = DeclaredWorkload(key=key, manifest=manifest, place=PLACE)

    def declare_node(self, name: str, **labels: str) -> None:
        """Declare a node without taints."""
        self.nodes[name] = DeclaredNode(
            name=name,
            group="",
            places=(PLACE,),
            attributes={},
            labels={key: Located(value, PLACE) for key, value in labels.items()},
            taints=(),
        )

    def running(self) -> AbstractAsyncContextManager[None]:
        """Look at it again and again."""
        return meanwhile(self._run())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            self._look(await self.live.read(at=SYSTEM.now()))
            await asyncio.sleep(_LOOK)
            self.longest = max(self.longest, loop.time() - began)

    def _look(self, state: State) -> None:
        now = datetime.now(UTC)
        self.last = self._findings(state, now)
        failing = {(one.check, one.subject): one.detail for one in self.last if _alerts(one)}
        self._since = {one: self._since.get(one, now) for one in failing}
        for (check, subject), since in self._since.items():
            alert, after = ALERTS[check]
            if now - since > after:
                self.told.setdefault(Told(alert, subject), failing[check, subject])
        self.looks += 1

    def _findings(self, state: State, now: datetime) -> tuple[Finding, ...]:
        known = {
            **state.facts.known,
            DeclaredWorkloads: DeclaredWorkloads(dict(self.workloads)),
            DeclaredNodes: DeclaredNodes(dict(self.nodes)),
            Policy: Policy(drain_deadline=DRAIN, unmanaged_taints=_UNMANAGED),
            AsOf: AsOf(now),
        }
        return evaluate(
            ALL,
            facts=replace(state.facts, known=known),
            decisions=Decisions(deadline=ROLLOUT),
            sources=(),
            at=now,
            history=self._history,
        ).findings

    def amiss(self) -> Iterator[Finding]:
        """Yield what fails, or is excused, by now."""
        bad = {Verdict.FAIL, Verdict.SUPPRESSED}
        return (one for one in self.last if one.verdict in bad)


def _alerts(finding: Finding) -> bool:
    is_root = finding.verdict is Verdict.FAIL and finding.cause is None
    return is_root and finding.check in ALERTS
