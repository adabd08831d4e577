from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from exporter.checks import application_revision
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    Repository,
)
from exporter.domain.declaration import ApplicationKey, ApplicationSource, DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.instants import parse_instant
from exporter.domain.provenance import Place, Source

KEY = ApplicationKey("argocd", "auth")
PLACE = Place(Source.ARGOCD, "argocd/appset.yaml", 14)
NOW = parse_instant("2025-11-12T14:30:00+09:00")
HEAD, OLD, TAGGED = "a" * 40, "b" * 40, "c" * 40
LOCAL = ApplicationSource(
    repository="https://git.test/iac", path="k8s/auth", revision="main", local=True
)
CHART = ApplicationSource(repository="https://charts.test", chart="web", revision="1.0.0")
REPOSITORY = Repository(
    revision=HEAD,
    reference="main",
    committed=NOW - timedelta(hours=2),
    references={"main": HEAD, "v1": TAGGED},
    paths={"k8s/auth": True},
)


def judge(
    *revisions: str,
    repository: Repository = REPOSITORY,
    declared: tuple[ApplicationSource, ...] = (LOCAL,),
    observed: tuple[ApplicationSource, ...] | None = None,
) -> list[Finding]:
    sources = declared if observed is None else observed
    have = ObservedApplication(key=KEY, sources=sources, revisions=revisions)
    return run(ObservedApplications({KEY: have}), repository=repository, declared=declared)


def run(
    observed: ObservedApplications,
    *,
    repository: Repository = REPOSITORY,
    declared: tuple[ApplicationSource, ...] = (LOCAL,),
) -> list[Finding]:
    application = DeclaredApplication(key=KEY, place=PLACE, sources=declared)
    known = {
        DeclaredApplications: DeclaredApplications({KEY: application}),
        ObservedApplications: observed,
        Repository: repository,
    }
    return list(application_revision.judge(Facts(known=known)))


@pytest.mark.parametrize(
    ("revision", "deployed"),
    [
        pytest.param("main", HEAD, id="branch-of-the-checkout"),
        pytest.param("refs/heads/main", HEAD, id="branch-by-its-whole-name"),
        pytest.param("HEAD", HEAD, id="head"),
        pytest.param("", HEAD, id="head-by-default"),
        pytest.param("v1", TAGGED, id="tag"),
        pytest.param("refs/tags/v1", TAGGED, id="tag-by-its-whole-name"),
        pytest.param("d" * 40, "d" * 40, id="commit"),
        pytest.param("D" * 7, "d" * 40, id="shortened-commit"),
    ],
)
def test_the_commit_of_the_ref_passes(revision: str, deployed: str) -> None:
    (finding,) = judge(deployed, declared=(replace(LOCAL, revision=revision),))

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("revision", "detail"),
    [
        pytest.param("main", "Argo CD is at bbbbbbbbbbbb while main is aaaaaaaaaaaa", id="branch"),
        pytest.param("v1", "Argo CD is at bbbbbbbbbbbb while v1 is cccccccccccc", id="tag"),
    ],
)
def test_another_commit_fails(revision: str, detail: str) -> None:
    (finding,) = judge(OLD, declared=(replace(LOCAL, revision=revision),))

    assert (finding.verdict, finding.detail) == (Verdict.FAIL, detail)
    assert finding.observed == [OLD]


def test_a_young_commit_may_excuse_that_argo_cd_is_behind_it() -> None:
    (finding,) = judge(OLD)

    assert finding.verdict is Verdict.FAIL
    assert finding.progress
    assert (finding.progress.since, finding.progress.round) == (
        REPOSITORY.committed,
        f"commit {HEAD}",
    )


@pytest.mark.parametrize(
    ("revisions", "committed"),
    [
        pytest.param(("v1",), NOW, id="the age is that of the checkout only"),
        pytest.param(("main", "v1"), NOW, id="another source is behind, too"),
        pytest.param(("main",), None, id="nobody knows how old the commit is"),
    ],
)
def test_what_is_not_known_to_be_young_excuses_nothing(
    revisions: tuple[str, ...], committed: datetime | None
) -> None:
    sources = tuple(replace(LOCAL, revision=one) for one in revisions)
    repository = replace(REPOSITORY, committed=committed)

    (finding,) = judge(*[OLD] * len(sources), repository=repository, declared=sources)

    assert (finding.verdict, finding.progress) == (Verdict.FAIL, None)


@pytest.mark.parametrize(
    ("revision", "repository", "deployed", "detail"),
    [
        pytest.param(
            ">=1.0",
            REPOSITORY,
            (OLD,),
            "the checkout does not tell which commit >=1.0 is",
            id="range-of-versions",
        ),
        pytest.param(
            "main",
            Repository(paths={"k8s/auth": True}),
            (OLD,),
            "the checkout does not tell which commit main is",
            id="without-git",
        ),
        pytest.param(
            "main",
            REPOSITORY,
            (),
            "Argo CD does not tell which commit is deployed",
            id="not-yet-compared",
        ),
    ],
)
def test_what_cannot_be_told_is_unknown(
    revision: str, repository: Repository, deployed: tuple[str, ...], detail: str
) -> None:
    source = replace(LOCAL, revision=revision)

    (finding,) = judge(*deployed, repository=repository, declared=(source,))

    assert (finding.verdict, finding.detail) == (Verdict.UNKNOWN, detail)


def test_the_revision_is_the_one_at_the_index_of_the_local_source() -> None:
    (finding,) = judge("1.0.0", HEAD, declared=(CHART, LOCAL))

    assert finding.verdict is Verdict.PASS
    assert finding.observed == [HEAD]


def test_the_worst_of_several_sources_counts() -> None:
    (finding,) = judge(HEAD, OLD, declared=(LOCAL, LOCAL))

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == "Argo CD is at bbbbbbbbbbbb while main is aaaaaaaaaaaa"


@pytest.mark.parametrize(
    ("repository", "observed"),
    [
        pytest.param(REPOSITORY, replace(LOCAL, path="k8s/my"), id="another-path"),
        pytest.param(replace(REPOSITORY, paths={"k8s/auth": False}), LOCAL, id="no-path"),
    ],
)
def test_a_wrong_source_is_reported_by_application_source_path_alone(
    repository: Repository, observed: ApplicationSource
) -> None:
    (finding,) = judge(OLD, repository=repository, observed=(observed,))

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("application_source_path", finding.subject),
    )


def test_an_application_without_a_local_source_is_no_subject() -> None:
    assert judge("1.0.0", declared=(CHART,)) == []


def test_a_missing_application_is_unknown_and_names_its_cause() -> None:
    (finding,) = run(ObservedApplications({}))

    assert (finding.verdict, finding.cause) == (
        Verdict.UNKNOWN,
        Cause("application_present", finding.subject),
    )
