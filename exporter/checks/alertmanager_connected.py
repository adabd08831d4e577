"""Alerts of Prometheus must reach Alertmanager, as one that always fires proves."""

from collections.abc import Iterator

from msgspec.structs import replace

from exporter.checks import unknowns
from exporter.checks.wording import excerpt, listing
from exporter.domain.check import Alert, Check
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.monitoring.alertmanager import ActiveAlerts
from exporter.domain.monitoring.prometheus.alerting import (
    ConnectedAlertmanagers,
    DeclaredAlerting,
    FiringWatchdog,
    Notifications,
)
from exporter.domain.monitoring.stack import Component, DeclaredStack, StackValue
from exporter.domain.provenance import Place

ID = "alertmanager_connected"
CONNECTION = Subject("Alertmanager", "", "connection")
NOTIFICATIONS = Subject("Alertmanager", "", "notifications")
SETTLES = "observed.alertmanager.replicas can say it"
WATCHDOG = Subject("Alertmanager", "", "watchdog")


def expected(facts: Facts) -> list[Subject]:
    """Return the parts of the way to Alertmanager that are declared, sorted."""
    declared = facts.find(DeclaredAlerting)
    if declared is None:
        return []
    connected = [CONNECTION, NOTIFICATIONS] if declared.alertmanagers != 0 else []
    return [*connected, *([WATCHDOG] if declared.watchdog else [])]


def judge(facts: Facts) -> Iterator[Finding]:
    """Look at the connection, at what becomes of notifications, and at the watchdog."""
    subjects, found = expected(facts), list[Finding]()
    if CONNECTION in subjects:
        found += _judge_connection(facts), _judge_notifications(facts)
    if WATCHDOG in subjects:
        cut = [one.subject for one in found if one.verdict is Verdict.FAIL]
        found.append(_judge_watchdog(facts, Cause(ID, cut[0], len(cut) - 1) if cut else None))
    yield from found


def _judge_connection(facts: Facts) -> Finding:
    minimum, place = _minimum(facts)
    told, hidden = facts.get(ConnectedAlertmanagers), _hidden(facts)
    count = len(told.urls)
    verdict, detail, cause = Verdict.PASS, "", None
    if told.unserved:
        verdict, detail = Verdict.UNKNOWN, told.unserved
    elif hidden is not None:
        verdict, cause = Verdict.UNKNOWN, Cause(hidden.source)
        detail = f"how many there must be is not known: {hidden.message}; {SETTLES}"
    elif count < minimum:
        verdict = Verdict.FAIL
        detail = f"Prometheus notifies {count} Alertmanagers, fewer than {minimum}"
    return Finding(
        check=ID,
        subject=CONNECTION,
        verdict=verdict,
        detail=detail,
        declared={"minimum": minimum},
        observed=[excerpt(url) for url in told.urls],
        provenance=(place,),
        cause=cause,
    )


def _hidden(facts: Facts) -> Gap | None:
    """Return why nobody can tell how many there must be, where the settings do not say it."""
    stack = facts.find(DeclaredStack)
    if stack is None or facts.get(DeclaredAlerting).alertmanagers is not None:
        return None
    return stack.hidden(StackValue.ALERTMANAGER_REPLICAS)


def _minimum(facts: Facts) -> tuple[int, Place]:
    """Return how many there must be, and who says so; one where nobody does."""
    declared, stack = facts.get(DeclaredAlerting), facts.find(DeclaredStack)
    if declared.alertmanagers is not None:
        return declared.alertmanagers, declared.place
    replicas = stack.count(StackValue.ALERTMANAGER_REPLICAS) if stack else None
    return (replicas.value, replicas.place) if replicas else (1, declared.place)


def _judge_notifications(facts: Facts) -> Finding:
    told, blind = facts.find(Notifications), unknowns.blind(facts, (Notifications,))
    if told is None or blind:
        return _finding(NOTIFICATIONS, verdict=Verdict.UNKNOWN, detail=blind, facts=facts)
    if not told.told:
        said = "Prometheus has no prometheus_notifications metrics: it does not scrape itself"
        return _finding(NOTIFICATIONS, verdict=Verdict.UNKNOWN, detail=said, facts=facts)
    failing = [excerpt(one) for one in told.failing]
    trouble = [f"notifications to {listing(failing)} fail"] if failing else []
    trouble += ["notifications were dropped"] if told.dropped else []
    verdict = Verdict.FAIL if trouble else Verdict.PASS
    return _finding(NOTIFICATIONS, verdict=verdict, detail="; ".join(trouble), facts=facts)


def _judge_watchdog(facts: Facts, cut: Cause | None) -> Finding:
    """Judge the alert that always fires: it must fire, and arrive where that can be seen.

    That it does not arrive where the way is *cut* follows from that.
    """
    name = facts.get(DeclaredAlerting).watchdog
    told, arrived = facts.find(FiringWatchdog), facts.find(ActiveAlerts)
    blind = unknowns.blind(facts, (FiringWatchdog, *((ActiveAlerts,) if _awaited(facts) else ())))
    if told is not None and not facts.gaps_in((FiringWatchdog,)) and not told.firing:
        return _finding(WATCHDOG, verdict=Verdict.FAIL, detail=f"{name} does not fire", facts=facts)
    if blind or told is None:
        return _finding(WATCHDOG, verdict=Verdict.UNKNOWN, detail=blind, facts=facts)
    if arrived is not None and arrived.watchdog != name:
        said = f"Alertmanager is asked for {excerpt(arrived.watchdog)}, not for {excerpt(name)}"
        said += "; observed.alertmanager.watchdog says which"
        return _finding(WATCHDOG, verdict=Verdict.UNKNOWN, detail=said, facts=facts)
    if arrived is not None and not arrived.watchdog_arrives:
        lost = _finding(
            WATCHDOG,
            verdict=Verdict.FAIL,
            detail=f"{name} fires, but Alertmanager lacks it",
            facts=facts,
        )
        return replace(lost, verdict=Verdict.UNKNOWN, cause=cut) if cut else lost
    return _finding(WATCHDOG, verdict=Verdict.PASS, detail="", facts=facts)


def _awaited(facts: Facts) -> bool:
    """Tell whether Alertmanager is asked for what arrives, whether it answers or not."""
    return facts.is_asked(ActiveAlerts)


def _finding(subject: Subject, *, verdict: Verdict, detail: str, facts: Facts) -> Finding:
    return Finding(
        check=ID,
        subject=subject,
        verdict=verdict,
        detail=detail,
        provenance=(facts.get(DeclaredAlerting).place,),
    )


CHECK = Check(
    id=ID,
    layer=Layer.OBSERVABILITY,
    severity=Severity.CRITICAL,
    title="Alerts reach Alertmanager",
    needs=(DeclaredAlerting, ConnectedAlertmanagers),
    weighs=(DeclaredStack, Notifications, FiringWatchdog, ActiveAlerts),
    subjects=expected,
    judge=judge,
    aspect="connected",
    component=Component.ALERTMANAGER,
    headline=True,
    advice="Connect Prometheus with the declared Alertmanager.",
    alert=Alert(
        name="AlertmanagerNotConnected",
        after="15m",
        summary="Alerts do not reach Alertmanager.",
        description=(
            "The {{ $labels.object_name }} of Prometheus to Alertmanager{of_cluster} is not as "
            "declared: too few are active, notifications fail, or the Watchdog does not arrive; "
            "alerts may reach nobody. Next: is Alertmanager up, and does Prometheus find it?"
        ),
        why="Longer than what one restart of an Alertmanager leaves in the rate of errors.",
    ),
)
