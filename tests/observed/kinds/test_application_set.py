from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from exporter.domain.applications import SyncStep
from exporter.observed.kinds.application_set import ApplicationSetRecord, observed_application_set

SPEC = {"strategy": {"type": "RollingSync"}, "generators": []}


def observed(status: object, spec: object = SPEC) -> Any:
    content = {"metadata": {"name": "apis", "namespace": "argocd"}, "spec": spec, "status": status}
    record = msgspec.json.decode(msgspec.json.encode(content), type=ApplicationSetRecord)
    return observed_application_set(record)


def test_it_is_what_somebody_would_have_written() -> None:
    found = observed(None)

    assert found.manifest == {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "apis", "namespace": "argocd"},
        "spec": SPEC,
    }


def test_its_applications_stand_at_steps_of_a_rolling_sync() -> None:
    waiting = {
        "application": "shop",
        "status": "Waiting",
        "step": "2",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }

    found = observed({"applicationStatus": [waiting, {"application": "web"}, {}]})

    assert found.is_rolling
    assert found.steps == {
        "shop": SyncStep(status="Waiting", step="2", since=datetime(2026, 1, 1, tzinfo=UTC)),
        "web": SyncStep(status=""),
    }


def test_a_time_that_is_none_leaves_the_declaration_as_it_is() -> None:
    odd = {"application": "shop", "status": "Waiting", "lastTransitionTime": "yesterday"}

    assert observed({"applicationStatus": [odd]}).steps["shop"].since is None


@pytest.mark.parametrize("spec", [{}, {"strategy": {"type": "AllAtOnce"}}, {"strategy": []}])
def test_another_strategy_rolls_nothing(spec: object) -> None:
    assert not observed(None, spec).is_rolling


@pytest.mark.parametrize(
    ("status", "under_way"),
    [("Waiting", True), ("Pending", True), ("Progressing", True), ("Healthy", False), ("", False)],
)
def test_a_step_is_under_way_until_its_application_is_healthy(
    status: str, *, under_way: bool
) -> None:
    assert SyncStep(status=status).is_under_way is under_way
