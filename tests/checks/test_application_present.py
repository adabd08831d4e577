from exporter.checks import application_present
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
)
from exporter.domain.declaration import ApplicationKey, DeclaredApplication, Failure
from exporter.domain.errors import Reason
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.ARGOCD, "argocd/appset.yaml", 14)
KEY = ApplicationKey("argocd", "auth")


def judge(
    *observed: ApplicationKey,
    unreadable: tuple[Failure, ...] = (),
    unevaluated: frozenset[str] = frozenset(),
) -> list[Finding]:
    declared = DeclaredApplications(
        {KEY: DeclaredApplication(key=KEY, place=PLACE)},
        unreadable=unreadable,
        unevaluated=unevaluated,
    )
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


def test_a_part_that_could_not_be_read_shows_as_unknown() -> None:
    place = Place(Source.ARGOCD, "argocd/broken.yaml", 3)
    failures = (
        Failure(place, Reason.MALFORMED, "is no YAML", part="argocd/broken.yaml"),
        Failure(place, Reason.MALFORMED, "ends early", part="argocd/broken.yaml"),
    )

    _, finding = judge(KEY, unreadable=failures)

    assert finding.subject == Subject("Source", "", "argocd/broken.yaml")
    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, "argocd")
    assert finding.detail == "is no YAML; ends early"
    assert finding.provenance == (place,)


def test_a_failure_without_a_part_is_named_by_its_path() -> None:
    place = Place(Source.ARGOCD, "argocd/broken.yaml", 3)

    _, finding = judge(KEY, unreadable=(Failure(place, Reason.MALFORMED, "is no YAML"),))

    assert finding.subject.name == "argocd/broken.yaml"


def test_an_application_set_that_code_does_not_spell_out_shows_as_unknown() -> None:
    _, finding = judge(KEY, unevaluated=frozenset({"clusters"}))

    assert finding.subject == Subject("ApplicationSet", "", "clusters")
    assert finding.verdict is Verdict.UNKNOWN
