"""What checks found last, which holds as long as nothing that they looked at has changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from exporter.domain.check import Check
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding
from exporter.domain.memory import Memory


class _Noted(Mapping[type, object]):
    """Facts by their type, and a note of which of them somebody looked at."""

    def __init__(self, known: Mapping[type, object]) -> None:
        self._known = known
        self.seen: dict[type, object] = {}

    def __getitem__(self, kind: type) -> object:
        self.seen[kind] = self._known.get(kind)
        return self._known[kind]

    def __iter__(self) -> Iterator[type]:
        self.seen.update(self._known)
        return iter(self._known)

    def __len__(self) -> int:
        self.seen.update(self._known)
        return len(self._known)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    facts: Facts
    seen: Mapping[type, object]
    findings: tuple[Finding, ...]

    def holds(self, facts: Facts) -> bool:
        """Tell whether the check would see the very same again."""
        last = self.facts
        same = (last.gaps, last.namespaces) == (facts.gaps, facts.namespaces)
        return same and all(facts.known.get(kind) is value for kind, value in self.seen.items())


@dataclass(slots=True)
class Answers:
    """The last findings of each check, as checks are pure.

    Pods change all the time, nodes and what the code declares seldom: of the checks of a large
    cluster, most need not run again.
    """

    _last: dict[str, _Answer] = field(default_factory=dict)
    _memories: dict[str, Memory] = field(default_factory=dict)

    def judge(self, check: Check, facts: Facts) -> tuple[Finding, ...]:
        """Return what *check* finds; it runs only where it might find something else."""
        last = self._last.get(check.id)
        if last is not None and last.holds(facts):
            return last.findings
        noted = _Noted(facts.known)
        memory = self._memories.setdefault(check.id, Memory())
        findings = tuple(check.judge(replace(facts, known=noted, memory=memory)))
        memory.next_round()  # so that no declaration outlives the one that replaces it
        # What is not known of these decides over findings, whether the check looked at them or not.
        noted.seen.update({kind: facts.known.get(kind) for kind in (*check.needs, *check.uses)})
        conditions = replace(facts, known={})
        self._last[check.id] = _Answer(facts=conditions, seen=noted.seen, findings=findings)
        return findings
