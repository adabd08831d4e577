import pytest

from exporter.checks import alertmanager_connected
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.monitoring.alertmanager import ActiveAlerts
from exporter.domain.monitoring.prometheus.alerting import (
    ConnectedAlertmanagers,
    DeclaredAlerting,
    FiringWatchdog,
    Notifications,
)
from exporter.domain.monitoring.stack import DeclaredStack, StackValue
from exporter.domain.provenance import Located, Place, Source

HERE = Place(Source.INVENTORY, "conformance.yaml")
THERE = Place(Source.ARGOCD, "monitoring.yaml", 31)
ONE = ConnectedAlertmanagers(("http://a",))
HELD = ActiveAlerts(watchdog="Watchdog", counts={"Watchdog": 1})
LOST = ActiveAlerts(watchdog="Watchdog", counts={})
TOLD = (ONE, Notifications(), FiringWatchdog(firing=True))


def judge(
    *told: object,
    declared: DeclaredAlerting | None = None,
    replicas: str = "",
    gaps: tuple[type, ...] = (),
) -> dict[str, Finding]:
    stated = {StackValue.ALERTMANAGER_REPLICAS: Located(replicas, THERE)} if replicas else {}
    known = (
        declared or DeclaredAlerting(alertmanagers=None, watchdog="Watchdog", place=HERE),
        DeclaredStack(stated),
        *TOLD,
        *told,
    )
    facts = Facts(
        {type(one): one for one in known},
        {kind: (Gap(Source.PROMETHEUS, "no answer"),) for kind in gaps},
    )
    return {one.subject.name: one for one in alertmanager_connected.judge(facts)}


def test_alerts_that_reach_alertmanager_pass() -> None:
    found = judge(HELD)

    assert {name: (one.verdict, one.detail) for name, one in found.items()} == {
        "connection": (Verdict.PASS, ""),
        "notifications": (Verdict.PASS, ""),
        "watchdog": (Verdict.PASS, ""),
    }


@pytest.mark.parametrize(
    ("setting", "replicas", "minimum", "place"),
    [
        pytest.param(None, "", 1, HERE, id="default"),
        pytest.param(None, "3", 3, THERE, id="declared-by-the-repository"),
        pytest.param(2, "3", 2, HERE, id="the-settings-win"),
        pytest.param(None, "many", 1, HERE, id="no-number"),
    ],
)
def test_there_must_be_as_many_as_declared(
    setting: int | None, replicas: str, minimum: int, place: Place
) -> None:
    declared = DeclaredAlerting(alertmanagers=setting, watchdog="", place=HERE)

    finding = judge(declared=declared, replicas=replicas)["connection"]

    assert finding.declared == {"minimum": minimum}
    assert finding.provenance == (place,)
    assert finding.verdict is (Verdict.PASS if minimum == 1 else Verdict.FAIL)


def test_none_connected_fails_and_explains_a_lost_watchdog() -> None:
    found = judge(ConnectedAlertmanagers(()), LOST)

    assert found["connection"].verdict is Verdict.FAIL
    assert found["connection"].detail == "Prometheus notifies 0 Alertmanagers, fewer than 1"
    assert (found["watchdog"].verdict, found["watchdog"].cause) == (
        Verdict.UNKNOWN,
        Cause("alertmanager_connected", found["connection"].subject),
    )


@pytest.mark.parametrize(
    ("told", "verdict", "detail"),
    [
        pytest.param(
            Notifications(failing=("http://a", "http://b")),
            Verdict.FAIL,
            "notifications to http://a, http://b fail",
            id="failing",
        ),
        pytest.param(
            Notifications(dropped=True), Verdict.FAIL, "notifications were dropped", id="lost"
        ),
        pytest.param(
            Notifications(told=False),
            Verdict.UNKNOWN,
            "Prometheus has no prometheus_notifications metrics: it does not scrape itself",
            id="unscraped",
        ),
    ],
)
def test_notifications_must_not_fail(told: Notifications, verdict: Verdict, detail: str) -> None:
    finding = judge(told)["notifications"]

    assert (finding.verdict, finding.detail) == (verdict, detail)


@pytest.mark.parametrize(
    ("told", "verdict", "detail"),
    [
        pytest.param((), Verdict.PASS, "", id="alertmanager-not-asked"),
        pytest.param(
            (FiringWatchdog(firing=False), HELD),
            Verdict.FAIL,
            "Watchdog does not fire",
            id="silent",
        ),
        pytest.param((LOST,), Verdict.FAIL, "Watchdog fires, but Alertmanager lacks it", id="lost"),
        pytest.param(
            (ActiveAlerts(watchdog="Other", counts={}),),
            Verdict.UNKNOWN,
            "Alertmanager is asked for Other, not for Watchdog; observed.alertmanager.watchdog "
            "says which",
            id="alertmanager-asked-for-another",
        ),
    ],
)
def test_the_watchdog_must_fire_and_arrive(
    told: tuple[object, ...], verdict: Verdict, detail: str
) -> None:
    finding = judge(*told)["watchdog"]

    assert (finding.verdict, finding.detail) == (verdict, detail)


@pytest.mark.parametrize(
    ("gap", "subject"),
    [
        pytest.param(Notifications, "notifications", id="notifications"),
        pytest.param(FiringWatchdog, "watchdog", id="watchdog"),
        pytest.param(ActiveAlerts, "watchdog", id="alertmanager"),
    ],
)
def test_what_could_not_be_asked_hides_only_what_depends_on_it(gap: type, subject: str) -> None:
    found = judge(gaps=(gap,))

    unknown = {name for name, one in found.items() if one.verdict is Verdict.UNKNOWN}
    assert unknown == {subject}
    assert "no answer" in found[subject].detail


def test_a_server_without_the_route_is_unknown() -> None:
    finding = judge(ConnectedAlertmanagers(unserved="/x is not served here"))["connection"]

    assert (finding.verdict, finding.detail) == (Verdict.UNKNOWN, "/x is not served here")


def test_what_is_not_expected_is_not_judged() -> None:
    assert judge(declared=DeclaredAlerting(alertmanagers=0, watchdog="", place=HERE)) == {}


@pytest.mark.parametrize(
    ("setting", "verdict"),
    [
        pytest.param(None, Verdict.UNKNOWN, id="what is hidden may say more"),
        pytest.param(1, Verdict.PASS, id="the settings say it"),
    ],
)
@pytest.mark.parametrize("replicas", ["", "1"])
def test_how_many_there_must_be_is_not_guessed(
    setting: int | None, verdict: Verdict, replicas: str
) -> None:
    gap = Gap(Source.ARGOCD, "kps.yaml: is malformed")
    stated = {StackValue.ALERTMANAGER_REPLICAS: Located(replicas, THERE)} if replicas else {}
    known = (
        DeclaredAlerting(alertmanagers=setting, watchdog="", place=HERE),
        DeclaredStack(stated, {StackValue.ALERTMANAGER_REPLICAS: gap}),
        *TOLD,
    )

    connection, _ = alertmanager_connected.judge(Facts({type(one): one for one in known}))

    assert connection.verdict is verdict
    assert connection.cause == (Cause("argocd") if verdict is Verdict.UNKNOWN else None)
