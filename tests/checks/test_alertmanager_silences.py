from datetime import timedelta

import pytest

from exporter.checks import alertmanager_silences
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Verdict
from exporter.domain.instants import parse_instant
from exporter.domain.monitoring.alertmanager import (
    ActiveAlerts,
    DeclaredAlertmanager,
    Matcher,
    Silence,
    Silences,
)
from exporter.domain.policy import AsOf
from exporter.domain.provenance import Place, Source

NOW = parse_instant("2025-11-12T14:30:00+09:00")
PLACE = Place(Source.INVENTORY, "conformance.yaml")
DAY = timedelta(days=1)


def equal(name: str, value: str) -> Matcher:
    return Matcher(name=name, value=value)


def like(name: str, value: str, *, holds: bool = True) -> Matcher:
    return Matcher(name=name, value=value, regex=True, equal=holds)


def silence(
    *matchers: Matcher,
    ends: timedelta = 2 * DAY,
    starts: timedelta = -DAY,
    id: str = "s1",  # noqa: A002 - as the field is called
) -> Silence:
    return Silence(
        id=id,
        matchers=matchers,
        starts=NOW + starts,
        ends=NOW + ends,
        created_by="kim",
        comment="works",
    )


ALL = like("alertname", "ClusterConformance.*")


def judge(*silences: Silence, alerts: ActiveAlerts | None = None) -> Finding:
    known = (
        AsOf(NOW),
        DeclaredAlertmanager(place=PLACE),
        Silences(silences),
        alerts or ActiveAlerts(watchdog="Watchdog", counts={"ClusterConformanceNodeMissing": 1}),
    )
    (finding,) = alertmanager_silences.judge(Facts({type(one): one for one in known}))
    return finding


@pytest.mark.parametrize(
    "matchers",
    [
        pytest.param((ALL,), id="our names"),
        pytest.param((like("alertname", ".+"),), id="any name"),
        pytest.param((Matcher(name="alertname", value="Watchdog", equal=False),), id="all but one"),
        pytest.param((like("alertname", "Watchdog|Other", holds=False),), id="all but others"),
        pytest.param((ALL, like("severity", "critical|warning|info")), id="every severity"),
        pytest.param((ALL, like("team", ".*")), id="a label that may be absent"),
        pytest.param((ALL, Matcher(name="team", value="x", equal=False)), id="another team"),
    ],
)
def test_a_silence_of_all_our_alerts_for_more_than_a_day_fails(
    matchers: tuple[Matcher, ...],
) -> None:
    finding = judge(silence(*matchers))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == "all our alerts by kim until 2025-11-14T05:30+00:00 (works)"


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(silence(ALL, ends=DAY), id="a day at most"),
        pytest.param(silence(ALL, equal("severity", "info")), id="one severity"),
        pytest.param(silence(ALL, like("severity", "info|warning")), id="some severities"),
        pytest.param(silence(ALL, equal("object_name", "k8s-redis")), id="one object"),
        pytest.param(silence(equal("alertname", "ClusterConformanceNodeMissing")), id="one alert"),
        pytest.param(silence(like("alertname", "ClusterConformanceNode.*")), id="some alerts"),
    ],
)
def test_a_silence_of_some_alerts_or_for_a_while_is_listed_only(one: Silence) -> None:
    finding = judge(one)

    assert finding.verdict is Verdict.PASS
    assert "by kim until " in finding.detail
    assert isinstance(finding.observed, list)
    assert len(finding.observed) == 1


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(silence(equal("alertname", "Watchdog")), id="another alert"),
        pytest.param(silence(like("alertname", "Kube.*")), id="other alerts"),
        pytest.param(silence(ALL, ends=timedelta(0)), id="over"),
        pytest.param(silence(ALL, starts=timedelta(minutes=1)), id="not yet"),
        pytest.param(silence(equal("namespace", "shop")), id="no name at all"),
        pytest.param(silence(like("alertname", "ClusterConf.*", holds=False)), id="all but ours"),
    ],
)
def test_a_silence_that_does_not_touch_ours_is_not_listed(one: Silence) -> None:
    finding = judge(one)

    assert (finding.verdict, finding.detail, finding.observed) == (Verdict.PASS, "", [])


