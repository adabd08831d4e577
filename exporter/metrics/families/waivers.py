"""Waivers, and what became of them."""

from collections.abc import Iterator

from exporter.domain.evaluation import WaiverState
from exporter.metrics.chunks import Sample
from exporter.metrics.family import family
from exporter.metrics.view import View


@family(
    name="waivers",
    help="Waivers by what became of them.",
    labels=("state",),
)
def waivers(view: View) -> Iterator[Sample]:
    counts = dict.fromkeys(WaiverState, 0)
    for _, state in view.evaluation.waivers:
        counts[state] += 1
    for state, count in counts.items():
        yield (state,), count


@family(
    name="waiver_expiry_timestamp_seconds",
    help="When a waiver ends.",
    labels=("waiver", "owner"),
)
def waiver_expiry(view: View) -> Iterator[Sample]:
    expiries: dict[tuple[str, ...], float] = {}
    for waiver, _ in view.evaluation.waivers:
        labels = (waiver.id, waiver.owner)
        instant = waiver.expires.timestamp()
        expiries[labels] = min(instant, expiries.get(labels, instant))
    yield from sorted(expiries.items())
