"""The questions that Prometheus is asked, one round at a time."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime
from fnmatch import fnmatchcase
from typing import ClassVar

from exporter.domain.declaration import Failure
from exporter.domain.errors import ReadError
from exporter.domain.instants import parse_duration
from exporter.domain.monitoring.prometheus.alerting import (
    ConnectedAlertmanagers,
    FiringWatchdog,
    Notifications,
)
from exporter.domain.monitoring.prometheus.kube_state import KubeStateNodes, KubeStatePods
from exporter.domain.monitoring.prometheus.rules import LoadedRules, RuleSeries
from exporter.domain.monitoring.prometheus.server import PrometheusClaims, PrometheusRuntime
from exporter.domain.monitoring.prometheus.targets import ScrapeTargets
from exporter.domain.provenance import Place, Source
from exporter.observed.endpoint import Endpoint
from exporter.observed.polling import Answer
from exporter.observed.prometheus import alerting, kube_state, rules, server, targets
from exporter.observed.prometheus.api import Api
from exporter.observed.prometheus.series import SeriesLedger
from exporter.settings.monitoring import PrometheusSettings


class PrometheusQuestions:
    """Asks one Prometheus, or a Thanos or Mimir that answers in its place."""

    source: ClassVar[Source] = Source.PROMETHEUS
    kinds: ClassVar[tuple[type, ...]] = (
        ScrapeTargets,
        KubeStateNodes,
        KubeStatePods,
        PrometheusRuntime,
        PrometheusClaims,
        LoadedRules,
        RuleSeries,
        ConnectedAlertmanagers,
        Notifications,
        FiringWatchdog,
    )

    def __init__(self, endpoint: Endpoint, settings: PrometheusSettings) -> None:
        self._api = Api(endpoint, labels=settings.labels)
        self._settings = settings
        self._series = SeriesLedger(
            budget=settings.rules.query_budget,
            seconds=parse_duration(settings.interval).total_seconds() / 2,
        )

    async def ask(self) -> Answer:
        """Ask everything once; what fails is in the answer."""
        try:
            now = await self._api.time()
        except ReadError as error:
            return Answer(gaps=dict.fromkeys(self.kinds, _failure(error)))
        told = await self._ask(now)
        told[RuleSeries] = await self._ask_series(told[LoadedRules])
        return Answer(
            facts={kind: one for kind, one in told.items() if not isinstance(one, Failure)},
            gaps={kind: one for kind, one in told.items() if isinstance(one, Failure)},
            items=_items(told),
        )

    async def close(self) -> None:
        """End all connections."""
        await self._api.close()

    async def _ask(self, now: datetime) -> dict[type, object | Failure]:
        """Ask all that stands by itself."""
        api, settings = self._api, self._settings
        settle = parse_duration(settings.settle)
        asked: dict[type, Awaitable[object]] = {
            ScrapeTargets: targets.ask(api, settings.targets, now=now),
            PrometheusRuntime: server.ask_runtime(api),
            PrometheusClaims: server.ask_claims(api, pattern=settings.claims),
            LoadedRules: rules.ask(api, self._judges, now=now),
            ConnectedAlertmanagers: alerting.ask_alertmanagers(api),
            Notifications: alerting.ask_notifications(api),
            FiringWatchdog: alerting.ask_watchdog(api, name=settings.watchdog),
            KubeStateNodes: kube_state.ask_nodes(api),
            KubeStatePods: kube_state.ask_pods(api, settle=settle, now=now),
        }
        told = await asyncio.gather(*map(_told, asked.values()))
        return dict(zip(asked, told, strict=True))

    async def _ask_series(self, loaded: object | Failure) -> object | Failure:
        if isinstance(loaded, Failure):
            return loaded
        if not isinstance(loaded, LoadedRules) or self._settings.rules.check_series == "off":
            return RuleSeries()
        wanted = [need for group in loaded.groups for need in group.needs]
        return await _told(self._series.ask(self._api, wanted))

    def _judges(self, group: str) -> bool:
        given = self._settings.rules
        return given.check_series == "all" or any(fnmatchcase(group, one) for one in given.groups)


async def _told(asked: Awaitable[object]) -> object | Failure:
    """Return what was told, or why it was not."""
    try:
        return await asked
    except ReadError as error:
        return _failure(error)


def _failure(error: ReadError) -> Failure:
    return Failure(Place(Source.PROMETHEUS, error.path), error.reason, str(error), error.advice)


def _items(told: dict[type, object | Failure]) -> dict[str, int]:
    """Count what was told: a sudden drop shows that something was lost."""
    scraped, loaded = told[ScrapeTargets], told[LoadedRules]
    items: dict[str, int] = {}
    if isinstance(scraped, ScrapeTargets):
        items["targets"] = len(scraped.targets)
    if isinstance(loaded, LoadedRules):
        items["rule_groups"] = len(loaded.groups)
    return items
