"""What becomes of a source of objects as a whole: its item, what was left out of it, what broke."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from exporter.declared.rendered import LeftOut, Rendered
from exporter.domain.declaration import Failure, Unresolved, unreadable_subject
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Place, Source

OBJECTS: Final = (Layer.APPLICATIONS,)
HIDING: Final = (Layer.APPLICATIONS, Layer.CONFIGURATION)
"""The layers of what can no longer be read: conflicts of labels follow from what it delivers.

What is merely not rendered never showed any, so it counts among the applications alone. Else the
sixty charts of a repository would pass for sixty unknown things of its configuration.
"""
ODD: Final = frozenset({ItemState.UNREADABLE, ItemState.UNRESOLVED})
"""The states of what was passed over and may have been something else, as a file that was cut."""

APPLICATIONS: Final = (Layer.GITOPS, Layer.APPLICATIONS)
"""The layers of what may declare Applications, which deliver objects in turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A source of objects: an Application's source, or a path that the settings name.

    *hidden* estimates from its text how many Applications a broken path declares.
    """

    source: Source
    subject: Subject
    place: Place
    path: str
    hidden: Callable[[str], int] = lambda _: 0


def account(rendered: Rendered, origin: Origin) -> Iterator[Item]:
    """Yield the item of a source of objects, and those of what of it are no objects.

    What broke is told once: by the file that is broken, not by each source that it is in.
    """
    yield _source(rendered, origin)
    for omission in rendered.left_out:
        if omission.subject is not None:
            item = left_out(omission, omission.subject, source=origin.source, origin=origin.subject)
            yield _passed_over(item, origin)
    for failure in rendered.failures:
        if unreadable_subject(failure) != origin.subject:
            yield _broken(failure, rendered, origin)


def left_out(
    left_out: LeftOut,
    subject: Subject,
    *,
    source: Source,
    origin: Subject | None = None,
    layers: tuple[Layer, ...] = OBJECTS,
) -> Item:
    """Return what was not rendered as an item."""
    return Item(
        source=source,
        subject=subject,
        state=left_out.state,
        place=left_out.place,
        layers=layers,
        message=left_out.message,
        advice=left_out.advice,
        origin=origin,
        entry=subject.name if origin else "",
    )


def lost(failure: Failure, *, source: Source, layers: tuple[Layer, ...], size: int) -> Item:
    """Return what cannot be read as an item that stands for *size* others."""
    return Item(
        source=source,
        subject=unreadable_subject(failure),
        state=ItemState.UNREADABLE,
        place=failure.place,
        layers=layers,
        message=failure.message,
        advice=failure.advice,
        size=size,
        broken=failure.is_broken,
    )


def told(items: Iterable[Item]) -> Iterator[Unresolved]:
    """Yield what is not known or not rendered, for the list of what is declared."""
    for item in items:
        if item.state.is_reason and not item.broken and item.state is not ItemState.UNSUPPORTED:
            yield Unresolved(item.place, item.message)


def _source(rendered: Rendered, origin: Origin) -> Item:
    whole = rendered.whole
    if whole is not None:
        return left_out(whole, origin.subject, source=origin.source)
    if rendered.is_lost:
        return _lost_source(rendered, origin)
    return Item(
        source=origin.source,
        subject=origin.subject,
        state=ItemState.COMPARED,
        place=origin.place,
        layers=OBJECTS,
    )


def _lost_source(rendered: Rendered, origin: Origin) -> Item:
    """Return a broken source as an item; what stands in for it weighs in its stead."""
    failures = rendered.failures
    hidden = 0 if rendered.stands_in else origin.hidden(origin.path)
    told_elsewhere = (
        failure.is_broken or unreadable_subject(failure) != origin.subject for failure in failures
    )
    return Item(
        source=origin.source,
        subject=origin.subject,
        state=ItemState.UNREADABLE,
        place=origin.place,
        layers=(*HIDING, Layer.GITOPS) if hidden else HIDING,
        message=failures[0].message,
        advice=failures[0].advice,
        size=0 if rendered.stands_in else 1 + hidden,
        broken=all(told_elsewhere),
    )


def _passed_over(item: Item, origin: Origin) -> Item:
    """Return what was left out; a file that is not understood may hide Applications."""
    hidden = origin.hidden(item.place.path) if item.state in ODD else 0
    if not hidden:
        return item
    layers = (*HIDING, Layer.GITOPS)
    return replace(item, layers=layers, origin=None, entry="", size=1 + hidden)


def _broken(failure: Failure, rendered: Rendered, origin: Origin) -> Item:
    """Return a broken file: an entry of its source, or the place of what its source lacks."""
    if rendered.is_lost or rendered.stands_in:
        return lost(failure, source=origin.source, layers=HIDING, size=0)
    path = failure.place.path
    hidden = origin.hidden(path)
    if hidden:
        layers = (*HIDING, Layer.GITOPS)
        return lost(failure, source=origin.source, layers=layers, size=1 + hidden)
    subject = unreadable_subject(failure)
    return Item(
        source=origin.source,
        subject=subject,
        state=ItemState.UNREADABLE,
        place=failure.place,
        layers=HIDING,
        message=failure.message,
        advice=failure.advice,
        origin=origin.subject,
        entry=path,
        broken=failure.is_broken,
    )
