"""How Prometheus gets its alerts to Alertmanager."""

from dataclasses import dataclass

from exporter.domain.provenance import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredAlerting:
    """How many Alertmanagers there must be, and the alert that must always fire.

    Without *alertmanagers* the stack's declaration says how many. An empty *watchdog* is none.
    """

    alertmanagers: int | None
    watchdog: str
    place: Place


@dataclass(frozen=True, slots=True)
class ConnectedAlertmanagers:
    """The Alertmanagers that Prometheus notifies, by URL; *unserved* as of PrometheusRuntime."""

    urls: tuple[str, ...] = ()
    unserved: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifications:
    """What becomes of notifications; *told* is whether Prometheus scrapes itself.

    *failing* are the Alertmanagers that refuse some, or do not answer; *dropped* is whether any
    got lost.
    """

    failing: tuple[str, ...] = ()
    dropped: bool = False
    told: bool = True


@dataclass(frozen=True, slots=True)
class FiringWatchdog:
    """Whether the alert that must always fire does."""

    firing: bool
