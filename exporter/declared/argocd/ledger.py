"""The book that is kept while Applications are followed: items, failures, and what was assumed."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from exporter.declared.accounting import (
    APPLICATIONS,
    HIDING,
    ODD,
    Origin,
    left_out,
    lost,
)
from exporter.declared.argocd import items as found
from exporter.declared.argocd.estimates import Estimates
from exporter.declared.checkout import Checkout
from exporter.declared.rendered import Manifest, Rendered
from exporter.domain.declaration import Failure, Unresolved
from exporter.domain.errors import ReadError
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Place, Source

_DECLARING = (Layer.GITOPS, *HIDING)


@dataclass(slots=True)
class Ledger:
    """What is declared, item by item.

    *broken* are the files and directories that *failures* are about, each once; *notes* say what
    was taken for granted. *delivered* is where items stand that are not entered here.
    """

    checkout: Checkout
    items: list[Item] = field(default_factory=list)
    broken: dict[Subject, Item] = field(default_factory=dict)
    failures: dict[Failure, None] = field(default_factory=dict)
    notes: dict[Unresolved, None] = field(default_factory=dict)
    others: list[Manifest] = field(default_factory=list)
    delivered: set[Place] = field(default_factory=set)
    estimates: Estimates = field(init=False)

    def __post_init__(self) -> None:
        """Estimate what a broken file hides by the same checkout."""
        self.estimates = Estimates(self.checkout)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return not (self.items or self.failures)

    def all(self) -> tuple[Item, ...]:
        """Return all items; of *others* those that no Application delivers."""
        known = {*self.delivered, *(one.place for one in self.items)} if self.others else set()
        others = (found.other(one) for one in self.others if one.place not in known)
        return (*self.items, *self.broken.values(), *others)

    def note(self, notes: Iterable[Unresolved]) -> None:
        """Note what was taken for granted, each once."""
        self.notes.update(dict.fromkeys(notes))

    def origin(self, subject: Subject, *, place: Place, path: str) -> Origin:
        """Return a source of objects below *path*."""
        hidden = self.estimates.applications
        return Origin(source=Source.ARGOCD, subject=subject, place=place, path=path, hidden=hidden)

    def deliver(self, failures: Iterable[Failure], items: Iterable[Item]) -> None:
        """Enter a source of objects, and what of it is not among them."""
        self.failures.update(dict.fromkeys(failures))
        for one in items:
            if one.state is ItemState.UNREADABLE and not one.size:
                self.broken.setdefault(one.subject, one)
            else:
                self.items.append(one)

    def enter(self, path: str, rendered: Rendered) -> None:
        """Enter what of a place of Applications, which the settings name, is no Application."""
        for one in rendered.left_out:
            subject = one.subject or Subject("Directory", "", path or ".")
            item = left_out(one, subject, source=Source.ARGOCD, layers=APPLICATIONS)
            if one.state in ODD:
                item = replace(item, size=max(1, self.estimates.applications(path)))
            self.items.append(item)
        for index, failure in enumerate(rendered.failures):
            # How much is hidden is told by one of them, as nobody knows which hides it.
            hidden = 0 if index or rendered.stands_in else self.estimates.applications(path)
            self.lose(failure, size=0 if index or rendered.stands_in else max(1, hidden))

    def lose(self, failure: Failure, *, size: int = 0) -> None:
        """Enter a file or directory that cannot be read, and so many items that it hides."""
        self.failures[failure] = None
        one = lost(failure, source=Source.ARGOCD, layers=_DECLARING, size=size)
        known = self.broken.get(one.subject)
        if known is None or known.size < size:
            self.broken[one.subject] = one

    def failure(self, error: ReadError, *, path: str, part: str) -> Failure:
        """Return *error* as a value; *path* stands in where it has none."""
        return self.checkout.failure(Source.ARGOCD, error, path=path, part=part)

    def leave_open(self, paths: frozenset[str], failures: Iterable[Failure]) -> None:
        """Leave open what is wrong at *paths*, which are no files of ours: it is no failure."""
        for failure in failures:
            if failure.place.path in paths:
                del self.failures[failure]
        self.items = [_left_open(one) if one.place.path in paths else one for one in self.items]
        self.broken = {
            subject: one for subject, one in self.broken.items() if one.place.path not in paths
        }


def _left_open(item: Item) -> Item:
    if item.state is not ItemState.UNREADABLE:
        return item
    return replace(item, state=ItemState.UNRESOLVED, broken=False)
