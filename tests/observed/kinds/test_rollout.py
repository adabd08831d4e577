from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from exporter.domain.declaration import WorkloadKey
from exporter.domain.errors import ParseError
from exporter.domain.workloads import ObservedWorkload
from exporter.observed.collection import Collection
from exporter.observed.kinds import FACTS, KINDS
from exporter.observed.kinds.rollout import KIND

KEY = WorkloadKey("shop", "Rollout", "web")
TEMPLATE = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": []}}


def rollout(spec: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    metadata = {"name": "web", "namespace": "shop", "generation": 4}
    return {"metadata": metadata, "spec": spec or {"replicas": 3}, "status": status}


def observed(content: dict[str, Any], **others: Any) -> dict[WorkloadKey, ObservedWorkload]:
    folds = {kind.kind: Collection(kind) for kind in KINDS if kind.fact is KIND.fact}
    for kind, one in {"Rollout": content, **others}.items():
        folds[kind].put(msgspec.json.encode(one))
    contents = [one.fold.contents() for one in folds.values()]
    fact: Any = FACTS[KIND.fact.type].build(contents, frozenset())
    return dict(fact.workloads)


def only(content: dict[str, Any]) -> ObservedWorkload:
    return observed(content)[KEY]


def test_a_rollout_is_a_workload_with_its_counts() -> None:
    found = only(
        rollout(
            observedGeneration="4",
            replicas=3,
            readyReplicas=2,
            updatedReplicas=1,
            availableReplicas=2,
            currentPodHash="6b474476c4",
            conditions=[
                {
                    "type": "Progressing",
                    "status": "True",
                    "lastUpdateTime": "2025-11-12T04:00:00Z",
                    "lastTransitionTime": "2025-11-12T03:00:00Z",
                }
            ],
        )
    )

    assert (found.key, found.replicas, found.ready, found.updated) == (KEY, 3, 2, 1)
    assert (found.available, found.total, found.revision) == (2, 3, "6b474476c4")
    assert (found.generation, found.observed_generation) == (4, 4)
    assert found.progressed == datetime(2025, 11, 12, 4, tzinfo=UTC)
    assert found.progress_deadline == timedelta(seconds=600)
    assert (found.rollout_failed, found.rollout_complete) == (False, False)
    assert (found.aborted, found.paused) == ("", "")


@pytest.mark.parametrize("text", ["", "x", "4a", "-1"])
def test_a_generation_that_is_no_number_is_none_that_was_seen(text: str) -> None:
    assert only(rollout(observedGeneration=text)).observed_generation == 0


@pytest.mark.parametrize(
    ("condition", "complete", "failed"),
    [
        ({"type": "Completed", "status": "True"}, True, False),
        ({"type": "Completed", "status": "False"}, False, False),
        ({"type": "Progressing", "status": "False"}, False, True),
    ],
)
def test_conditions_tell_whether_it_is_done(
    condition: dict[str, str],
    complete: bool,  # noqa: FBT001 - a parameter of the test
    failed: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    found = only(rollout(conditions=[condition]))

    assert (found.rollout_complete, found.rollout_failed) == (complete, failed)


def test_an_aborted_rollout_says_why() -> None:
    told = only(rollout(abort=True, message="metric failed"))
    silent = only(rollout(abort=True))

    assert (told.aborted, told.rollout_failed) == ("metric failed", True)
    assert silent.aborted == "it does not say why"
    assert only(rollout(abort=False, message="x")).aborted == ""


@pytest.mark.parametrize(
    ("status", "paused"),
    [
        pytest.param({"phase": "Paused"}, "paused", id="phase"),
        pytest.param(
            {"pauseConditions": [{"reason": "CanaryPauseStep"}], "currentStepIndex": 1},
            "paused at step 2 of 3 (CanaryPauseStep)",
            id="step",
        ),
        pytest.param(
            {"pauseConditions": [{"reason": "BlueGreenPause"}]},
            "paused (BlueGreenPause)",
            id="blue-green",
        ),
        pytest.param({"phase": "Progressing", "currentStepIndex": 1}, "", id="goes on"),
    ],
)
def test_a_paused_rollout_says_where(status: dict[str, Any], paused: str) -> None:
    steps = [{"setWeight": 20}, {"pause": {}}, {"setWeight": 100}]
    spec = {"replicas": 3, "strategy": {"canary": {"steps": steps}}}

    assert only(rollout(spec, **status)).paused == paused


@pytest.mark.parametrize(
    ("seconds", "deadline"),
    [
        (60, timedelta(seconds=60)),
        (0, None),
        (None, timedelta(seconds=600)),
        (True, timedelta(seconds=600)),
    ],
)
def test_its_deadline_is_ten_minutes_unless_it_says_otherwise(
    seconds: int | None, deadline: timedelta | None
) -> None:
    assert only(rollout({"progressDeadlineSeconds": seconds})).progress_deadline == deadline


def test_the_template_of_the_workload_that_it_refers_to_is_its_own() -> None:
    spec = {"replicas": 3, "workloadRef": {"kind": "Deployment", "name": "web"}}
    deployment = {
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"replicas": 0, "template": TEMPLATE},
    }

    found = observed(rollout(spec), Deployment=deployment)[KEY]

    assert found.manifest["spec"] == {**spec, "template": TEMPLATE}


def test_a_reference_to_nothing_leaves_it_without_a_template() -> None:
    spec = {"replicas": 3, "workloadRef": {"kind": "Deployment", "name": "gone"}}

    assert only(rollout(spec)).manifest["spec"] == spec


def test_one_without_a_spec_cannot_be_read() -> None:
    with pytest.raises(ParseError):
        Collection(KIND).put(msgspec.json.encode({"metadata": {"name": "web"}}))
