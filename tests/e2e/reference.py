"""The reference cluster as tests use it: a copy to change, and verdicts to ask for."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from exporter.app import Conformance
from exporter.domain.clock import Instant
from exporter.domain.evaluation import Evaluation, SourceStatus
from exporter.domain.finding import Finding, Verdict
from exporter.domain.state import State
from exporter.foreign.clock import SYSTEM
from exporter.settings.load import load

EXAMPLE = Path(__file__).parents[2] / "examples" / "reference-cluster"
NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
API_NODES = tuple(
    f"k8s-api-{name}" for name in ("auth", "character", "chat", "info", "location", "my", "scan")
)

Json = dict[str, Any]


class Outcome:
    """An evaluation that is asked by check and name."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation

    def finding(self, check: str, name: str) -> Finding:
        """Return the one finding of *check* on the subject *name*."""
        (found,) = (
            one
            for one in self.evaluation.findings
            if one.check == check and one.subject.name == name
        )
        return found

    def verdict(self, check: str, name: str) -> Verdict:
        """Return the verdict of *check* on the subject *name*."""
        return self.finding(check, name).verdict

    def having(self, verdict: Verdict) -> set[tuple[str, str]]:
        """Return check and name of all findings with this verdict."""
        return {
            (one.check, one.subject.name)
            for one in self.evaluation.findings
            if one.verdict is verdict
        }

    def coverage(self, check: str) -> float:
        """Return the coverage of the layer of *check*, 0 where nothing is declared in it."""
        (found,) = (one for one in self.evaluation.checks if one.id == check)
        return self.evaluation.layers[found.layers[0]].coverage or 0.0

    @property
    def causes(self) -> set[str]:
        """The causes of what is unknown, "" for what nothing explains.

        Of what nobody compares the reason is told, and no cause.
        """
        found = [one for one in self.evaluation.findings if not one.reason]
        return {str(one.cause or "") for one in found if one.verdict is Verdict.UNKNOWN}

    @property
    def failing(self) -> set[tuple[str, str]]:
        """Check and name of all failures."""
        return self.having(Verdict.FAIL)


@dataclass(frozen=True, slots=True)
class Kept:
    """A declaration that was read before."""

    state: State

    async def read(self, *, at: Instant) -> State:
        """Return it."""
        del at
        return self.state

    def confirm(self, *, at: Instant) -> None:
        """Do nothing: it does not grow older."""

    def sources(self, *, at: Instant) -> tuple[SourceStatus, ...]:
        """Return how its sources were doing."""
        del at
        return self.state.sources


@dataclass(frozen=True, slots=True)
class Reference:
    """A copy of the example in a folder of its own."""

    root: Path

    @classmethod
    def copy(cls, root: Path) -> "Reference":
        """Copy the example to *root*."""
        shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        return cls(root)

    @property
    def settings(self) -> Path:
        """The settings' file."""
        return self.root / "conformance.yaml"

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace *old*, which must be there, in a file of the example."""
        file = self.root / path
        text = file.read_text()
        assert old in text, f"{path} has no {old!r}"
        file.write_text(text.replace(old, new))

    def items(self, kind: str) -> list[Json]:
        """Return the objects of a file of the snapshot, as ``nodes``."""
        document = json.loads((self.root / "snapshot" / f"{kind}.json").read_text())
        items: list[Json] = document["items"]
        return items

    def change(self, kind: str, change: Callable[[list[Json]], object]) -> None:
        """Change the objects of a file of the snapshot in place."""
        items = self.items(kind)
        change(items)
        document = {"apiVersion": "v1", "kind": "List", "items": items}
        (self.root / "snapshot" / f"{kind}.json").write_text(json.dumps(document))

    def change_one(self, kind: str, name: str, change: Callable[[Json], object]) -> None:
        """Change the one object of this name."""

        def found(items: list[Json]) -> None:
            (one,) = (each for each in items if each["metadata"]["name"] == name)
            change(one)

        self.change(kind, found)

    def remove(self, kind: str, name: str) -> None:
        """Remove the one object of this name."""
        before = len(self.items(kind))
        self.change(
            kind,
            lambda items: items.remove(next(i for i in items if i["metadata"]["name"] == name)),
        )
        assert len(self.items(kind)) == before - 1

    async def evaluate(self, *, declared: State | None = None, at: datetime = NOW) -> Outcome:
        """Judge the copy; with *declared*, the repository is not read again."""
        conformance = Conformance(load(self.settings))
        if declared is not None:
            conformance.declared.reader = Kept(declared)
        return Outcome(await conformance.look(Instant(at, SYSTEM.boot())))
