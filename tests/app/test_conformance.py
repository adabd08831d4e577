"""What is live is judged by what is known after a declaration was read, however long that took."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from exporter.app.conformance import Conformance
from exporter.domain.facts import Facts
from exporter.domain.state import State
from exporter.observed.kubernetes.live import Live
from exporter.runtime.history import History
from exporter.settings.load import load
from exporter.settings.model import KubernetesSettings

SETTINGS = """
repository: {path: .}
declared: {inventory: {nodes: [{name: a}]}}
observed: {kubernetes: {kubeconfig: kubeconfig}}
"""
NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)


class Told(Live):
    """A cluster of which nothing is known, and which notes when it was asked."""

    def __init__(self) -> None:
        super().__init__(KubernetesSettings(), needed=frozenset())
        self.asked: list[datetime] = []

    async def read(self, *, at: datetime) -> State:
        self.asked.append(at)
        return State()


@dataclass
class Declared:
    """Declarations that are another for each of these *facts*."""

    facts: Sequence[Facts]
    looks: list[datetime] = field(default_factory=list)

    async def look(self, *, at: datetime) -> State:
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
    assert again > NOW
    assert last > NOW
    assert [one.at for one in outcomes] == [again, NOW, last]
