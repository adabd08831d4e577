"""What Prometheus says of itself, and what kube-state-metrics says of its volumes."""

import math
import re
from collections.abc import Iterable

import msgspec

from exporter.domain.errors import ReadError
from exporter.domain.monitoring.prometheus.server import (
    PrometheusClaims,
    PrometheusRuntime,
    VolumeClaim,
)
from exporter.observed.prometheus import promql
from exporter.observed.prometheus.answers import Sample, data
from exporter.observed.prometheus.api import Api, unserved
from exporter.observed.prometheus.instants import instant

ROUTE = "/api/v1/status/runtimeinfo"
REQUESTED = "kube_persistentvolumeclaim_resource_requests_storage_bytes"
PHASE = "kube_persistentvolumeclaim_status_phase"
FLAG = "flag"
_PERIOD = re.compile(r"([0-9]{1,6})([shdwyM]?)")


class _Runtime(msgspec.Struct, frozen=True, rename="camel"):
    start_time: str = ""
    storage_retention: str = ""


async def ask_runtime(api: Api) -> PrometheusRuntime:
    """Return start and retention; raises :exc:`ReadError` unless there is no such route.

    VictoriaMetrics tells its retention by a metric of its flags, where it is scraped itself.
    """
    try:
        return await api.get(ROUTE, parse_runtime)
    except ReadError as error:
        reason = unserved(error)
        if not reason:
            raise
    samples = await api.query(promql.selector(FLAG, api.labels, 'name="retentionPeriod"'))
    if retention := parse_flag(samples):
        return PrometheusRuntime(retention=retention)
    return PrometheusRuntime(unserved=reason)


def parse_flag(samples: Iterable[Sample]) -> str:
    """Return the retention that all of VictoriaMetrics' parts agree on, or nothing.

    Source: VictoriaMetrics, ``-retentionPeriod``: months of 31 days unless a suffix says otherwise.
    """
    values = {sample.metric.get("value", "") for sample in samples}
    found = _PERIOD.fullmatch(values.pop()) if len(values) == 1 else None
    if found is None:
        return ""
    number, unit = int(found[1]), found[2]
    return f"{31 * number}d" if unit in {"", "M"} else f"{number}{unit}"


def parse_runtime(body: bytes) -> PrometheusRuntime:
    """Return start and retention of an answer; raises :exc:`ReadError`."""
    told = data(body, _Runtime, path=ROUTE)
    return PrometheusRuntime(
        started=instant(told.start_time), retention=told.storage_retention[:100]
    )


async def ask_claims(api: Api, *, pattern: str) -> PrometheusClaims:
    """Return the claims that match *pattern* (namespace/name); raises :exc:`ReadError`."""
    namespace, _, name = pattern.rpartition("/")
    which = (
        promql.matching("namespace", [namespace or "*"]),
        promql.matching("persistentvolumeclaim", [name]),
    )
    both = f'__name__=~"{REQUESTED}|{PHASE}"'
    samples = await api.query(promql.selector("", api.labels, both, *which))
    told = bool(samples) or bool(
        await api.query(f"group({promql.selector(REQUESTED, api.labels)})")
    )
    return PrometheusClaims(claims=parse_claims(samples), told=told, pattern=pattern)


def parse_claims(samples: Iterable[Sample]) -> tuple[VolumeClaim, ...]:
    """Return the claims that *samples* of both metrics tell of, sorted."""
    requested: dict[tuple[str, str], int] = {}
    phases: dict[tuple[str, str], set[str]] = {}
    for sample in samples:
        key = sample.metric.get("namespace", ""), sample.metric.get("persistentvolumeclaim", "")
        if sample.metric.get("__name__") == REQUESTED and math.isfinite(sample.number):
            requested[key] = int(sample.number)
        elif sample.metric.get("__name__") == PHASE and sample.number == 1:
            phases.setdefault(key, set()).add(sample.metric.get("phase", ""))
    return tuple(
        VolumeClaim(
            namespace=key[0],
            name=key[1],
            requested=requested.get(key),
            bound=phases[key] == {"Bound"} if key in phases else None,
        )
        for key in sorted(requested.keys() | phases.keys())
    )
