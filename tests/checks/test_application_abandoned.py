import pytest

from exporter.checks import application_abandoned
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    ObservedApplicationSets,
)
from exporter.domain.declaration import (
    ApplicationKey,
    ApplicationSource,
    DeclaredApplication,
)
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.ARGOCD, "argocd/appset.yaml", 14)
DECLARED = ApplicationKey("argocd", "auth")
STRAY = ApplicationKey("argocd", "old")
HERE = ApplicationSource(repository="https://git.test/org/iac.git", path="k8s/auth", local=True)


def judge(
    observed: ObservedApplication,
    *,
    unevaluated: frozenset[str] = frozenset(),
    incomplete: tuple[Gap, ...] = (),
) -> list[Finding]:
    application = DeclaredApplication(key=DECLARED, place=PLACE, sources=(HERE,))
    declared = DeclaredApplications(
        {DECLARED: application},
        application_sets=frozenset({"apis"}),
        unevaluated=unevaluated,
        incomplete=incomplete,
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

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("argocd"))
    assert finding.detail == "ApplicationSet apis cannot be told from the code"


def test_what_an_unreadable_file_may_declare_is_unknown() -> None:
    gap = Gap(Source.ARGOCD, "argocd/broken.yaml:3: is no YAML")

    (finding,) = judge(ObservedApplication(key=STRAY, sources=(HERE,)), incomplete=(gap,))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("argocd"))
    assert finding.detail == (
        "may be declared where nobody can tell: argocd/broken.yaml:3: is no YAML"
    )


def test_an_application_that_is_being_deleted_is_on_its_way() -> None:
    (finding,) = judge(ObservedApplication(key=STRAY, application_set="apis", deleting=True))

    assert finding.verdict is Verdict.PASS
    assert finding.detail == "is declared no more, and is being deleted"


ODD = Gap(Source.KUBERNETES, "Application argocd/old cannot be read")


@pytest.mark.parametrize(("key", "verdict"), [(DECLARED, Verdict.PASS), (STRAY, Verdict.UNKNOWN)])
def test_an_application_that_cannot_be_read_is_judged_by_its_name(
    key: ApplicationKey, verdict: Verdict
) -> None:
    application = DeclaredApplication(key=DECLARED, place=PLACE, sources=(HERE,))
    known = {
        DeclaredApplications: DeclaredApplications({DECLARED: application}),
        ObservedApplications: ObservedApplications({}, {key: ODD}),
    }

    (finding,) = application_abandoned.judge(Facts(known))

    assert (finding.subject.name, finding.verdict) == (key.name, verdict)
    assert list(application_abandoned.CHECK.subjects(Facts(known))) == [finding.subject]


def test_what_an_application_set_of_the_cluster_that_cannot_be_read_may_make_is_unknown() -> None:
    application = DeclaredApplication(key=DECLARED, place=PLACE, sources=(HERE,))
    made = ObservedApplication(key=STRAY, application_set="chart-made", sources=(HERE,))
    odd = {ApplicationKey("argocd", "chart-made"): ODD}
    known = {
        DeclaredApplications: DeclaredApplications({DECLARED: application}),
        ObservedApplications: ObservedApplications({STRAY: made}),
        ObservedApplicationSets: ObservedApplicationSets({}, odd),
    }

    (finding,) = application_abandoned.judge(Facts(known))

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("kubernetes"))
