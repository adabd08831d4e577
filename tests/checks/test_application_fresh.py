from datetime import UTC, datetime

from exporter.checks import application_fresh
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
)
from exporter.domain.declaration import ApplicationKey, DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.freshness import Freshness
from exporter.domain.provenance import Place, Source

KEY = ApplicationKey("argocd", "auth")
PLACE = Place(Source.ARGOCD, "argocd/appset.yaml", 14)
DECLARED = DeclaredApplications({KEY: DeclaredApplication(key=KEY, place=PLACE)})
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
AUTH = Subject("Application", "argocd", "auth")
CONTROLLER = Subject("ApplicationController", "argocd", "argocd-application-controller")


def judge(
    freshness: Freshness | None = None, *, paused: bool = False, undated: bool = False
) -> dict[Subject, Finding]:
    have = ObservedApplication(key=KEY, reconciled=None if undated else LONG_AGO, paused=paused)
    known = {
        DeclaredApplications: DECLARED,
        ObservedApplications: ObservedApplications({KEY: have}),
        Freshness: freshness or Freshness(),
    }
    facts = Facts(known=known)
    found = {finding.subject: finding for finding in application_fresh.judge(facts)}
    assert list(found) == application_fresh.comparing(facts)
    return found


def test_an_application_and_its_controller_pass_while_their_word_counts() -> None:
    found = judge()

    assert {one.verdict for one in found.values()} == {Verdict.PASS}


def test_one_application_that_is_left_behind_fails_and_not_its_controller() -> None:
    found = judge(Freshness(applications={KEY: LONG_AGO}))

    assert found[AUTH].verdict is Verdict.FAIL
    assert found[AUTH].observed == LONG_AGO.isoformat()
    assert found[CONTROLLER].verdict is Verdict.PASS


def test_a_controller_that_compares_nothing_fails_alone() -> None:
    found = judge(Freshness(controllers={"argocd": LONG_AGO}))

    assert found[CONTROLLER].verdict is Verdict.FAIL
    assert (found[AUTH].verdict, found[AUTH].cause) == (
        Verdict.UNKNOWN,
        Cause("application_fresh", CONTROLLER),
    )


def test_an_annotation_that_keeps_argo_cd_away_fails_at_once() -> None:
    finding = judge(paused=True)[AUTH]

    assert finding.verdict is Verdict.FAIL
    assert "skip-reconcile" in finding.detail


def test_where_argo_cd_names_no_instant_nobody_can_tell() -> None:
    found = judge(undated=True)

    assert {one.verdict for one in found.values()} == {Verdict.UNKNOWN}


def test_a_missing_application_is_unknown_and_has_no_controller() -> None:
    facts = Facts(
        known={
            DeclaredApplications: DECLARED,
            ObservedApplications: ObservedApplications({}),
            Freshness: Freshness(),
        }
    )

    (finding,) = application_fresh.judge(facts)

    assert finding.cause == Cause("application_present", AUTH)
