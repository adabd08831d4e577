from datetime import datetime

import pytest

from exporter.checks import application_healthy
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
    (finding,) = application_healthy.judge(Facts(known=known))
    return finding


@pytest.mark.parametrize(
    ("health", "verdict", "detail"),
    [
        pytest.param("Healthy", Verdict.PASS, "", id="healthy"),
        pytest.param("Suspended", Verdict.PASS, "Suspended", id="suspended-on-purpose"),
        pytest.param("Degraded", Verdict.FAIL, "Degraded", id="degraded"),
        pytest.param("Missing", Verdict.FAIL, "Missing", id="missing"),
        pytest.param("Progressing", Verdict.FAIL, "Progressing", id="progressing"),
        pytest.param("Unknown", Verdict.UNKNOWN, "Unknown", id="unknown"),
        pytest.param("", Verdict.UNKNOWN, "health is not yet said", id="empty"),
    ],
)
def test_health_is_judged_as_argo_cd_means_it(health: str, verdict: Verdict, detail: str) -> None:
    finding = judge(ObservedApplication(key=KEY, health=health))

    assert (finding.verdict, finding.detail) == (verdict, detail)


@pytest.mark.parametrize("since", [None, NOW])
def test_what_progresses_may_be_excused_from_when_argo_cd_says(since: datetime | None) -> None:
    finding = judge(
        ObservedApplication(
            key=KEY, health="Progressing", health_since=since, revisions=("4f2c", "9b1d")
        )
    )

    assert finding.progress == Progress(
        reason=ExcuseReason.ROLLOUT,
        waits_for="its resources are on their way",
        since=since,
        round="revisions 4f2c 9b1d",
    )


@pytest.mark.parametrize("health", ["Degraded", "Missing"])
def test_what_does_not_progress_is_not_excused(health: str) -> None:
    assert judge(ObservedApplication(key=KEY, health=health, health_since=NOW)).progress is None


def test_the_reasons_are_named() -> None:
    ailing = tuple(f"Deployment api/{number}: Degraded" for number in range(12))

    finding = judge(
        ObservedApplication(key=KEY, health="Degraded", health_message="0 of 2", ailing=ailing)
    )

    assert finding.detail.startswith("Degraded: 0 of 2; Deployment api/0: Degraded, ")
    assert finding.detail.endswith(" and 2 more")
    assert finding.observed == {"health": "Degraded", "ailing": list(ailing[:10])}


def test_a_missing_application_is_unknown_and_names_its_cause() -> None:
    finding = judge()

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("application_present", finding.subject),
    )
