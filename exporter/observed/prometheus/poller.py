"""The questions that Prometheus is asked, one round at a time."""

from collections.abc import Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from typing import ClassVar

from exporter.domain.errors import ReadError
from exporter.domain.instants import parse_duration
from exporter.domain.monitoring.prometheus.alerting import (
    ConnectedAlertmanagers,
    FiringWatchdog,
    Notifications,
)
from exporter.domain.monitoring.prometheus.kube_state import KubeStateNodes, KubeStatePods
from exporter.domain.monitoring.prometheus.levels import LayerLevels
from exporter.domain.monitoring.prometheus.rules import LoadedRules, RuleSeries
from exporter.domain.monitoring.prometheus.server import PrometheusClaims, PrometheusRuntime
from exporter.domain.monitoring.prometheus.targets import ScrapeTargets
from exporter.domain.provenance import Source
from exporter.observed.endpoint import Endpoint
from exporter.observed.polling import Answer, Query, failed, query_all
from exporter.observed.prometheus import alerting, kube_state, rules, server, targets
from exporter.observed.prometheus.api import Api
from exporter.observed.prometheus.levels import LevelLedger
from exporter.observed.prometheus.series import SeriesLedger
from exporter.settings.monitoring import PrometheusSettings


class PrometheusPoller:
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
        LayerLevels,
    )

    def __init__(self, endpoint: Endpoint, settings: PrometheusSettings) -> None:
        self._api = Api(endpoint, labels=settings.labels)
        self._settings = settings
        self._levels = LevelLedger()
        self._series = SeriesLedger(
            budget=settings.rules.query_budget,
            seconds=parse_duration(settings.interval).total_seconds() / 2,
        )

    async def ask(self) -> Answer:
        """Ask everything once; what fails is in the answer."""
        try:
            now = await self._api.time()
        except ReadError as error:
            return Answer(gaps=dict.fromkeys(self.kinds, failed(error, source=self.source)))
        answer = await query_all(self._questions(now), source=self.source)
        series = await self._ask_series(answer)
        return Answer(
            facts={**answer.facts, **series.facts},
            gaps={**answer.gaps, **series.gaps},
            items=_items(answer.facts),
        )

    async def close(self) -> None:
        """End all connections."""
        await self._api.close()

    def _questions(self, now: datetime) -> dict[type, Query]:
        """Return all that stand by themselves."""
        api, settings = self._api, self._settings
        settle = parse_duration(settings.settle)
        return {
            ScrapeTargets: lambda: targets.ask(api, settings.targets, now=now),
            PrometheusRuntime: lambda: server.ask_runtime(api),
            PrometheusClaims: lambda: server.ask_claims(api, pattern=settings.claims),
            LoadedRules: lambda: rules.ask(api, self._judges, now=now),
            ConnectedAlertmanagers: lambda: alerting.ask_alertmanagers(api),
            Notifications: lambda: alerting.ask_notifications(api),
            FiringWatchdog: lambda: alerting.ask_watchdog(api, name=settings.watchdog),
            KubeStateNodes: lambda: kube_state.ask_nodes(api),
            KubeStatePods: lambda: kube_state.ask_pods(api, settle=settle, now=now),
            LayerLevels: lambda: self._levels.ask(api, now=now),
        }

    async def _ask_series(self, answer: Answer) -> Answer:
        """Ask for the series that the loaded rules need; what hides the rules hides these, too."""
        loaded = answer.facts.get(LoadedRules)
        if not isinstance(loaded, LoadedRules):
            return Answer(gaps={RuleSeries: answer.gaps[LoadedRules]})
        if self._settings.rules.check_series == "off":
            return Answer(facts={RuleSeries: RuleSeries()})
        needs = [need for group in loaded.groups for need in group.needs]
        asked: dict[type, Query] = {RuleSeries: lambda: self._series.ask(self._api, needs)}
        return await query_all(asked, source=self.source)

    def _judges(self, group: str) -> bool:
        given = self._settings.rules
        return given.check_series == "all" or any(
            fnmatchcase(group, pattern) for pattern in given.groups
        )


def _items(answer: Mapping[type, object]) -> dict[str, int]:
    """Count what was told."""
    items: dict[str, int] = {}
    for fact in answer.values():
        match fact:
            case ScrapeTargets(targets=found):
                items["targets"] = len(found)
            case LoadedRules(groups=groups):
                items["rule_groups"] = len(groups)
            case _:
                pass
    return items
