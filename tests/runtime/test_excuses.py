"""Every excuse is dated and ends; nothing but progress renews it."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.excuses import Basis, Excuse, ExcuseReason
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.policy import Maintenance
from exporter.runtime.history import Decisions, History
from tests.runtime.judging import (
    DEADLINE,
    NOW,
    Judging,
    failing,
    minutes,
    passing,
    rolling,
    unknown,
)

STILL, OVER = Verdict.SUPPRESSED, Verdict.FAIL
READY = (0, 1, 2, 3)
LONG = DEADLINE.total_seconds() / 60 - 20
"""Minutes: passing for longer may end a rollout, as nobody looks more often than tests do."""


def once() -> Judging:
    """Return who looks once, as ``check`` and ``report`` do."""
    return Judging(history=None)


def excuse(at: float, found: Finding, judging: Judging) -> Excuse:
    (one,) = judging.see(at, found).findings
    assert one.verdict is Verdict.SUPPRESSED
    assert one.excuse
    return one.excuse


def test_an_excuse_says_what_it_waits_for_since_when_and_until_when() -> None:
    judging = once()

    (one,) = judging.see(5, failing(rolling(since=NOW, limit=timedelta(minutes=10)))).findings

    assert one.excuse == Excuse(
        reason=ExcuseReason.ROLLOUT,
        waits_for="a rollout is under way",
        since=NOW,
        until=minutes(10),
        basis=Basis.OBJECT,
    )
    assert one.detail == (
        "2 of 3 pods are ready; a rollout is under way (since 2025-11-12T05:30:00+00:00; "
        "until 2025-11-12T05:40:00+00:00 at the latest)"
    )


@pytest.mark.parametrize(
    ("limit", "last"),
    [
        pytest.param(timedelta(minutes=10), 10, id="of its own"),
        pytest.param(None, 30, id="of the settings"),
    ],
)
def test_an_excuse_ends_at_the_deadline_though_nothing_changes(
    limit: timedelta | None, last: int
) -> None:
    judging, found = Judging(), failing(rolling(since=NOW, limit=limit))

    seen = [judging.verdict(at, found) for at in (0, last - 1, last)]

    assert seen == [STILL, STILL, OVER]


def test_what_is_overdue_says_so() -> None:
    (one,) = once().see(31, failing(rolling(since=NOW))).findings

    assert (one.verdict, one.excuse) == (Verdict.FAIL, None)
    assert one.detail.endswith("at the latest), now overdue")


def test_an_excuse_without_end_is_none_that_overflows() -> None:
    judging = Judging(decisions=Decisions(deadline=timedelta.max))

    assert judging.verdict(0, failing(rolling(since=NOW))) is STILL


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(failing(rolling()), id="no instant"),
        pytest.param(failing(rolling(earliest=minutes(-60))), id="made too long ago to tell"),
    ],
)
def test_who_looks_once_excuses_nothing_that_he_cannot_date(found: Finding) -> None:
    (one,) = once().see(0, found).findings

    assert (one.verdict, one.excuse, one.cause) == (Verdict.UNKNOWN, None, None)
    assert one.detail == (
        "2 of 3 pods are ready; a rollout is under way, and nothing tells since when"
    )


def test_what_was_made_lately_cannot_have_begun_before() -> None:
    found = failing(rolling(earliest=minutes(-29)))

    assert excuse(0, found, once()).until == minutes(1)
    assert excuse(0, found, Judging()).until == minutes(30), "the process sees to its end"


def test_what_was_under_way_already_counts_from_the_start_of_the_exporter_and_says_so() -> None:
    judging, found = Judging(), failing(rolling())

    first = excuse(10, found, judging)

    assert (first.since, first.basis) == (NOW, Basis.EXPORTER_START)
    assert "counted from the exporter's start" in str(first)
    assert [judging.verdict(at, found) for at in (29, 30)] == [STILL, OVER]


def test_what_is_seen_to_begin_counts_from_then() -> None:
    judging = Judging()
    judging.see(600, passing())

    seen = excuse(601, failing(rolling()), judging)

    assert (seen.since, seen.basis) == (minutes(601), Basis.FIRST_SIGHT)


def test_what_began_while_nobody_could_look_counts_from_when_that_began() -> None:
    judging = Judging()
    judging.see(600, passing())
    judging.see(601, unknown())

    seen = excuse(610, failing(rolling()), judging)

    assert (seen.since, seen.basis) == (minutes(601), Basis.FIRST_SIGHT)


def test_what_nobody_could_look_at_from_the_start_counts_from_then() -> None:
    judging = Judging()
    judging.see(1, unknown())

    assert excuse(10, failing(rolling()), judging).basis is Basis.EXPORTER_START


def test_a_subject_that_comes_and_goes_renews_nothing() -> None:
    judging, other = Judging(), passing(Subject("StatefulSet", "db", "other"))
    judging.see(0, failing(rolling()))
    judging.see(29, other)

    assert judging.verdict(31, failing(rolling())) is OVER


def test_a_restart_does_not_renew_what_the_object_dates() -> None:
    found = failing(rolling(since=minutes(-25)))

    restarted = Judging()

    assert [restarted.verdict(at, found) for at in (4, 5)] == [STILL, OVER]


@pytest.mark.parametrize("since", [NOW, None], ids=["dated", "not dated"])
def test_a_flicker_of_readiness_renews_nothing(since: datetime | None) -> None:
    judging = Judging()
    crashing = (failing(rolling(since=since, counts=(1, 2))), passing())

    seen = [judging.verdict(at, crashing[at % 2]) for at in range(41)]

    assert seen[0:30:2] == [STILL] * 15
    assert seen[30::2] == [OVER] * 6


def test_a_flicker_renews_nothing_though_the_object_is_dated_anew_by_it() -> None:
    judging = Judging()

    seen = [
        judging.verdict(at, failing(rolling(since=minutes(at), counts=(1, 2 + at % 2))))
        for at in range(40)
    ]

    assert seen[:30] == [STILL] * 30
    assert seen[31:] == [OVER] * 9, "the first flicker was progress, the others were none"


def test_progress_renews() -> None:
    judging = Judging()
    judging.see(0, failing(rolling(since=NOW, counts=(1, 2))))

    more = excuse(20, failing(rolling(since=minutes(19), counts=(2, 2))), judging)
    undated = excuse(40, failing(rolling(counts=(2, 3))), judging)

    assert (more.since, more.basis) == (minutes(19), Basis.OBJECT)
    assert (undated.since, undated.basis) == (minutes(40), Basis.FIRST_SIGHT)


def test_less_of_one_and_more_of_another_is_progress_once_only() -> None:
    judging = Judging()
    counts = [(3, 0), (2, 1), (3, 0), (2, 1)]

    since = [
        excuse(at, failing(rolling(counts=one)), judging).since for at, one in enumerate(counts)
    ]

    assert since == [NOW, minutes(1), minutes(1), minutes(1)]


def test_another_rollout_is_excused_anew() -> None:
    judging = Judging()
    judging.see(0, failing(rolling()))

    assert judging.verdict(31, failing(rolling())) is OVER
    assert judging.verdict(32, failing(rolling(round="8"))) is STILL


def test_the_same_rollout_is_another_one_once_the_subject_has_passed_for_long() -> None:
    judging = Judging()
    judging.see(0, failing(rolling()))
    judging.see(1, passing())
    judging.see(32, passing())

    assert excuse(33, failing(rolling()), judging).since == minutes(33)


def test_what_may_settle_by_itself_has_settled_with_each_pass() -> None:
    judging, settling = Judging(), failing(rolling(round=""))

    judging.see(0, settling)
    judging.see(29, passing())
    again = excuse(30, settling, judging)

    assert again.since == minutes(30)


def test_what_may_settle_does_not_settle_while_nobody_can_look() -> None:
    judging, settling = Judging(), failing(rolling(round=""))

    judging.see(0, settling)
    judging.see(10, unknown())

    assert judging.verdict(31, settling) is OVER


def test_a_failure_that_nothing_is_done_about_renews_nothing_between() -> None:
    judging = Judging()

    judging.see(0, failing(rolling()))
    judging.see(10, failing())

    assert judging.verdict(31, failing(rolling())) is OVER


def test_what_begins_during_maintenance_has_begun_when_that_ends() -> None:
    node = Subject("Node", "", "n")
    window = Maintenance(nodes=("n",), start=NOW, end=minutes(20))
    judging = Judging(decisions=Decisions(deadline=DEADLINE, maintenance=(window,)))
    judging.see(0, passing(node))

    found = [
        judging.see(at, failing(rolling(), subject=node)).findings[0] for at in (1, 19, 20, 31)
    ]

    reasons = [one.excuse.reason for one in found if one.excuse]
    assert reasons == [*["maintenance"] * 2, "rollout"]
    assert found[-1].verdict is Verdict.FAIL


def test_an_instant_that_lies_ahead_is_none_yet() -> None:
    judging, ahead = Judging(), failing(rolling(since=minutes(10_000)))

    seen = excuse(0, ahead, judging)

    assert seen.since == NOW
    assert judging.verdict(30, ahead) is OVER


def test_a_clock_that_is_set_back_puts_no_beginning_into_the_future() -> None:
    judging, found = Judging(), failing(rolling())
    judging.see(60, passing())
    judging.see(61, found)

    (back,) = judging.see(-60, found).findings

    assert back.excuse
    assert back.excuse.since == minutes(-60)
    assert back.since == minutes(-60)


def test_many_excuses_end_one_by_one() -> None:
    judging = Judging()
    found = [
        failing(
            rolling(since=NOW, limit=timedelta(minutes=last)), subject=Subject("Node", "", name)
        )
        for name, last in (("a", 20), ("b", 10))
    ]

    seen = [[one.verdict for one in judging.see(at, *found).findings] for at in (0, 9, 10, 19, 20)]

    assert seen == [[STILL, STILL], [STILL, STILL], [STILL, OVER], [STILL, OVER], [OVER, OVER]]


@given(
    steps=st.lists(
        st.tuples(
            st.integers(1, 20),
            st.sampled_from(["fail", "pass", "unknown", "fail without"]),
            st.sampled_from(READY),
            st.booleans(),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_whatever_flickers_one_rollout_is_excused_anew_by_progress_only(
    steps: list[tuple[int, str, int, bool]],
) -> None:
    """So it begins once, and is renewed by each larger count of ready pods once at the most."""
    judging, at, passed = Judging(), 0.0, 0.0
    began: set[datetime] = set()
    for pause, kind, ready, dated in steps:
        at += pause
        progress = rolling(since=minutes(at) if dated else None, counts=(1, ready))
        found = {
            "fail": failing(progress),
            "pass": passing(),
            "unknown": unknown(),
            "fail without": failing(),
        }[kind]
        passed = passed + pause if kind == "pass" else 0
        (one,) = judging.see(at, found).findings

        began = began if passed < LONG else set()
        began |= {one.excuse.since} if one.excuse else set()

        assert len(began) <= len(READY)


def test_who_remembers_is_told_when_he_started() -> None:
    untold = Judging(history=History())

    assert excuse(7, failing(rolling()), untold).since == minutes(7), "his first look, else"


@pytest.mark.parametrize("ahead", [timedelta(hours=-6), timedelta(0), timedelta(hours=6)])
def test_an_excuse_lasts_as_long_however_far_the_objects_clock_is_from_ours(
    ahead: timedelta,
) -> None:
    judging = Judging(decisions=Decisions(deadline=DEADLINE, ahead=ahead))
    found = failing(rolling(since=NOW + ahead, earliest=NOW + ahead))

    seen = [judging.verdict(at, found) for at in (1, 29, 30)]

    assert seen == [STILL, STILL, OVER]