def test_a_silence_that_keeps_one_of_ours_quiet_now_is_listed_whatever_it_says() -> None:
    quiet = ActiveAlerts(
        watchdog="Watchdog", counts={"ClusterConformanceNodeMissing": 2}, silenced={"s1": 2}
    )

    finding = judge(silence(equal("object_name", "k8s-redis")), alerts=quiet)

    assert finding.verdict is Verdict.PASS
    assert finding.detail == 'object_name="k8s-redis" by kim until 2025-11-14T05:30+00:00 (works)'
    assert finding.observed == [
        {
            "id": "s1",
            "matchers": ['object_name="k8s-redis"'],
            "by": "kim",
            "until": "2025-11-14T05:30+00:00",
            "silenced": 2,
        }
    ]


@pytest.mark.parametrize(
    "matchers",
    [
        pytest.param((ALL,), id="our names"),
        pytest.param((like("alertname", "ClusterConf.+"), like("severity", ".+")), id="alike"),
        pytest.param((like("alertname", ".*Conformance.*"),), id="any with that word"),
    ],
)
def test_the_alert_of_it_is_heard_where_all_others_are_silenced(
    matchers: tuple[Matcher, ...],
) -> None:
    finding, alert = judge(silence(*matchers)), alertmanager_silences.CHECK.alert
    assert alert is not None
    labels = {"alertname": alert.full_name, "severity": "info"}

    silent = all(one.matches(labels.get(one.name, "")) for one in matchers)

    assert finding.verdict is Verdict.FAIL
    assert not silent


def test_a_silence_of_that_alert_alone_is_listed() -> None:
    finding = judge(silence(equal("alertname", "DriftAlertsSilenced")))

    assert finding.verdict is Verdict.PASS
    assert 'alertname="DriftAlertsSilenced" by kim' in finding.detail


def test_an_expression_that_cannot_be_tried_silences_what_alertmanager_says() -> None:
    hostile = silence(like("alertname", "(C|[a-zA-Z]+)*!"))
    quiet = ActiveAlerts(watchdog="Watchdog", silenced={"s1": 1})

    assert judge(hostile).detail == ""
    assert judge(hostile, alerts=quiet).detail.startswith("alertname=~")


def test_those_of_all_our_alerts_stand_first_and_ten_are_listed() -> None:
    some = [
        silence(equal("alertname", f"ClusterConformance{number}"), id=f"s{number}")
        for number in range(12)
    ]

    finding = judge(*some, silence(ALL, id="all"))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail.startswith("all our alerts by kim")
    assert finding.detail.endswith(" and 3 more")
    assert isinstance(finding.observed, list)
    assert len(finding.observed) == 10


def test_a_silence_of_which_nobody_tells_what_it_covers_is_unknown_by_itself() -> None:
    untold, other = silence(id="s2"), silence(equal("alertname", "Other"))

    assert judge(untold, other).verdict is Verdict.UNKNOWN
    assert judge(untold, silence(ALL)).verdict is Verdict.FAIL
    assert judge(silence(id="s2", ends=-DAY), other).verdict is Verdict.PASS


@pytest.mark.parametrize("ahead", [timedelta(hours=-6), timedelta(hours=6)])
def test_a_silence_holds_by_the_clock_of_who_ends_it(ahead: timedelta) -> None:
    ends_soon = silence(ALL, starts=ahead - DAY / 24, ends=ahead + DAY / 24)
    known = (
        AsOf(NOW),
        DeclaredAlertmanager(place=PLACE),
        Silences((ends_soon,), ahead=ahead),
        ActiveAlerts(watchdog="Watchdog", counts={}),
    )

    (finding,) = alertmanager_silences.judge(Facts({type(one): one for one in known}))

    assert len(finding.observed) == 1  # type: ignore[arg-type] # a list of those that hold
    assert finding.verdict is Verdict.PASS
