"""What is read, and what of it is compared."""

from collections import Counter
from collections.abc import Iterator, Mapping

from exporter.domain.evaluation import ItemCount
from exporter.domain.provenance import Source
from exporter.metrics.chunks import Sample
from exporter.metrics.family import family
from exporter.metrics.view import View

MOST_KINDS = 100
"""Kinds of one source that have series of their own; the others are summed as one."""
OTHER_KINDS = "other"
_OTHERS = frozenset({Source.REPOSITORY, Source.REGISTRIES})
"""Sources of the code that are no files of it."""


@family(
    name="source_up",
    help="Whether the last reading of a source was without failures.",
    labels=("source",),
)
def source_up(view: View) -> Iterator[Sample]:
    for status in view.evaluation.sources:
        yield (status.source,), float(status.up)


@family(
    name="source_broken",
    help="Whether all that fails in a source is broken files, which declaration_readable tells.",
    labels=("source",),
)
def source_broken(view: View) -> Iterator[Sample]:
    """Say it of sources of files: without a checkout, or a registry, no file is to blame."""
    for status in view.evaluation.sources:
        if status.source.side == "declared" and status.source not in _OTHERS:
            broken = bool(status.failures) and all(one.is_broken for one in status.failures)
            yield (status.source,), float(broken)


@family(
    name="source_last_success_timestamp_seconds",
    help="When a source was last read without failures.",
    labels=("source",),
)
def source_success(view: View) -> Iterator[Sample]:
    for status in view.evaluation.sources:
        if status.last_success is not None:
            yield (status.source,), status.last_success.timestamp()


@family(
    name="source_errors_total",
    help="Failures to read a source, by reason.",
    labels=("source", "reason"),
    type="counter",
)
def source_errors(view: View) -> Iterator[Sample]:
    for status in view.evaluation.sources:
        for reason, count in sorted(status.errors.items()):
            yield (status.source, reason), count


@family(
    name="declared_items",
    help="Things that the code declares, by what became of them: compared, or why not.",
    labels=("source", "kind", "state"),
)
def declared_items(view: View) -> Iterator[Sample]:
    """Say it by kind for the largest kinds of each source; foreign code can make any number."""
    items = view.evaluation.items
    shown = _largest_kinds(items)
    counts: Counter[ItemCount] = Counter()
    for labels, count in items.items():
        counts[labels if labels[:2] in shown else labels._replace(kind=OTHER_KINDS)] += count
    yield from sorted(counts.items())


def _largest_kinds(items: Mapping[ItemCount, int]) -> set[tuple[str, str]]:
    by_source: dict[str, Counter[str]] = {}
    for labels, count in items.items():
        by_source.setdefault(labels.source, Counter())[labels.kind] += count
    return {
        (source, kind)
        for source, kinds in by_source.items()
        for kind in sorted(kinds, key=lambda kind: (-kinds[kind], kind))[:MOST_KINDS]
    }


@family(
    name="source_revision_timestamp_seconds",
    help="When the commit that a source was read at was made.",
    labels=("source",),
)
def source_revision(view: View) -> Iterator[Sample]:
    for status in view.evaluation.sources:
        if status.revision_committed is not None:
            yield (status.source,), status.revision_committed.timestamp()
