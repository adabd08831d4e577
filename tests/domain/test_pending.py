from datetime import timedelta

from exporter.domain.applications import (
    Condition,
    ObservedApplication,
    ObservedApplications,
    ObservedApplicationSets,
    Operation,
)
from exporter.domain.declaration import ApplicationKey
from exporter.domain.finding import Cause, Subject
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
