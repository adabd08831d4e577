"""How Prometheus is connected to Alertmanager."""

from collections.abc import Iterable

import msgspec

from exporter.domain.errors import ReadError
from exporter.domain.monitoring.prometheus.alerting import (
    ConnectedAlertmanagers,
    FiringWatchdog,
    Notifications,
)
from exporter.observed.prometheus import promql
from exporter.observed.prometheus.answers import Sample, data
from exporter.observed.prometheus.api import Api, unserved

ROUTE = "/api/v1/alertmanagers"
_URL = 300
TOLERATED = 0.01
"""Errors per alert that was sent. One error may stand for 64 alerts that were sent together."""


class _Alertmanager(msgspec.Struct, frozen=True, rename="camel"):
    url: str


class _Alertmanagers(msgspec.Struct, frozen=True, rename="camel"):
    active_alertmanagers: list[_Alertmanager] | None


async def ask_alertmanagers(api: Api) -> ConnectedAlertmanagers:
    """Return whom Prometheus notifies; raises :exc:`ReadError` unless there is no such route."""
    try:
        return await api.get(ROUTE, parse_alertmanagers)
    except ReadError as error:
        if reason := unserved(error):
            return ConnectedAlertmanagers(unserved=reason)
        raise


def parse_alertmanagers(body: bytes) -> ConnectedAlertmanagers:
    """Return the active Alertmanagers of an answer; raises :exc:`ReadError`."""
    found = data(body, _Alertmanagers, path=ROUTE).active_alertmanagers or []
    return ConnectedAlertmanagers(tuple(sorted({server.url[:_URL] for server in found})))


async def ask_notifications(api: Api) -> Notifications:
    """Return what becomes of notifications; raises :exc:`ReadError`."""
    errors = promql.selector("prometheus_notifications_errors_total", api.labels)
    sent = promql.selector("prometheus_notifications_sent_total", api.labels)
    dropped = promql.selector("prometheus_notifications_dropped_total", api.labels)
    ratio = f"max by (alertmanager) (rate({errors}[5m]) / rate({sent}[5m]))"
    failing = await api.query(f"{ratio} > {TOLERATED}")
    lost = await api.query(f"max(increase({dropped}[5m]))")
    return parse_notifications(failing, lost)


def parse_notifications(failing: Iterable[Sample], lost: list[Sample]) -> Notifications:
    """Return what the two vectors say; nothing at all where Prometheus does not scrape itself."""
    return Notifications(
        failing=tuple(sorted({sample.metric.get("alertmanager", "")[:_URL] for sample in failing})),
        dropped=any(sample.number > 0 for sample in lost),
        told=bool(lost),
    )


async def ask_watchdog(api: Api, *, name: str) -> FiringWatchdog:
    """Return whether the alert *name* fires; raises :exc:`ReadError`."""
    if not name:
        return FiringWatchdog(firing=False)
    labels = {**api.labels, "alertname": name, "alertstate": "firing"}
    return FiringWatchdog(
        firing=bool(await api.query(f"group({promql.selector('ALERTS', labels)})"))
    )
