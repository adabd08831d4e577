"""How each kind of a live cluster is followed."""

from collections.abc import Iterator

from exporter.metrics.chunks import Sample
from exporter.metrics.family import family
from exporter.metrics.view import View


@family(
    name="watch_up",
    help="Whether all of a kind is known and recent, and the last attempt to follow it "
    "succeeded; declared objects go by their resource.",
    labels=("kind",),
)
def watch_up(view: View) -> Iterator[Sample]:
    for watch in view.evaluation.watches:
        yield (watch.kind,), float(watch.up)


@family(
    name="watch_events_total",
    help="Events that watches of a kind told, bookmarks included.",
    labels=("kind",),
    type="counter",
)
def watch_events(view: View) -> Iterator[Sample]:
    for watch in view.evaluation.watches:
        yield (watch.kind,), watch.events


@family(
    name="watch_lists_total",
    help="Complete lists of a kind.",
    labels=("kind",),
    type="counter",
)
def watch_lists(view: View) -> Iterator[Sample]:
    for watch in view.evaluation.watches:
        yield (watch.kind,), watch.lists


@family(
    name="watch_restarts_total",
    help="Lists and watches of a kind that began anew, by reason.",
    labels=("kind", "reason"),
    type="counter",
)
def watch_restarts(view: View) -> Iterator[Sample]:
    for watch in view.evaluation.watches:
        for reason, count in watch.restarts.items():
            yield (watch.kind, reason), count


@family(
    name="watch_last_event_timestamp_seconds",
    help="When the watch of a kind last told anything.",
    labels=("kind",),
)
def watch_last_event(view: View) -> Iterator[Sample]:
    for watch in view.evaluation.watches:
        if watch.last_event is not None:
            yield (watch.kind,), watch.last_event.timestamp()
