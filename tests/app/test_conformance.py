"""What is live is judged by what is known after a declaration was read, however long that took."""

import gc
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from exporter.app.conformance import Conformance
from exporter.app.garbage import Sweeper
from exporter.domain.clock import Instant
from exporter.domain.cloud_services import CloudQuestions
from exporter.domain.declaration import DeclaredWorkload
from exporter.domain.facts import Facts
from exporter.domain.state import State
from exporter.foreign.clock import SYSTEM
from exporter.observed.kubernetes.live import Live
from exporter.runtime.history import History
from exporter.settings.load import load
from exporter.settings.observed import KubernetesSettings

SETTINGS = """
repository: {path: .}
declared: {inventory: {nodes: [{name: a}]}}
observed: {kubernetes: {kubeconfig: kubeconfig}}
"""
SNAPSHOT = SETTINGS.replace("{kubernetes: {kubeconfig: kubeconfig}}", "{snapshot: cluster.json}")
NOW = SYSTEM.now()


class Told(Live):
    """A cluster of which nothing is known, and which notes when it was asked."""

    def __init__(self) -> None:
        super().__init__(KubernetesSettings(), needed=frozenset())
        self.asked: list[Instant] = []

    async def read(self, *, at: Instant) -> State:
        self.asked.append(at)
        return State()


@dataclass
class Declared:
    """What is read of one side, for each look another of these *facts*."""

    facts: Sequence[Facts]
    looks: list[Instant] = field(default_factory=list)

    async def look(self, *, at: Instant) -> State:
        self.looks.append(at)
        return State(facts=self.facts[len(self.looks) - 1])


async def test_what_was_read_meanwhile_is_judged_later(tmp_path: Path) -> None:
    (tmp_path / "conformance.yaml").write_text(SETTINGS)
    conformance = Conformance(load(tmp_path / "conformance.yaml"), history=History())
    same, other = Facts(), Facts()
    conformance.observed = cluster = Told()
    conformance.declared = Declared((same, same, other))  # type: ignore[assignment]  # what it asks of it

    outcomes = [await conformance.look(NOW) for _ in range(3)]

    first, again, second, third, last = cluster.asked
    assert first == second == third == NOW
    assert again.boot > NOW.boot
    assert last.boot > NOW.boot
    assert [one.at for one in outcomes] == [again.wall, NOW.wall, last.wall]


@dataclass
class Stack:
    """A monitoring stack that tells something new whenever it is asked."""

    asks_argocd = False
    polls: tuple[str, ...] = ("prometheus",)
    complete: bool = True

    async def ask_cloud(self, questions: CloudQuestions) -> None:
        del questions

    def read(self, *, at: Instant) -> State:
        return State(facts=Facts({Instant: at}))


class Sweeps(Sweeper):
    """Notes whether all was replaced, and looks through nothing."""

    def __init__(self) -> None:
        self.told: list[bool] = []

    def sweep(self, *, at: Instant, replaced: bool) -> None:
        del at
        self.told.append(replaced)


@pytest.mark.parametrize(
    ("declared", "observed", "replaced"),
    [
        pytest.param((0, 0), (0, 0), False, id="only the stack is new"),
        pytest.param((0, 1), (0, 0), True, id="another declaration"),
        pytest.param((0, 0), (0, 1), True, id="another snapshot"),
    ],
)
async def test_what_stays_is_looked_through_again_where_declaration_or_snapshot_was_replaced(
    declared: tuple[int, int],
    observed: tuple[int, int],
    replaced: bool,  # noqa: FBT001 - a parameter
    tmp_path: Path,
) -> None:
    (tmp_path / "conformance.yaml").write_text(SNAPSHOT)
    conformance = Conformance(load(tmp_path / "conformance.yaml"), history=History())
    facts = Facts(), Facts()
    conformance.declared = Declared([facts[at] for at in declared])  # type: ignore[assignment]  # what it asks of it
    conformance.observed = Declared([facts[at] for at in observed])  # type: ignore[assignment]  # same
    conformance.monitoring = Stack()  # type: ignore[assignment]  # same
    conformance.sweeper = sweeps = Sweeps()

    outcomes = [await conformance.look(NOW) for _ in range(2)]

    assert sweeps.told == [True, replaced]
    assert all(one.facts.find(Instant) == NOW for one in outcomes)


REPLACED = """
repository: {path: repository}
declared: {kustomize: [apps]}
observed: {snapshot: cluster.json}
"""
DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: scan, labels: {turn: "%d"}}
spec: {selector: {matchLabels: {app: scan}}, template: {metadata: {labels: {app: scan}}}}
"""


async def test_a_declaration_that_was_replaced_is_gone_without_the_collector(
    tmp_path: Path,
) -> None:
    (tmp_path / "conformance.yaml").write_text(REPLACED)
    (tmp_path / "cluster.json").write_text('{"kind": "DeploymentList", "items": []}')
    manifest = tmp_path / "repository" / "apps" / "scan.yaml"
    manifest.parent.mkdir(parents=True)
    conformance = Conformance(load(tmp_path / "conformance.yaml"), history=History())
    conformance.sweeper = Sweeps()
    gc.collect()
    gc.disable()
    try:
        for turn in range(5):
            manifest.write_text(DEPLOYMENT % turn)
            conformance.invalidate()
            outcome = await conformance.look(NOW)
    finally:
        gc.enable()

    kept = [one for one in gc.get_objects() if isinstance(one, DeclaredWorkload)]
    declared = [one for one in kept if one.place.path == "apps/scan.yaml"]
    assert "scan" in {one.subject.name for one in outcome.findings}
    assert [one.manifest["metadata"] for one in declared] == [{"labels": {"turn": "4"}}]
