from dataclasses import replace

import pytest

from exporter.checks import application_source_path
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    Repository,
)
from exporter.domain.declaration import ApplicationKey, ApplicationSource, DeclaredApplication
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.provenance import Place, Source

KEY = ApplicationKey("argocd", "auth")
PLACE = Place(Source.ARGOCD, "argocd/appset.yaml", 14)
NOW, OLD = "a" * 40, "b" * 40
DECLARED = ApplicationSource(
    repository="https://git.test/org/iac.git", path="k8s/auth", revision="main", local=True
)
OBSERVED = replace(DECLARED, local=False)
THERE = Repository(
    revision=NOW,
    reference="main",
    references={"main": NOW, "v1": OLD},
    paths={"k8s/auth": True},
)
GONE = replace(THERE, paths={"k8s/auth": False})


def judge(
    *observed: ApplicationSource,
    repository: Repository = THERE,
    declared: tuple[ApplicationSource, ...] = (DECLARED,),
) -> list[Finding]:
    cluster = {KEY: ObservedApplication(key=KEY, sources=observed)} if observed else {}
    return run(ObservedApplications(cluster), repository=repository, declared=declared)


def run(
    observed: ObservedApplications | None,
    *,
    repository: Repository = THERE,
    declared: tuple[ApplicationSource, ...] = (DECLARED,),
    left: tuple[str, ...] = (),
    gaps: tuple[Gap, ...] = (),
) -> list[Finding]:
    application = DeclaredApplication(key=KEY, place=PLACE, sources=declared, left=left)
    known: dict[type, object] = {
        DeclaredApplications: DeclaredApplications({KEY: application}),
        Repository: repository,
    }
    if observed is not None:
        known[ObservedApplications] = observed
    facts = Facts(known=known, gaps={ObservedApplications: gaps} if gaps else {})
    return list(application_source_path.judge(facts))


def test_the_declared_path_that_exists_passes() -> None:
    (finding,) = judge(OBSERVED)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")
    assert finding.declared == finding.observed == ["k8s/auth@main"]


@pytest.mark.parametrize(
    "observed",
    [
        pytest.param(replace(OBSERVED, path="./k8s/auth/"), id="path"),
        pytest.param(replace(OBSERVED, repository="git@git.test:Org/iac"), id="address"),
        pytest.param(replace(OBSERVED, revision="refs/heads/main"), id="branch"),
        pytest.param(replace(OBSERVED, revision="HEAD"), id="head-of-the-checkout"),
        pytest.param(replace(OBSERVED, revision=""), id="head-by-default"),
    ],
)
def test_another_spelling_is_the_same_source(observed: ApplicationSource) -> None:
    (finding,) = judge(observed)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("observed", "detail"),
    [
        pytest.param(
            replace(OBSERVED, path="k8s/my"), "path k8s/my instead of k8s/auth", id="path"
        ),
        pytest.param(
            replace(OBSERVED, repository="https://user:secret@git.test/fork/iac"),
            "repoURL git.test/fork/iac instead of git.test/org/iac",
            id="repository-without-its-password",
        ),
        pytest.param(
            replace(OBSERVED, revision="feature"),
            "targetRevision feature instead of main",
            id="revision",
        ),
        pytest.param(replace(OBSERVED, chart="web"), "chart web instead of none", id="chart"),
    ],
)
def test_an_application_edited_by_hand_fails(observed: ApplicationSource, detail: str) -> None:
    (finding,) = judge(observed)

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, detail)


def test_a_lost_source_fails() -> None:
    (finding,) = judge(OBSERVED, declared=(DECLARED, DECLARED))

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, "1 sources instead of 2")


def test_sources_elsewhere_are_compared_beside_the_local_one() -> None:
    chart = ApplicationSource(repository="https://charts.test", chart="web", revision="1.0.0")

    (finding,) = judge(OBSERVED, replace(chart, revision="2.0.0"), declared=(DECLARED, chart))

    assert finding.detail == "targetRevision 2.0.0 instead of 1.0.0"


def test_a_path_that_does_not_exist_fails() -> None:
    (finding,) = judge(OBSERVED, repository=GONE)

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, "path k8s/auth does not exist")
    assert finding.provenance == (PLACE,)


