from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from exporter.checks.workload_restarts import CHECK
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.podtroubles import PodRestarts, PodTroubles, Restart
from exporter.domain.policy import AsOf, Policy, RestartLimits
from exporter.domain.workloads import ObservedPods, ObservedWorkloads, PodGroup
from tests.checks import of_objects as make
from tests.checks.of_objects import WEB

NOW = datetime(2025, 11, 12, 5, tzinfo=UTC)
POD = make.template(containers=[])
GROUP = PodGroup(owner=WEB, node="a", tolerations=(), pods=1, ready=1)
HOUR, START = 3600.0, NOW.timestamp() - 9 * 3600


def restart(ago: float, count: int = 1, reason: str = "Error") -> Restart:
    return Restart(NOW.timestamp() - ago, count, reason)


def pod(*seen: Restart, total: int = 50, started: float = START) -> PodRestarts:
    return PodRestarts(started, total, seen)


def world(
    *pods: PodRestarts,
    limits: RestartLimits | None = None,
    groups: tuple[PodGroup, ...] = (GROUP,),
    replicas: int = 1,
    witnesses: datetime | None = NOW,
    now: datetime = NOW,
) -> Facts:
    troubles = PodTroubles({WEB: pods} if pods else {})
    return make.facts(
        make.workloads(make.workload(POD)),
        make.run(make.running(POD, ready=1, replicas=replicas)),
        ObservedPods({WEB: groups} if groups else {}, {}, troubles=troubles),
        Policy(restarts=limits or RestartLimits()),
        AsOf(now, witnesses),
    )


def only(facts: Facts) -> Finding:
    (finding,) = make.judge(CHECK, facts)
    return finding


def test_a_workload_whose_containers_never_restart_passes() -> None:
    finding = only(world())

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")
    assert finding.observed == {"restarts": 0, "out of memory": 0}


@pytest.mark.parametrize(
    ("count", "verdict"), [(2, Verdict.PASS), (3, Verdict.FAIL), (4, Verdict.FAIL)]
)
def test_from_so_many_restarts_within_the_window_on_it_fails(count: int, verdict: Verdict) -> None:
    assert only(world(pod(restart(60, count)))).verdict is verdict


@pytest.mark.parametrize(
    ("ago", "verdict"), [(HOUR, Verdict.FAIL), (HOUR + 1, Verdict.PASS)], ids=["within", "before"]
)
def test_restarts_before_the_window_do_not_count(ago: float, verdict: Verdict) -> None:
    assert only(world(pod(restart(ago, 3)))).verdict is verdict


def test_a_rollout_that_is_under_way_is_waited_for() -> None:
    facts = world(pod(restart(60, 3)))
    running = replace(make.running(POD, ready=1, replicas=1), updated=1)
    settled = Facts({**facts.known, ObservedWorkloads: make.run(running)})

    finding = only(facts)

    assert (finding.verdict, only(settled).progress) == (Verdict.FAIL, None)
    assert finding.progress is not None


def test_the_restarts_of_all_pods_add_up() -> None:
    finding = only(world(pod(restart(60)), pod(restart(70)), pod(restart(80))))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail.startswith("at least 3 restarts of containers within the window; ")
    assert finding.detail.endswith("the last container ended at 2025-11-12T04:59:00+00:00: Error")


@pytest.mark.parametrize(
    ("started", "verdict"), [(60.0, Verdict.FAIL), (HOUR + 1, Verdict.PASS)], ids=["young", "old"]
)
def test_all_restarts_of_a_pod_count_that_is_younger_than_the_window(
    started: float, verdict: Verdict
) -> None:
    young = pod(restart(30), total=5, started=NOW.timestamp() - started)

    assert only(world(young)).verdict is verdict


def test_one_that_took_too_much_memory_is_enough() -> None:
    finding = only(world(pod(restart(60, 1, "OOMKilled"))))

    assert finding.verdict is Verdict.FAIL
    assert "1 of them as they took more memory than they may (OOMKilled)" in finding.detail
    assert only(world(pod(restart(HOUR + 1, 1, "OOMKilled")))).verdict is Verdict.PASS


def test_the_settings_set_the_limits() -> None:
    limits = RestartLimits(window=timedelta(minutes=1), restarts=2, out_of_memory=2)

    assert only(world(pod(restart(60, 2)), limits=limits)).verdict is Verdict.FAIL
    assert only(world(pod(restart(61, 2)), limits=limits)).verdict is Verdict.PASS
    assert only(world(pod(restart(60, 1, "OOMKilled")), limits=limits)).verdict is Verdict.PASS


def test_in_an_old_dump_ages_count_to_the_newest_restart() -> None:
    later = NOW + timedelta(days=100)

    old = world(pod(restart(0), restart(60, 2)), witnesses=None, now=later)
    alone = world(pod(restart(0), restart(HOUR + 1, 2)), witnesses=None, now=later)

    assert only(old).verdict is Verdict.FAIL
    assert only(alone).verdict is Verdict.PASS


def test_without_pods_nobody_can_tell() -> None:
    finding = only(world(groups=()))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause == Cause("workload_ready", Subject("Deployment", "shop", "web"))
    assert only(world(groups=(), replicas=0)).verdict is Verdict.PASS


def test_a_workload_that_is_missing_is_its_own_matter() -> None:
    known = world().known

    finding = only(Facts({**known, ObservedWorkloads: ObservedWorkloads({})}))

    assert finding.cause == Cause("workload_present", Subject("Deployment", "shop", "web"))
