from datetime import timedelta

import pytest

from exporter.checks import application_synced
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
)
from exporter.domain.declaration import ApplicationKey, DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Verdict
from exporter.domain.instants import parse_instant
from exporter.domain.policy import Patience
from exporter.domain.provenance import Place, Source

NOW = parse_instant("2025-11-12T14:30:00+09:00")
KEY = ApplicationKey("argocd", "auth")
PLACE = Place(Source.ARGOCD, "argocd/appset.yaml", 14)


def judge(*observed: ObservedApplication) -> Finding:
    declared = DeclaredApplication(key=KEY, place=PLACE)
    known = {
        Patience: Patience(now=NOW, rollout_deadline=timedelta(minutes=30)),
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


@pytest.mark.parametrize(
    ("minutes", "verdict"),
    [
        pytest.param(29, Verdict.SUPPRESSED, id="before-the-deadline"),
        pytest.param(30, Verdict.FAIL, id="at-the-deadline"),
        pytest.param(None, Verdict.SUPPRESSED, id="just-requested"),
    ],
)
def test_a_running_sync_explains_it_until_its_deadline(
    minutes: int | None, verdict: Verdict
) -> None:
    started = None if minutes is None else NOW - timedelta(minutes=minutes)

    finding = judge(
        ObservedApplication(
            key=KEY, sync="OutOfSync", operation_running=True, operation_started=started
        )
    )

    assert finding.verdict is verdict


def test_a_sync_that_has_ended_explains_nothing() -> None:
    finding = judge(ObservedApplication(key=KEY, sync="OutOfSync", operation_started=NOW))

    assert finding.verdict is Verdict.FAIL


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

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, "application_present")
    assert finding.provenance == (PLACE,)
