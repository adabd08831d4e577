import pytest

from exporter.checks import application_delivering
from exporter.domain.applications import (
    Condition,
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    Operation,
)
from exporter.domain.declaration import ApplicationKey, DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.freshness import Freshness
from exporter.domain.instants import parse_instant
from exporter.domain.provenance import Place, Source

KEY = ApplicationKey("argocd", "auth")
PLACE = Place(Source.ARGOCD, "argocd/appset.yaml", 14)
DECLARED = DeclaredApplications({KEY: DeclaredApplication(key=KEY, place=PLACE)})
COMMIT, OTHER = "a" * 40, "b" * 40


def judge(have: ObservedApplication | None, freshness: Freshness | None = None) -> Finding:
    observed = {KEY: have} if have else {}
    known = {
        DeclaredApplications: DeclaredApplications(
            {KEY: DeclaredApplication(key=KEY, place=PLACE)}
        ),
        ObservedApplications: ObservedApplications(observed),
        Freshness: freshness or Freshness(),
    }
    (finding,) = application_delivering.judge(Facts(known=known))
    return finding


def application(
    sync: str = "Synced",
    *conditions: Condition,
    operation: Operation | None = None,
    revisions: tuple[str, ...] = (COMMIT,),
) -> ObservedApplication:
    return ObservedApplication(
        key=KEY,
        sync=sync,
        conditions=conditions,
        operation=operation or Operation(),
        revisions=revisions,
    )


@pytest.mark.parametrize("sync", ["Synced", "OutOfSync"])
def test_an_application_that_was_compared_without_an_error_passes(sync: str) -> None:
    finding = judge(application(sync))

    assert (finding.verdict, finding.detail, finding.observed) == (Verdict.PASS, "", sync)


@pytest.mark.parametrize(
    "kind", ["ComparisonError", "InvalidSpecError", "SyncError", "DeletionError", "UnknownError"]
)
@pytest.mark.parametrize("sync", ["Synced", "OutOfSync", "Unknown", ""])
def test_every_error_of_argo_cd_fails_in_its_own_words(kind: str, sync: str) -> None:
    finding = judge(application(sync, Condition(kind, "authentication required")))

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, f"{kind}: authentication required")


@pytest.mark.parametrize(
    "kind", ["SharedResourceWarning", "RepeatedResourceWarning", "OrphanedResourceWarning"]
)
def test_a_warning_of_argo_cd_keeps_it_from_nothing(kind: str) -> None:
    assert judge(application("Synced", Condition(kind, "is there"))).verdict is Verdict.PASS


@pytest.mark.parametrize("phase", ["Failed", "Error"])
def test_an_operation_that_failed_is_told_with_its_message(phase: str) -> None:
    operation = Operation(phase=phase, message="one hook failed", revisions=(COMMIT,))

    finding = judge(application(operation=operation))

    assert (finding.verdict, finding.detail) == (
        Verdict.FAIL,
        f"operation {phase}: one hook failed",
    )


@pytest.mark.parametrize("phase", ["Running", "Terminating", "Succeeded", ""])
def test_an_operation_that_did_not_fail_is_no_error(phase: str) -> None:
    assert judge(application(operation=Operation(phase=phase))).verdict is Verdict.PASS


def test_an_operation_that_failed_for_other_commits_is_over() -> None:
    operation = Operation(phase="Failed", message="no image", revisions=(OTHER,))

    assert judge(application("OutOfSync", operation=operation)).verdict is Verdict.PASS


def test_a_status_that_is_unknown_fails_though_no_condition_says_why() -> None:
    finding = judge(application("Unknown"))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == "sync status is Unknown, and no condition tells why"


def test_an_application_that_was_never_compared_is_unknown() -> None:
    assert judge(application("")).verdict is Verdict.UNKNOWN


def test_what_is_too_old_to_count_is_unknown() -> None:
    stale = Freshness(controllers={"argocd": parse_instant("2025-01-01T00:00:00Z")})

    finding = judge(application("Synced", Condition("SyncError")), stale)

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause is not None
    assert (finding.cause.id, finding.cause.subject and finding.cause.subject.kind) == (
        "application_fresh",
        "ApplicationController",
    )


def test_a_missing_application_is_unknown_and_names_its_cause() -> None:
    finding = judge(None)

    assert finding.cause == Cause("application_present", finding.subject)
