"""What the exporter's own series in Prometheus tell of the processes before this one.

A handful of queries at the start. Failures have a series each (at most ``metrics.findings_limit``),
whose value is since when they are; that is all there is: no excuse and no reason.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from exporter.domain.errors import ReadError, Reason
from exporter.domain.finding import Subject
from exporter.domain.recollection import FailureOnce, Recollection, Scope
from exporter.observed.prometheus import promql
from exporter.observed.prometheus.answers import Sample
from exporter.observed.prometheus.api import QUERY, Api
from exporter.observed.prometheus.instants import GRACE

SCOPE = "cluster_conformance_scope_info"
FINDINGS = "cluster_conformance_finding_since_timestamp_seconds"
LASTING = "1d"
"""How old the last sample may be: nobody knows what was in between."""
MOST = 20_000
"""Series of failures that are read at most."""
_FOUND = ("layer", "check", "severity", "object_kind", "object_namespace", "object_name")
_OWN = frozenset({"__name__", "cluster_name", "declaration", *_FOUND})
_Target = frozenset[tuple[str, str]]


async def recall(api: Api, scope: Scope, *, now: datetime) -> Recollection | None:
    """Return what is known of *scope* at the instant *now* of our clock; None where nothing is.

    Raises :exc:`ReadError` where Prometheus does not answer, where it knows of other clusters or
    declarations alone, and where its last sample is of the future.
    """
    whole = promql.selector(SCOPE, api.labels)
    kept = _of(await api.query(f"timestamp({whole})"), scope)
    before = f"timestamp({whole})[{LASTING}:1m]"
    if not kept:
        samples = await api.query(f"max_over_time({before})")
        kept = _of(samples, scope)
        if not kept:
            _refuse_others(samples)
            return None
    until = max(kept.values())
    if until > now + GRACE:
        raise _unfit(f"the last sample is of the future, {until.isoformat(timespec='seconds')}")
    began = _of(await api.query(f"min_over_time({before})"), scope)
    failures = promql.selector(FINDINGS, api.labels)
    failing = await _failures(api, failures, kept, at=until)
    lasting = await _failures(api, f"last_over_time({failures}[{LASTING}])", kept, at=until)
    seen = await _failures(
        api, f"max_over_time(timestamp({failures})[{LASTING}:5m])", kept, at=until
    )
    return Recollection(
        since=min([*began.values(), until]),
        until=until,
        failing={key: min(since, until) for key, since in failing.items()},
        ended=tuple(
            FailureOnce(*key, since=min(since, until), seen=min(seen[key], until))
            for key, since in sorted(lasting.items())
            if key in seen and key not in failing
        ),
    )


async def _failures(
    api: Api, expression: str, targets: Mapping[_Target, datetime], *, at: datetime
) -> dict[tuple[str, Subject], datetime]:
    """Return an instant for each failure, the first that any of the *targets* tells."""
    samples = await api.query(expression, at=at)
    if len(samples) > MOST:
        raise _unfit(f"it has {len(samples)} series of failures, and at most {MOST} are read")
    found: dict[tuple[str, Subject], datetime] = {}
    for sample in samples:
        instant = _instant(sample)
        if instant is None or _target(sample) not in targets:
            continue
        key = sample.metric.get("check", ""), _subject(sample.metric)
        found[key] = min(instant, found.get(key, instant))
    return found


def _of(samples: Iterable[Sample], scope: Scope) -> dict[_Target, datetime]:
    """Return the targets that tell of *scope*, each with an instant."""
    return dict(_told(samples, scope))


def _told(samples: Iterable[Sample], scope: Scope) -> Iterator[tuple[_Target, datetime]]:
    for sample in samples:
        labels = sample.metric
        own = labels.get("cluster_name", ""), labels.get("declaration", "")
        instant = _instant(sample)
        if own == scope.labels and instant is not None:
            yield _target(sample), instant


def _refuse_others(samples: Iterable[Sample]) -> None:
    """Raise what is wrong where only others are known; an empty Prometheus knows nothing."""
    others = sorted({sample.metric.get("cluster_name", "") for sample in samples})
    if others:
        named = ", ".join(map(repr, others[:3]))
        raise _unfit(f"its series are of other declarations or clusters: {named}")


def _target(sample: Sample) -> _Target:
    """Return by which labels Prometheus tells the exporter that a series is of."""
    return frozenset(item for item in sample.metric.items() if item[0] not in _OWN)


def _subject(labels: Mapping[str, str]) -> Subject:
    return Subject(*(labels.get(f"object_{part}", "") for part in ("kind", "namespace", "name")))


def _instant(sample: Sample) -> datetime | None:
    try:
        return datetime.fromtimestamp(sample.number, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _unfit(message: str) -> ReadError:
    return ReadError(message, reason=Reason.UNSUPPORTED, path=QUERY)
