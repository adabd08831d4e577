"""The monitoring stack and the cloud as they answer: one poll for each part that is named."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from exporter.domain.clock import Clock, Instant
from exporter.domain.cloud_services import CloudQuestions
from exporter.domain.declaration import ApplicationKey
from exporter.domain.facts import Facts, Gap
from exporter.domain.instants import parse_duration
from exporter.domain.state import State
from exporter.foreign.clock import SYSTEM
from exporter.foreign.supervisor import Supervisor
from exporter.observed.alertmanager.poller import AlertmanagerPoller
from exporter.observed.argocd.poller import ArgocdPoller
from exporter.observed.cloud.clouds import cloud_poller
from exporter.observed.cloud.poller import CloudPoller
from exporter.observed.endpoint import Endpoint
from exporter.observed.grafana.poller import GrafanaPoller
from exporter.observed.polling import Poller, PollLoop
from exporter.observed.prometheus.poller import PrometheusPoller
from exporter.settings.cloud import AwsSettings
from exporter.settings.monitoring import EndpointSettings
from exporter.settings.observed import ObservedSettings


@dataclass(frozen=True, slots=True)
class Monitoring:
    """All polls; none where the settings name no part of a monitoring stack, and no cloud."""

    polls: tuple[PollLoop, ...] = ()

    def start(self, supervisor: Supervisor) -> None:
        """Begin to ask."""
        for poll in self.polls:
            poll.start(supervisor)

    async def stop(self) -> None:
        """End all tasks and connections."""
        await asyncio.gather(*(poll.stop() for poll in self.polls))

    async def settle(self) -> None:
        """Wait until each part has been asked once."""
        await asyncio.gather(*(poll.settled.wait() for poll in self.polls))

    @property
    def complete(self) -> bool:
        """Whether each part has been asked once."""
        return all(poll.settled.is_set() for poll in self.polls)

    async def ask_argocd(self, wanted: frozenset[ApplicationKey]) -> None:
        """Let Argo CD be asked for the *wanted* Applications, at once where one is new."""
        for poll in self.polls:
            if isinstance(poll.poller, ArgocdPoller) and poll.poller.want(wanted):
                await poll.ask_now()

    async def ask_cloud(self, questions: CloudQuestions) -> None:
        """Let the cloud be asked these *questions*, at once where one is new."""
        for poll in self.polls:
            if isinstance(poll.poller, CloudPoller) and poll.poller.want(questions):
                await poll.ask_now()

    @property
    def asks_argocd(self) -> bool:
        """Whether Argo CD is asked for anything."""
        return any(isinstance(poll.poller, ArgocdPoller) for poll in self.polls)

    def read(self, *, at: Instant) -> State:
        """Return what is known at the instant *at*."""
        known: dict[type, object] = {}
        gaps: dict[type, tuple[Gap, ...]] = {}
        states = [poll.read(at=at) for poll in self.polls]
        for state in states:
            known.update(state.facts.known)
            gaps.update(state.facts.gaps)
        return State(
            facts=Facts(known, gaps),
            sources=tuple(source for state in states for source in state.sources),
            failures=tuple(failure for state in states for failure in state.failures),
        )


def monitoring(
    settings: ObservedSettings, *, folder: Path, changed: asyncio.Event, clock: Clock = SYSTEM
) -> Monitoring:
    """Return the polls that *settings* ask for; files in them are relative to *folder*.

    Raises :exc:`SettingsError` where the cloud's SDK is not installed.
    """
    pollers: list[tuple[EndpointSettings | AwsSettings, Poller]] = []
    if (prometheus := settings.prometheus) is not None:
        asked = PrometheusPoller(Endpoint(prometheus, folder=folder), prometheus)
        pollers.append((prometheus, asked))
    if (alertmanager := settings.alertmanager) is not None:
        endpoint = Endpoint(alertmanager, folder=folder, clock=clock)
        pollers.append((alertmanager, AlertmanagerPoller(endpoint, alertmanager)))
    if (grafana := settings.grafana) is not None:
        pollers.append((grafana, GrafanaPoller(Endpoint(grafana, folder=folder), grafana)))
    if settings.cloud is not None and (cloud := cloud_poller(settings.cloud)) is not None:
        pollers.append(cloud)
    if (argocd := settings.argocd) is not None:
        endpoint = Endpoint(argocd, folder=folder)
        pollers.append((argocd, ArgocdPoller.of(endpoint, argocd, clock)))
    return Monitoring(
        tuple(
            PollLoop(
                poller=poller,
                interval=parse_duration(given.interval),
                max_age=parse_duration(given.max_age),
                changed=changed,
                clock=clock,
            )
            for given, poller in pollers
        )
    )
