"""A cause explains only as long as what it names does not pass."""

from collections.abc import Sequence

import pytest

from exporter.domain.excuses import Progress
from exporter.domain.finding import INTERNAL, Cause, Finding, Subject, Verdict
from exporter.domain.policy import Maintenance, Waiver
from exporter.domain.provenance import Source
from exporter.runtime.history import Decisions
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

NODE, OTHER = Subject("Node", "", "n"), Subject("Node", "", "other")
LOST = Cause("node_ready", NODE)
WAIVER = Waiver(check="node_ready", subject="*", reason="r", owner="o", expires=minutes(60))
WINDOW = Maintenance(nodes=("n",), start=NOW, end=minutes(60))


def explained(found: Finding, *, decisions: Decisions | None = None) -> Finding:
    """Return what becomes of a finding that follows from what is *found* of a node."""
    judging = Judging(decisions=decisions or Decisions(deadline=DEADLINE))
    outcome = judging.see(0, node_ready=[found], made_up=[unknown(cause=LOST)])
    return outcome.by_check["made_up"][0]


@pytest.mark.parametrize(
    ("found", "decisions"),
    [
        pytest.param(failing(subject=NODE), None, id="fails"),
        pytest.param(unknown(NODE), None, id="is unknown"),
        pytest.param(failing(subject=NODE), Decisions(waivers=(WAIVER,)), id="is waived"),
        pytest.param(failing(subject=NODE), Decisions(maintenance=(WINDOW,)), id="is suppressed"),
    ],
)
def test_what_its_cause_does_not_pass_is_explained(
    found: Finding, decisions: Decisions | None
) -> None:
    one = explained(found, decisions=decisions)

    assert one.cause == LOST
    assert not one.is_blind_spot


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(passing(NODE), id="its cause passes"),
        pytest.param(failing(subject=OTHER), id="its cause was never judged"),
    ],
)
def test_what_nothing_explains_stands_for_itself(found: Finding) -> None:
    one = explained(found)

    assert (one.verdict, one.cause) == (Verdict.UNKNOWN, None)
    assert one.is_blind_spot


def test_a_check_that_does_not_run_explains_nothing() -> None:
    (one,) = Judging().see(0, unknown(cause=LOST)).findings

    assert one.is_blind_spot


@pytest.mark.parametrize("cause", [Cause(Source.KUBERNETES), Cause(INTERNAL), None])
def test_a_source_that_could_not_be_read_is_a_blind_spot(cause: Cause | None) -> None:
    (one,) = Judging().see(0, unknown(cause=cause)).findings

    assert one.cause == cause
    assert one.is_blind_spot


def test_a_cause_that_recovers_explains_no_longer_though_the_finding_is_the_same() -> None:
    judging, following = Judging(), [unknown(cause=LOST)]
    judging.see(0, node_ready=[failing(subject=NODE)], made_up=following)

    after = judging.see(1, node_ready=[passing(NODE)], made_up=following)
    again = judging.see(2, node_ready=[failing(subject=NODE)], made_up=following)

    assert [one.by_check["made_up"][0].cause for one in (after, again)] == [None, LOST]


def follow(**checks: Sequence[Finding]) -> list[str]:
    """Return the checks whose first finding stands for itself."""
    outcome = Judging().see(0, **checks)
    return [name for name, some in outcome.by_check.items() if some[0].is_blind_spot]


def test_a_chain_is_as_good_as_its_end() -> None:
    alone = follow(
        a=[unknown(NODE, cause=Cause("b", NODE))],
        b=[unknown(NODE, cause=Cause("c", NODE))],
        c=[passing(NODE)],
    )
    explained = follow(
        a=[unknown(NODE, cause=Cause("b", NODE))],
        b=[unknown(NODE, cause=Cause("c", NODE))],
        c=[failing(subject=NODE)],
    )

    assert (alone, explained) == (["b"], [])


def test_findings_that_follow_from_each_other_explain_nothing() -> None:
    alone = follow(
        a=[unknown(NODE, cause=Cause("b", NODE))],
        b=[unknown(NODE, cause=Cause("a", NODE))],
        c=[unknown(NODE, cause=Cause("a", NODE))],
    )

    assert alone == ["a", "b", "c"]


def test_a_failure_loses_a_cause_that_passes_and_fails_all_the_same() -> None:
    images = Cause("workload_images", NODE)
    progress: Progress = rolling(since=minutes(-60))

    outcome = Judging().see(
        0,
        workload_images=[passing(NODE)],
        made_up=[Finding(check="", subject=NODE, verdict=Verdict.FAIL, cause=images)],
        other=[failing(progress, subject=NODE)],
    )

    (one,) = outcome.by_check["made_up"]
    assert (one.verdict, one.cause) == (Verdict.FAIL, None)


def test_what_is_explained_as_before_stays_the_very_same() -> None:
    judging = Judging()
    node, following = [failing(subject=NODE)], [unknown(cause=LOST)]

    first = judging.see(0, node_ready=node, made_up=following)
    second = judging.see(1, node_ready=node, made_up=following)

    assert second.by_check["made_up"] is first.by_check["made_up"]
