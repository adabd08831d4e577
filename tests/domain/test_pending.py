from datetime import timedelta

import pytest

from exporter.domain.applications import (
    Condition,
    ObservedApplication,
    ObservedApplications,
    ObservedApplicationSet,
    ObservedApplicationSets,
    Operation,
    SyncStep,
)
from exporter.domain.declaration import ApplicationKey
from exporter.domain.finding import Cause, Subject
from exporter.domain.json import JsonObject
from exporter.domain.pending import pending_syncs
from exporter.domain.sync_windows import ObservedProjects


def key(name: str) -> ApplicationKey:
    return ApplicationKey("argocd", name)


def test_what_an_application_delivers_differs_for_what_is_told_of_the_application() -> None:
    blind = Condition("ComparisonError", "authentication required")
    failed = Operation(phase="Failed", revisions=("c1",))
    seen = (
        ObservedApplication(key=key("synced"), sync="Synced"),
        ObservedApplication(key=key("behind"), sync="OutOfSync"),
        ObservedApplication(
            key=key("failed"), sync="OutOfSync", operation=failed, revisions=("c1",)
        ),
        ObservedApplication(key=key("blind"), sync="Unknown", conditions=(blind,)),
    )

    found = pending_syncs(
        ObservedApplications({one.key: one for one in seen}),
        ObservedApplicationSets({}),
        ObservedProjects(),
        at=None,
        grace=timedelta(),
    )

    assert found.behind == {
        key("behind"): Cause("application_synced", Subject("Application", "argocd", "behind")),
        key("failed"): Cause("application_delivering", Subject("Application", "argocd", "failed")),
        key("blind"): Cause("application_delivering", Subject("Application", "argocd", "blind")),
    }


def rolling(**steps: SyncStep) -> ObservedApplicationSets:
    manifest: JsonObject = {"spec": {"strategy": {"type": "RollingSync"}}}
    return ObservedApplicationSets({key("all"): ObservedApplicationSet(manifest, steps)})


@pytest.mark.parametrize(
    ("status", "sync", "cause"),
    [
        pytest.param("Waiting", "Synced", "application_healthy", id="earlier one is unhealthy"),
        pytest.param("Waiting", "OutOfSync", "application_synced", id="earlier one is not synced"),
        pytest.param("Pending", "Synced", None, id="its own turn"),
    ],
)
def test_who_waits_in_a_rolling_sync_is_held_back_by_the_first_of_an_earlier_step(
    status: str, sync: str, cause: str | None
) -> None:
    steps = {
        "data": SyncStep(status=status, step="10"),
        "shop": SyncStep(status="Progressing", step="2"),
        "done": SyncStep(status="Healthy", step="1"),
    }
    seen = [
        ObservedApplication(key=key("data"), sync="OutOfSync", application_set="all"),
        ObservedApplication(key=key("shop"), sync=sync, application_set="all"),
    ]

    found = pending_syncs(
        ObservedApplications({one.key: one for one in seen}),
        rolling(**steps),
        ObservedProjects(),
        at=None,
        grace=timedelta(),
    )

    shop = Subject("Application", "argocd", "shop")
    assert found.held_back.get(key("data")) == (Cause(cause, shop) if cause else None)
