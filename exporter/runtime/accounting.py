"""The account of everything declared: what is compared, accepted, out of scope, and why not."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from exporter.domain.check import Check
from exporter.domain.evaluation import ItemCount
from exporter.domain.facts import Facts
from exporter.domain.finding import Subject
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.policy import BLIND_SPOTS, Waiver
from exporter.runtime.decisions import Decisions
from exporter.runtime.hidden import READABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """All *items* as the owners' decisions leave them, and how many there are of each state.

    *accepted* are the subjects none of whose items decides anything any more, with the waivers
    by which; *used* are all waivers that accept any item.
    """

    items: DeclaredItems
    counts: Mapping[ItemCount, int]
    accepted: Mapping[Subject, tuple[Waiver, ...]]
    used: frozenset[Waiver]


@dataclass(slots=True)
class Accounting:
    """Makes the account; the same one as long as nothing changed that it is made of."""

    _made_of: tuple[object, ...] = ()
    _account: Account | None = None

    def of(
        self,
        facts: Facts,
        decisions: Decisions,
        *,
        checks: Sequence[Check],
    ) -> Account:
        """Account for all items, given which *checks* run, and what was decided."""
        items, disabled = facts.find(DeclaredItems), decisions.disabled
        accepting = tuple(waiver for waiver in decisions.waivers if waiver.state)
        made_of = (items, accepting, tuple(checks), disabled)
        if self._account is None or items is not self._made_of[0] or made_of != self._made_of:
            self._made_of = made_of
            scope = _Scope.of(facts, checks=checks, disabled=disabled)
            self._account = _account(items or DeclaredItems(), accepting, scope)
        return self._account


def _account(items: DeclaredItems, waivers: tuple[Waiver, ...], scope: "_Scope") -> Account:
    decided = [_decided(item, waivers=waivers, scope=scope) for item in items.items]
    waiting = {one.subject for one, _ in decided if one.state.is_reason and not one.broken}
    accepted: dict[Subject, dict[Waiver, None]] = {}
    for one, by in decided:
        if by and one.subject not in waiting:
            accepted.setdefault(one.subject, {}).update(dict.fromkeys(by))
    states = tuple(one for one, _ in decided)
    same = all(one is other for one, other in zip(states, items.items, strict=True))
    return Account(
        items=items if same else DeclaredItems(states),
        counts=Counter(ItemCount(item.source, item.subject.kind, item.state) for item in states),
        accepted={subject: tuple(by) for subject, by in accepted.items()},
        used=frozenset(waiver for _, by in decided for waiver in by),
    )


def _decided(
    item: Item, *, waivers: tuple[Waiver, ...], scope: "_Scope"
) -> tuple[Item, tuple[Waiver, ...]]:
    """Return *item* in the state that is left to it, and the waivers that accept it."""
    if scope.leaves_out(item):
        return replace(item, state=ItemState.OUT_OF_SCOPE), ()
    if not item.state.is_reason or item.broken:
        return item, ()
    by = tuple(waiver for waiver in waivers if waiver.accepts(item.subject, item.state))
    return (replace(item, state=ItemState.ACCEPTED) if by else item), by


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scope:
    """What is left out as the checks that speak of it are switched off."""

    disabled: frozenset[str] = frozenset()
    subjects: frozenset[Subject] = field(default_factory=frozenset)

    @classmethod
    def of(cls, facts: Facts, *, checks: Sequence[Check], disabled: Sequence[Check]) -> "_Scope":
        off = frozenset(_subjects(facts, disabled))
        return cls(
            disabled=frozenset(one.id for one in disabled),
            subjects=off.difference(_subjects(facts, checks)) if off else off,
        )

    def leaves_out(self, item: Item) -> bool:
        if item.state.is_reason:
            return (READABLE if item.broken else BLIND_SPOTS) in self.disabled
        return item.state is ItemState.COMPARED and item.subject in self.subjects


def _subjects(facts: Facts, checks: Sequence[Check]) -> Iterator[Subject]:
    for check in checks:
        if check.covers:
            yield from check.subjects(facts.only(check.handed))
