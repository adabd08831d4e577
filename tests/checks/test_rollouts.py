"""What of a workload's own object may excuse that it is not yet as it shall be."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exporter.checks.rollouts import progress
from exporter.domain.declaration import WorkloadKey
from exporter.domain.excuses import ExcuseReason, Progress
from exporter.domain.workloads import ObservedWorkload

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
ROLLING: dict[str, Any] = {"replicas": 3, "ready": 2, "updated": 1, "total": 3, "revision": "7"}


def under_way(kind: str = "Deployment", **status: Any) -> Progress | None:
    key = WorkloadKey("api", kind, "auth-api")
    return progress(ObservedWorkload(key=key, manifest={}, **status))


@pytest.mark.parametrize(
    ("status", "waits_for"),
    [
        pytest.param(
            ROLLING,
            "a rollout is under way: 1 of 3 pods are of the newest template",
            id="new pods lack",
        ),
        pytest.param(
            {"replicas": 2, "ready": 1, "updated": 2, "total": 3},
            "a rollout is under way: 1 old pods are to go",
            id="old pods are left",
        ),
        pytest.param(
            {"replicas": 2, "updated": 2, "total": 2, "generation": 8, "observed_generation": 7},
            "a rollout is under way: its controller has seen generation 7 of 8",
            id="not seen yet",
        ),
        pytest.param(
            {"replicas": 3, "updated": 2, "total": 2, "rollout_complete": True},
            "pods are being made: 2 of 3 are there",
            id="scaling",
        ),
    ],
)
def test_what_is_under_way_says_what_it_waits_for(status: dict[str, Any], waits_for: str) -> None:
    found = under_way(**status)

    assert found
    assert found.waits_for == waits_for


@pytest.mark.parametrize(
    "status",
    [
        pytest.param({"replicas": 2, "ready": 1, "updated": 2, "total": 2}, id="rolled out"),
        pytest.param({**ROLLING, "rollout_failed": True}, id="given up"),
    ],
)
def test_what_is_done_or_given_up_is_no_excuse(status: dict[str, Any]) -> None:
    assert under_way(**status) is None


def test_a_rollout_has_its_own_instant_and_deadline() -> None:
    made, deadline = NOW - timedelta(days=9), timedelta(minutes=10)

    found = under_way(**ROLLING, progressed=NOW, progress_deadline=deadline, created=made)

    assert found == Progress(
        reason=ExcuseReason.ROLLOUT,
        waits_for="a rollout is under way: 1 of 3 pods are of the newest template",
        since=NOW,
        earliest=made,
        limit=deadline,
        round="7",
        counts=(1, 2),
    )


def test_scaling_is_not_dated_by_the_rollout_before_it() -> None:
    found = under_way(**ROLLING, progressed=NOW, rollout_complete=True)

    assert found
    assert (found.reason, found.since) == (ExcuseReason.SCALING, None)


@pytest.mark.parametrize(
    "edited",
    [
        pytest.param({"replicas": 9}, id="other replicas"),
        pytest.param({"generation": 9, "observed_generation": 8}, id="edited again"),
        pytest.param({"ready": 0}, id="less ready"),
    ],
)
def test_it_is_the_same_rollout_as_long_as_the_template_is_the_same(
    edited: dict[str, int],
) -> None:
    first, second = under_way(**ROLLING), under_way(**{**ROLLING, **edited})

    assert first
    assert second
    assert first.round == second.round


def test_a_controller_that_sees_nothing_is_one_thing_to_wait_for_however_often_it_is_edited() -> (
    None
):
    first, second = (
        under_way("DaemonSet", replicas=2, generation=generation, observed_generation=3)
        for generation in (4, 5)
    )

    assert first
    assert second
    assert first.round == second.round


def test_a_node_that_a_daemonset_gains_is_something_else_to_wait_for() -> None:
    first, second = (under_way("DaemonSet", replicas=nodes, updated=9) for nodes in (10, 11))

    assert first
    assert second
    assert first.round != second.round
