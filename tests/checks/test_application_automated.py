import pytest

from exporter.checks import application_automated
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    ObservedApplicationSet,
    ObservedApplicationSets,
)
from exporter.domain.declaration import ApplicationKey, Automation, DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.provenance import Place, Source

KEY = ApplicationKey("argocd", "auth")
PLACE = Place(Source.ARGOCD, "argocd/appset.yaml", 14)
BOTH = Automation(prune=True, self_heal=True)


def judge(
    declared: Automation | None, *observed: Automation | None, place: Place = PLACE
) -> list[Finding]:
    application = DeclaredApplication(key=KEY, place=place, automation=declared)
    found = [ObservedApplication(key=KEY, automation=one) for one in observed]
    known = {
        DeclaredApplications: DeclaredApplications({KEY: application}),
        ObservedApplications: ObservedApplications({one.key: one for one in found}),
    }
    return list(application_automated.judge(Facts(known=known)))


@pytest.mark.parametrize("automation", [None, Automation(), BOTH], ids=["manual", "plain", "both"])
def test_an_application_that_is_synced_as_declared_passes(automation: Automation | None) -> None:
    (finding,) = judge(automation, automation)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("declared", "observed", "detail"),
    [
        pytest.param(BOTH, None, "missing automated", id="switched-off"),
        pytest.param(None, BOTH, "undeclared automated", id="switched-on"),
        pytest.param(
            BOTH, Automation(prune=True), "selfHeal=false instead of true", id="no-self-heal"
        ),
        pytest.param(
            Automation(),
            BOTH,
            "prune=true instead of false, selfHeal=true instead of false",
            id="more-than-declared",
        ),
    ],
)
def test_another_automation_fails(
    declared: Automation | None, observed: Automation | None, detail: str
) -> None:
    (finding,) = judge(declared, observed)

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, detail)


def test_both_sides_are_shown() -> None:
    (finding,) = judge(BOTH, None)

    assert finding.declared == {"prune": True, "selfHeal": True}
    assert finding.observed is None


def test_the_inventory_has_no_words_for_automation_and_so_declares_none() -> None:
    place = Place(Source.INVENTORY, "conformance.yaml")

    assert judge(None, BOTH, place=place) == []


def test_a_missing_application_is_unknown_and_names_its_cause() -> None:
    (finding,) = judge(BOTH)

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("application_present", finding.subject),
    )


@pytest.mark.parametrize(
    ("strategy", "verdict"), [("RollingSync", Verdict.PASS), ("AllAtOnce", Verdict.FAIL)]
)
def test_a_rolling_sync_takes_the_automation_off_by_itself(strategy: str, verdict: Verdict) -> None:
    rolling = ObservedApplicationSet({"spec": {"strategy": {"type": strategy}}})
    have = ObservedApplication(key=KEY, application_set="apis")
    known = {
        DeclaredApplications: DeclaredApplications(
            {KEY: DeclaredApplication(key=KEY, place=PLACE, automation=BOTH)}
        ),
        ObservedApplications: ObservedApplications({KEY: have}),
        ObservedApplicationSets: ObservedApplicationSets(
            {ApplicationKey("argocd", "apis"): rolling}
        ),
    }

    (finding,) = application_automated.judge(Facts(known=known))

    assert finding.verdict is verdict
