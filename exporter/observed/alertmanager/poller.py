"""The questions that Alertmanager is asked, one round at a time."""

import asyncio
import re
from dataclasses import replace
from http import HTTPStatus
from typing import ClassVar

from exporter.domain.monitoring.alertmanager import (
    OURS,
    SILENCED,
    ActiveAlerts,
    AlertmanagerReceivers,
    AlertmanagerStatus,
    Silences,
)
from exporter.domain.provenance import Source
from exporter.observed.alertmanager.messages import (
    ALERTS,
    SILENCES,
    STATUS,
    digest,
    parse_alerts,
    parse_config,
    parse_receivers,
    parse_silences,
    parse_status,
)
from exporter.observed.endpoint import Endpoint
from exporter.observed.polling import Answer, query_all
from exporter.settings.monitoring import AlertmanagerSettings

READY = "/-/ready"


class AlertmanagerPoller:
    """Asks one Alertmanager."""

    source: ClassVar[Source] = Source.ALERTMANAGER
    kinds: ClassVar[tuple[type, ...]] = (
        AlertmanagerStatus,
        AlertmanagerReceivers,
        Silences,
        ActiveAlerts,
    )

    def __init__(self, endpoint: Endpoint, settings: AlertmanagerSettings) -> None:
        self._endpoint = endpoint
        self._settings = settings
        self._receivers: tuple[bytes, AlertmanagerReceivers] | None = None

    async def ask(self) -> Answer:
        """Ask everything once; what fails is in the answer."""
        answer = await query_all(
            {
                AlertmanagerStatus: self._ask_status,
                AlertmanagerReceivers: self._ask_receivers,
                Silences: self._ask_silences,
                ActiveAlerts: self._ask_alerts,
            },
            source=self.source,
        )
        return replace(answer, items=_items(answer))

    async def close(self) -> None:
        """End all connections."""
        await self._endpoint.close()

    async def _ask_status(self) -> AlertmanagerStatus:
        reply = await self._endpoint.ask("GET", READY)
        ready = True if reply.status == HTTPStatus.OK else None
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            ready = False
        return parse_status(await self._endpoint.get(STATUS), ready=ready)

    async def _ask_receivers(self) -> AlertmanagerReceivers:
        """Read the configuration, again only where it has changed; nothing else of it is kept."""
        config = parse_config(await self._endpoint.get(STATUS))
        now = digest(config)
        if self._receivers is None or self._receivers[0] != now:
            self._receivers = now, await asyncio.to_thread(parse_receivers, config)
        return self._receivers[1]

    async def _ask_silences(self) -> Silences:
        silences = parse_silences(await self._endpoint.get(SILENCES))
        return replace(silences, ahead=self._endpoint.ahead)

    async def _ask_alerts(self) -> ActiveAlerts:
        watchdog, labels = self._settings.watchdog, self._settings.labels
        likely = re.sub(r"\W", ".", watchdog)
        params = {"filter": f'alertname=~"{likely}|{OURS}.*|{SILENCED}"'}
        body = await self._endpoint.get(ALERTS, params=params)
        return await asyncio.to_thread(parse_alerts, body, watchdog=watchdog, labels=labels)


def _items(answer: Answer) -> dict[str, int]:
    """Return how much was told, by kind."""
    items: dict[str, int] = {}
    for fact in answer.facts.values():
        match fact:
            case AlertmanagerReceivers(integrations):
                items["receivers"] = len(integrations)
            case Silences(silences):
                items["silences"] = len(silences)
            case _:
                pass
    return items
