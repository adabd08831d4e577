"""Coverage: how much of what the code declares could be judged, by layer.

Each declared thing counts once in every layer in which anything is found of it, by the share of
its findings that could be judged. What nobody compares counts as not judged at all.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from math import fsum

from exporter.domain.check import Check
from exporter.domain.finding import Cause, Finding, Layer, Subject, Verdict
from exporter.domain.items import DeclaredItems
from exporter.domain.memory import Memory


@dataclass(frozen=True, slots=True)
class _Found:
    """What a check found: of which *subjects*, and what of it is *unknown*."""

    findings: tuple[Finding, ...]
    subjects: list[Subject]
    unknown: list[Finding]

    @classmethod
    def of(cls, findings: tuple[Finding, ...], last: "_Found | None") -> "_Found":
        """Return it for *findings*; with the very subjects of the *last* ones where equal."""
        if last is not None and last.findings is findings:
            return last
        subjects = [one.subject for one in findings]
        if last is not None and last.subjects == subjects:
            subjects = last.subjects
        return cls(findings, subjects, [one for one in findings if one.verdict is Verdict.UNKNOWN])


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a weight."""

    judged: float = 0.0
    total: float = 0.0

    @property
    def ratio(self) -> float | None:
        """The judged part, None where there is nothing."""
        return self.judged / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class _Things:
    """What there is to judge in a layer: how many findings of each subject, and what it weighs.

    *judged* is the weight of all subjects, *unread* that of what nobody compares.
    """

    findings: Counter[Subject]
    weights: Mapping[Subject, float]
    judged: float
    unread: float

    @classmethod
    def of(cls, layer: Layer, subjects: Iterable[list[Subject]], items: DeclaredItems) -> "_Things":
        """Weigh the *subjects* of all checks of a *layer*, and the *items* that nobody compares."""
        findings = Counter(chain.from_iterable(subjects))
        weights = items.weights
        unread, counted = [], set[Subject]()
        for item in items.items:
            # What several sources deliver weighs what it does in all of them, once.
            if layer in item.layers and item.state.is_unread:
                if item.subject not in findings and item.subject not in counted:
                    unread.append(weights.get(item.subject, 1.0) * item.size)
                if item.subject in weights:
                    counted.add(item.subject)
        judged = fsum(weights.get(subject, 1.0) for subject in findings)
        return cls(findings, weights, judged, fsum(unread))

    def share(self, unknown: Iterable[Finding]) -> Share:
        """Return how much of it could be judged, but for the *unknown* findings."""
        lost = Counter(one.subject for one in unknown)
        unseen = fsum(
            self.weights.get(subject, 1.0) * (count / self.findings[subject])
            for subject, count in lost.items()
        )
        return Share(self.judged - unseen, self.judged + self.unread)


@dataclass(slots=True)
class Coverage:
    """Works out the coverage of each layer; remembers what it holds as long as nothing changed."""

    _found: dict[str, _Found] = field(default_factory=dict)
    _things: Memory = field(default_factory=Memory)

    def of(
        self,
        checks: Sequence[Check],
        found: Mapping[str, tuple[Finding, ...]],
        items: DeclaredItems,
        *,
        excused: frozenset[Cause] = frozenset(),
    ) -> dict[Layer, Share]:
        """Return how much of each layer could be judged, but for what is *excused*.

        What is unknown for what is excused will be known again.
        """
        last, self._found = self._found, {}
        shares = {}
        for layer in Layer:
            judging = [one.id for one in checks if one.layer is layer and one.covers]
            own = [_Found.of(found[name], last.get(name)) for name in judging]
            self._found.update(zip(judging, own, strict=True))
            subjects = tuple(one.subjects for one in own)
            make = partial(_Things.of, layer, subjects, items)
            things = self._things.once(layer, (items, *subjects), make)
            unknown = (one for each in own for one in each.unknown if one.cause not in excused)
            shares[layer] = things.share(unknown)
        self._things.next_round()
        return shares


def overall(shares: Iterable[Share]) -> float | None:
    """Return the coverage of all that is declared, None where nothing is."""
    known = tuple(shares)
    return Share(sum(one.judged for one in known), sum(one.total for one in known)).ratio
