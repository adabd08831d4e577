"""What live Applications override beside the code."""

from exporter.checks import application_overrides
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    ObservedImageUpdaters,
    Overrides,
)
from exporter.domain.declaration import ApplicationKey, ApplicationSource, DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Place, Source

KEY = ApplicationKey("argocd", "shop")
PLACE = Place(Source.ARGOCD, "apps/shop.yaml", 3)
TOLD = "kustomize.images example.org/a:2, which nothing declares"
LIVE = Overrides(images=("example.org/a:2",), parameters=(("debug", "true"),))


def application(*overridden: str, left: tuple[str, ...] = ()) -> DeclaredApplication:
    sources = (ApplicationSource(repository="", path="web", revision="HEAD"),)
    return DeclaredApplication(
        key=KEY, place=PLACE, sources=sources, overridden=overridden, left=left
    )


def judge(declared: DeclaredApplication, live: ObservedApplication | None) -> list[Finding]:
    known = {
        DeclaredApplications: DeclaredApplications({KEY: declared}),
        ObservedApplications: ObservedApplications({KEY: live} if live else {}),
    }
    return list(application_overrides.judge(Facts(known=known)))


def test_an_override_that_nobody_declares_fails_and_is_shown() -> None:
    (finding,) = judge(application(TOLD), ObservedApplication(key=KEY, overrides=(LIVE,)))

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, TOLD)
    assert finding.observed == {
        "kustomize.images": ["example.org/a:2"],
        "helm.parameters": ["debug=true"],
    }
    assert finding.provenance == (PLACE,)


def test_an_override_is_open_where_image_updaters_cannot_be_seen() -> None:
    gap = Gap(Source.KUBERNETES, "imageupdaters: forbidden")
    known = {
        DeclaredApplications: DeclaredApplications({KEY: application(TOLD)}),
        ObservedApplications: ObservedApplications(
            {KEY: ObservedApplication(key=KEY, overrides=(LIVE,))}
        ),
    }
    facts = Facts(known=known, gaps={ObservedImageUpdaters: (gap,)})

    (finding,) = application_overrides.judge(facts)

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.detail == f"{TOLD}; imageupdaters: forbidden"
    assert finding.cause == Cause(Source.KUBERNETES)


def test_an_application_without_such_overrides_passes() -> None:
    (finding,) = judge(application(), ObservedApplication(key=KEY))

    assert (finding.verdict, finding.observed) == (Verdict.PASS, None)


def test_what_an_application_set_leaves_to_others_is_no_override() -> None:
    left = ("/spec/source/kustomize/images",)

    (finding,) = judge(application(TOLD, left=left), ObservedApplication(key=KEY))

    assert finding.verdict is Verdict.PASS


def test_of_an_application_that_is_not_there_nothing_is_known() -> None:
    (finding,) = judge(application(TOLD), None)

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause == Cause("application_present", finding.subject)


def test_the_inventory_has_no_words_for_images() -> None:
    by_hand = DeclaredApplication(key=KEY, place=Place(Source.INVENTORY, "conformance.yaml", 1))

    assert judge(by_hand, ObservedApplication(key=KEY, overrides=(LIVE,))) == []