def test_a_path_that_does_not_exist_fails_also_without_the_application() -> None:
    (finding,) = judge(repository=GONE)

    assert finding.verdict is Verdict.FAIL


def test_a_path_that_does_not_exist_fails_also_without_the_cluster() -> None:
    (finding,) = run(None, repository=GONE)

    assert finding.verdict is Verdict.FAIL


def test_an_existing_path_without_the_application_is_unknown() -> None:
    (finding,) = judge()

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("application_present", finding.subject),
    )


def test_an_existing_path_without_the_cluster_is_unknown() -> None:
    (finding,) = run(None)

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, Cause("kubernetes"))
    assert finding.detail == "the cluster was not read"


def test_what_is_too_old_proves_nothing() -> None:
    cluster = ObservedApplications({KEY: ObservedApplication(key=KEY, sources=(OBSERVED,))})

    (finding,) = run(cluster, gaps=(Gap(Source.KUBERNETES, "read 2 h ago"),))

    assert (finding.verdict, finding.detail) == (Verdict.UNKNOWN, "read 2 h ago")


def test_a_path_that_nobody_looked_for_is_unknown() -> None:
    (finding,) = judge(OBSERVED, repository=replace(THERE, paths={}))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.detail == "the checkout was not searched for k8s/auth at main"


@pytest.mark.parametrize("repository", [THERE, GONE], ids=["there", "gone"])
def test_the_checkout_proves_nothing_of_another_commit(repository: Repository) -> None:
    pinned = replace(DECLARED, revision="v1")

    (finding,) = judge(pinned, repository=repository, declared=(pinned,))

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.detail == "v1 is another commit than the one checked out"


@pytest.mark.parametrize(
    "repository",
    [
        pytest.param(Repository(paths={"k8s/auth": False}), id="without-git"),
        pytest.param(
            Repository(revision=NOW, reference="other", paths={"k8s/auth": False}),
            id="unknown-branch",
        ),
    ],
)
def test_the_checkout_counts_unless_its_refs_disprove_it(repository: Repository) -> None:
    (finding,) = judge(OBSERVED, repository=repository)

    assert finding.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(replace(DECLARED, local=False), id="another-repository"),
        pytest.param(replace(DECLARED, chart="web"), id="chart"),
        pytest.param(replace(DECLARED, path="", reference="values"), id="values-only"),
    ],
)
def test_an_application_without_a_local_path_is_no_subject(source: ApplicationSource) -> None:
    assert judge(source, declared=(source,)) == []


def test_a_source_written_by_hand_need_not_name_its_repository() -> None:
    (finding,) = judge(OBSERVED, declared=(replace(DECLARED, repository=""),))

    assert finding.verdict is Verdict.PASS


@pytest.mark.parametrize(("repository", "verdict"), [(THERE, "unknown"), (GONE, "fail")])
def test_an_application_that_cannot_be_read_is_there(repository: Repository, verdict: str) -> None:
    odd = Gap(Source.KUBERNETES, "Application argocd/auth cannot be read")

    (finding,) = run(ObservedApplications({}, {KEY: odd}), repository=repository)

    assert finding.verdict == verdict
    assert finding.cause is None or finding.cause.id != "application_present"


@pytest.mark.parametrize(
    ("left", "verdict"),
    [
        pytest.param(("/spec/source/targetRevision",), Verdict.PASS, id="the field"),
        pytest.param(("/spec/source",), Verdict.PASS, id="all around it"),
        pytest.param(("/spec/sources/0/targetRevision",), Verdict.PASS, id="of several sources"),
        pytest.param(("/spec/source/path",), Verdict.FAIL, id="another field"),
        pytest.param(("/spec/sources/1/targetRevision",), Verdict.FAIL, id="of another source"),
        pytest.param((), Verdict.FAIL, id="none"),
    ],
)
def test_what_the_application_set_leaves_to_others_is_no_difference(
    left: tuple[str, ...], verdict: Verdict
) -> None:
    live = replace(OBSERVED, revision="other")

    (finding,) = run(
        ObservedApplications({KEY: ObservedApplication(key=KEY, sources=(live,))}), left=left
    )

    assert finding.verdict is verdict
