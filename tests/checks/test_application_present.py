from exporter.checks import application_present
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
)
from exporter.domain.declaration import ApplicationKey, DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Verdict
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.ARGOCD, "argocd/appset.yaml", 14)
KEY = ApplicationKey("argocd", "auth")


def judge(*observed: ApplicationKey) -> list[Finding]:
    declared = DeclaredApplications({KEY: DeclaredApplication(key=KEY, place=PLACE)})
    cluster = ObservedApplications({key: ObservedApplication(key=key) for key in observed})
    known = {DeclaredApplications: declared, ObservedApplications: cluster}
    return list(application_present.judge(Facts(known=known)))


def test_a_declared_application_in_the_cluster_passes() -> None:
    (finding,) = judge(KEY)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")


def test_a_declared_application_that_the_cluster_lacks_fails() -> None:
    (finding,) = judge()

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == "Application is not in the cluster"
    assert finding.provenance == (PLACE,)


def test_an_application_of_that_name_in_another_namespace_is_another() -> None:
    (finding,) = judge(ApplicationKey("team-a", "auth"))

    assert finding.verdict is Verdict.FAIL
