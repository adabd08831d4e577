"""What follows from a failure that alarms is named, and nothing that nobody else would tell."""

from dataclasses import replace
from typing import Any

import pytest

from exporter.domain.check import Alert, Check
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.runtime.judged import score
from tests.metrics.test_remembered import series
from tests.runtime.judging import Judging, failing

WEB, SHOP = Subject("Deployment", "shop", "web"), Subject("Application", "argocd", "shop")
ALERT = Alert(name="A", after="5m", summary="s", description="d")


def check(name: str, severity: Severity = Severity.WARNING, alert: Alert | None = ALERT) -> Check:
    return Check(
        id=name,
        layer=Layer.APPLICATIONS,
        severity=severity,
        title="",
        needs=(),
        subjects=lambda _: (),
        judge=lambda _: iter(()),
        alert=alert,
    )


def finding(
    name: str, subject: Subject, cause: Cause | None = None, verdict: Verdict = Verdict.FAIL
) -> Finding:
    return Finding(check=name, subject=subject, verdict=verdict, cause=cause)


def causes(checks: list[Check], *findings: Finding) -> set[tuple[str, ...]]:
    outcome = Judging().see(0, failing(subject=WEB))
    by_check = {
        one.id: tuple(found for found in findings if found.check == one.id) for one in checks
    }
    scores = {name: score(found) for name, found in by_check.items()}
    changed: dict[str, Any] = {"checks": tuple(checks), "by_check": by_check, "scores": scores}
    return set(series(replace(outcome, **changed), "finding_cause_info"))


@pytest.mark.parametrize(
    ("cause", "verdict", "named"),
    [
        pytest.param(check("ready"), Verdict.FAIL, True, id="as severe"),
        pytest.param(check("ready", Severity.CRITICAL), Verdict.FAIL, True, id="worse"),
        pytest.param(check("ready", Severity.INFO), Verdict.FAIL, False, id="less severe"),
        pytest.param(check("ready", alert=None), Verdict.FAIL, False, id="tells nobody"),
        pytest.param(check("ready"), Verdict.WAIVED, False, id="accepted"),
        pytest.param(check("ready"), Verdict.SUPPRESSED, False, id="excused"),
        pytest.param(check("ready"), Verdict.UNKNOWN, False, id="unknown"),
    ],
)
def test_a_failure_follows_from_one_that_alarms_as_loudly(
    cause: Check, verdict: Verdict, *, named: bool
) -> None:
    following = finding("healthy", SHOP, Cause("ready", WEB))

    found = causes([check("healthy"), cause], following, finding("ready", WEB, verdict=verdict))

    assert found == ({("ready", "healthy", "Application", "shop", "argocd")} if named else set())


def test_of_failures_that_name_each_other_none_falls_silent() -> None:
    one = finding("healthy", SHOP, Cause("ready", WEB))
    other = finding("ready", WEB, Cause("healthy", SHOP))

    assert causes([check("healthy"), check("ready")], one, other) == set()


def test_the_first_of_a_chain_alarms() -> None:
    chain = (
        finding("synced", SHOP, Cause("healthy", SHOP)),
        finding("healthy", SHOP, Cause("ready", WEB)),
        finding("ready", WEB),
    )

    found = causes([check("synced"), check("healthy"), check("ready")], *chain)

    assert {one[1] for one in found} == {"synced", "healthy"}
