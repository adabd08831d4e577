from datetime import datetime, timedelta

import pytest

from exporter.checks import application_synced
from exporter.domain.applications import (
    Condition,
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    ObservedApplicationSet,
    ObservedApplicationSets,
    Operation,
    SyncStep,
)
from exporter.domain.cron import Schedule
from exporter.domain.declaration import ApplicationKey, Automation, DeclaredApplication
from exporter.domain.excuses import ExcuseReason, Progress
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.freshness import Freshness
from exporter.domain.instants import parse_instant
from exporter.domain.pending import PendingSyncs, pending_syncs
from exporter.domain.provenance import Place, Source
from exporter.domain.sync_windows import ObservedProjects, SyncWindow

NOW = parse_instant("2025-11-12T14:30:00+09:00")
KEY = ApplicationKey("argocd", "auth")
PLACE = Place(Source.ARGOCD, "argocd/appset.yaml", 14)


def judge(
    *observed: ObservedApplication,
    freshness: Freshness | None = None,
    sets: ObservedApplicationSets | None = None,
    windows: tuple[SyncWindow, ...] = (),
) -> Finding:
    declared = DeclaredApplication(key=KEY, place=PLACE)
    applications = ObservedApplications({one.key: one for one in observed})
    known = {
        DeclaredApplications: DeclaredApplications({KEY: declared}),
        ObservedApplications: applications,
        Freshness: freshness or Freshness(),
        PendingSyncs: pending_syncs(
            applications,
            sets or ObservedApplicationSets({}),
            ObservedProjects({ApplicationKey("argocd", "team"): windows}),
            at=NOW,
            grace=timedelta(minutes=12),
        ),
    }
    (finding,) = application_synced.judge(Facts(known=known))
    return finding


def test_a_synced_application_passes() -> None:
    finding = judge(ObservedApplication(key=KEY, sync="Synced"))

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")


def test_an_application_that_is_out_of_sync_fails() -> None:
    finding = judge(ObservedApplication(key=KEY, sync="OutOfSync"))

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, "OutOfSync")
    assert (finding.declared, finding.observed) == ("Synced", "OutOfSync")


def test_an_older_revision_that_was_deployed_again_is_told_as_a_rollback() -> None:
    new, old = "a" * 40, "b" * 40

    finding = judge(
        ObservedApplication(key=KEY, sync="OutOfSync", history=((old,), (new,), (old,)))
    )

    assert finding.detail == f"OutOfSync; rolled back from {new[:12]} to {old[:12]}"


@pytest.mark.parametrize("started", [None, NOW])
def test_a_running_sync_may_excuse_it_from_when_it_started(started: datetime | None) -> None:
    finding = judge(
        ObservedApplication(
            key=KEY,
            sync="OutOfSync",
            operation=Operation(phase="Running", started=started),
            revisions=("4f2c",),
        )
    )

    assert finding.verdict is Verdict.FAIL
    assert finding.progress == Progress(
        reason=ExcuseReason.SYNC, waits_for="a sync runs", since=started, round="revisions 4f2c"
    )


def test_a_sync_that_has_ended_excuses_nothing() -> None:
    ended = Operation(phase="Succeeded", started=NOW)

    finding = judge(ObservedApplication(key=KEY, sync="OutOfSync", operation=ended))

    assert (finding.verdict, finding.progress) == (Verdict.FAIL, None)


@pytest.mark.parametrize(
    ("sync", "conditions", "detail"),
    [
        pytest.param("", (), "sync status is not yet said", id="empty"),
        pytest.param(
            "Unknown",
            (Condition("ComparisonError", "app path does not exist"),),
            "sync status is Unknown: ComparisonError: app path does not exist",
            id="unknown-with-its-conditions",
        ),
        pytest.param("Novel", (), "sync status is Novel", id="a-word-of-a-later-version"),
    ],
)
def test_what_argo_cd_cannot_tell_is_unknown(
    sync: str, conditions: tuple[Condition, ...], detail: str
) -> None:
    finding = judge(ObservedApplication(key=KEY, sync=sync, conditions=conditions))

    assert (finding.verdict, finding.detail) == (Verdict.UNKNOWN, detail)


def test_a_missing_application_is_unknown_and_names_its_cause() -> None:
    finding = judge()

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("application_present", finding.subject),
    )
    assert finding.provenance == (PLACE,)


def test_what_argo_cd_cannot_compare_follows_from_that() -> None:
    unknown, new = (
        judge(ObservedApplication(key=KEY, sync="Unknown")),
        judge(ObservedApplication(key=KEY)),
    )

    assert unknown.cause == Cause("application_delivering", unknown.subject)
    assert new.cause is None


def test_what_argo_cd_cannot_deliver_is_out_of_sync_for_that() -> None:
    failed = Operation(phase="Failed", message="hook failed", finished=NOW, revisions=("4f2c",))

    finding = judge(
        ObservedApplication(key=KEY, sync="OutOfSync", operation=failed, revisions=("4f2c",))
    )

    assert finding.verdict is Verdict.FAIL
    assert finding.cause == Cause("application_delivering", finding.subject)


@pytest.mark.parametrize("sync", ["Synced", "OutOfSync"])
def test_a_word_that_is_too_old_is_unknown_whatever_it_says(sync: str) -> None:
    stale = Freshness(applications={KEY: NOW})

    finding = judge(ObservedApplication(key=KEY, sync=sync), freshness=stale)

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause == Cause("application_fresh", finding.subject)


@pytest.mark.parametrize(
    ("strategy", "status", "waits"),
    [
        pytest.param("RollingSync", "Waiting", True, id="waits for the steps before"),
        pytest.param("RollingSync", "Healthy", False, id="has had its turn"),
        pytest.param("AllAtOnce", "Waiting", False, id="of another strategy"),
    ],
)
def test_a_rolling_sync_may_excuse_it_until_its_turn(
    strategy: str, status: str, *, waits: bool
) -> None:
    step = SyncStep(status=status, step="2", since=NOW)
    rolling = ObservedApplicationSet({"spec": {"strategy": {"type": strategy}}}, {"auth": step})
    sets = ObservedApplicationSets({ApplicationKey("argocd", "apis"): rolling})
    have = ObservedApplication(key=KEY, sync="OutOfSync", application_set="apis")

    finding = judge(have, sets=sets)

    assert finding.verdict is Verdict.FAIL
    assert (finding.progress is not None and finding.progress.since == NOW) is waits


@pytest.mark.parametrize(
    ("automation", "project", "waits"),
    [
        pytest.param(Automation(), "team", True, id="would be synced by itself"),
        pytest.param(None, "team", False, id="is synced by hand"),
        pytest.param(Automation(), "other", False, id="of another project"),
    ],
)
def test_a_sync_window_may_excuse_it_until_it_ends(
    automation: Automation | None, project: str, *, waits: bool
) -> None:
    morning = SyncWindow(  # NOW is half past five in the morning
        deny=True,
        schedule=Schedule.parse("0 5 * * *"),
        duration=timedelta(hours=1),
        applications=("*",),
    )
    have = ObservedApplication(key=KEY, sync="OutOfSync", automation=automation, project=project)

    finding = judge(have, windows=(morning,))

    assert finding.verdict is Verdict.FAIL
    assert (finding.progress is not None) is waits
    if finding.progress is not None:
        assert finding.progress.since == NOW - timedelta(minutes=30)
        assert finding.progress.limit == timedelta(hours=1, minutes=12)
