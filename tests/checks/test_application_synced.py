from datetime import datetime

import pytest

from exporter.checks import application_synced
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
)
from exporter.domain.declaration import ApplicationKey, DeclaredApplication
from exporter.domain.excuses import ExcuseReason, Progress
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.instants import parse_instant
from exporter.domain.provenance import Place, Source

NOW = parse_instant("2025-11-12T14:30:00+09:00")
KEY = ApplicationKey("argocd", "auth")
PLACE = Place(Source.ARGOCD, "argocd/appset.yaml", 14)


def judge(*observed: ObservedApplication) -> Finding:
    declared = DeclaredApplication(key=KEY, place=PLACE)
    known = {
        DeclaredApplications: DeclaredApplications({KEY: declared}),
        ObservedApplications: ObservedApplications({one.key: one for one in observed}),
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


@pytest.mark.parametrize("started", [None, NOW])
def test_a_running_sync_may_excuse_it_from_when_it_started(started: datetime | None) -> None:
    finding = judge(
        ObservedApplication(
            key=KEY,
            sync="OutOfSync",
            operation_running=True,
            operation_started=started,
            revisions=("4f2c",),
        )
    )

    assert finding.verdict is Verdict.FAIL
    assert finding.progress == Progress(
        reason=ExcuseReason.SYNC, waits_for="a sync runs", since=started, round="revisions 4f2c"
    )


def test_a_sync_that_has_ended_excuses_nothing() -> None:
    finding = judge(ObservedApplication(key=KEY, sync="OutOfSync", operation_started=NOW))

    assert (finding.verdict, finding.progress) == (Verdict.FAIL, None)


@pytest.mark.parametrize(
    ("sync", "conditions", "detail"),
    [
        pytest.param("", (), "sync status is not yet said", id="empty"),
        pytest.param(
            "Unknown",
            ("ComparisonError: app path does not exist",),
            "sync status is Unknown: ComparisonError: app path does not exist",
            id="unknown-with-its-conditions",
        ),
        pytest.param("Novel", (), "sync status is Novel", id="a-word-of-a-later-version"),
    ],
)
def test_what_argo_cd_cannot_tell_is_unknown(
    sync: str, conditions: tuple[str, ...], detail: str
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
