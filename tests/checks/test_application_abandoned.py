from exporter.checks import application_abandoned
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
)
from exporter.domain.declaration import (
    ApplicationKey,
    ApplicationSource,
    DeclaredApplication,
    Failure,
)
from exporter.domain.errors import Reason
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Verdict
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.ARGOCD, "argocd/appset.yaml", 14)
DECLARED = ApplicationKey("argocd", "auth")
STRAY = ApplicationKey("argocd", "old")
HERE = ApplicationSource(repository="https://git.test/org/iac.git", path="k8s/auth", local=True)


def judge(
    observed: ObservedApplication,
    *,
    unevaluated: frozenset[str] = frozenset(),
    unreadable: tuple[Failure, ...] = (),
) -> list[Finding]:
    application = DeclaredApplication(key=DECLARED, place=PLACE, sources=(HERE,))
    declared = DeclaredApplications(
        {DECLARED: application},
        application_sets=frozenset({"apis"}),
        unevaluated=unevaluated,
        unreadable=unreadable,
    )
    cluster = ObservedApplications({observed.key: observed})
    known = {DeclaredApplications: declared, ObservedApplications: cluster}
    return list(application_abandoned.judge(Facts(known=known)))


def test_a_declared_application_passes() -> None:
    (finding,) = judge(ObservedApplication(key=DECLARED))

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")
    assert finding.provenance == (PLACE,)


def test_what_a_declared_application_set_once_made_fails() -> None:
    (finding,) = judge(ObservedApplication(key=STRAY, application_set="apis"))

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, "is declared nowhere")


def test_what_deploys_this_repository_by_any_address_fails() -> None:
    source = ApplicationSource(repository="git@GIT.test:org/iac", path="k8s/old")

    (finding,) = judge(ObservedApplication(key=STRAY, sources=(source,)))

    assert finding.verdict is Verdict.FAIL


def test_applications_of_others_are_no_subjects() -> None:
    source = ApplicationSource(repository="https://git.test/org/other", path="k8s/old")

    findings = judge(ObservedApplication(key=STRAY, sources=(source,), application_set="theirs"))

    assert findings == []


def test_what_an_unevaluated_application_set_makes_is_unknown() -> None:
    observed = ObservedApplication(key=STRAY, application_set="apis")

    (finding,) = judge(observed, unevaluated=frozenset({"apis"}))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, "argocd")
    assert finding.detail == "ApplicationSet apis cannot be told from the code"


def test_what_an_unreadable_file_may_declare_is_unknown() -> None:
    place = Place(Source.ARGOCD, "argocd/broken.yaml", 3)
    failure = Failure(place, Reason.MALFORMED, "is no YAML", part="argocd/broken.yaml")

    (finding,) = judge(ObservedApplication(key=STRAY, sources=(HERE,)), unreadable=(failure,))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, "argocd")
    assert finding.detail == "may be declared in argocd/broken.yaml:3, which could not be read"


def test_an_application_that_is_being_deleted_is_on_its_way() -> None:
    (finding,) = judge(ObservedApplication(key=STRAY, application_set="apis", deleting=True))

    assert finding.verdict is Verdict.PASS
    assert finding.detail == "is declared no more, and is being deleted"
