"""Every Application must have deployed the commit that its targetRevision stands for."""

from collections.abc import Iterator

from exporter.checks import subjects, unknowns
from exporter.checks.sources import (
    branch_or_tag,
    commit_of,
    deploying_this_repository,
    differences,
    local_sources,
    missing_paths,
    with_local_sources,
)
from exporter.checks.wording import excerpt
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    Repository,
)
from exporter.domain.check import Check
from exporter.domain.declaration import ApplicationSource, DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Severity, Verdict
from exporter.domain.policy import Patience

ID = "application_revision"

_WORST_FIRST = (Verdict.FAIL, Verdict.SUPPRESSED, Verdict.UNKNOWN, Verdict.PASS)
_SHORT = 12


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare the deployed commit of every local source with the one that its ref stands for."""
    observed = facts.get(ObservedApplications).applications
    repository, patience = facts.get(Repository), facts.get(Patience)
    for application in with_local_sources(facts.get(DeclaredApplications)):
        have = observed.get(application.key)
        if have is None:
            yield unknowns.absent_application(ID, application)
        elif _is_amiss(application, have, repository=repository):
            yield _other_source(application)
        else:
            yield _judge(application, have, repository=repository, patience=patience)


def _is_amiss(
    application: DeclaredApplication, have: ObservedApplication, *, repository: Repository
) -> bool:
    """Tell whether ``application_source_path`` fails for this Application."""
    edited = differences(application, have, repository=repository)
    return bool(edited or missing_paths(application, repository))


def _judge(
    application: DeclaredApplication,
    have: ObservedApplication,
    *,
    repository: Repository,
    patience: Patience,
) -> Finding:
    judged = [
        _verdict(source, _deployed(have, index), repository=repository, patience=patience)
        for index, source in local_sources(application)
    ]
    verdict = min((one for one, _ in judged), key=_WORST_FIRST.index)
    wanted = [commit_of(source.revision, repository) for _, source in local_sources(application)]
    return Finding(
        check=ID,
        subject=subjects.application(application.key),
        verdict=verdict,
        detail="; ".join(dict.fromkeys(text for one, text in judged if one is verdict and text)),
        declared=wanted,
        observed=[excerpt(_deployed(have, index)) for index, _ in local_sources(application)],
        provenance=(application.source_place or application.place,),
    )


def _deployed(have: ObservedApplication, index: int) -> str:
    return have.revisions[index].lower() if index < len(have.revisions) else ""


def _verdict(
    source: ApplicationSource, deployed: str, *, repository: Repository, patience: Patience
) -> tuple[Verdict, str]:
    """Judge one source; while the commit is young, Argo CD may be behind."""
    want = commit_of(source.revision, repository)
    name = excerpt(branch_or_tag(source.revision))
    if not want:
        return Verdict.UNKNOWN, f"the checkout does not tell which commit {name} is"
    if not deployed:
        return Verdict.UNKNOWN, "Argo CD does not tell which commit is deployed"
    checked_out = want == repository.revision
    if deployed.startswith(want):
        return Verdict.PASS, ""
    detail = f"Argo CD is at {deployed[:_SHORT]} while {name} is {want[:_SHORT]}"
    fresh = repository.committed is not None and patience.excuses(repository.committed)
    return (Verdict.SUPPRESSED if checked_out and fresh else Verdict.FAIL), detail


def _other_source(application: DeclaredApplication) -> Finding:
    return Finding(
        check=ID,
        subject=subjects.application(application.key),
        verdict=Verdict.UNKNOWN,
        detail="Application does not deploy the declared path, or that does not exist",
        provenance=(application.source_place or application.place,),
        cause="application_source_path",
    )


CHECK = Check(
    id=ID,
    layer=Layer.GITOPS,
    severity=Severity.WARNING,
    title="Applications have deployed the commit that their ref stands for",
    needs=(DeclaredApplications, ObservedApplications, Repository, Patience),
    subjects=deploying_this_repository,
    judge=judge,
    aspect="revision",
)
