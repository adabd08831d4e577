"""Every Application must have deployed the commit that its targetRevision stands for."""

import re
from collections.abc import Iterator, Sequence

from exporter.checks import subjects, unknowns, witness
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
from exporter.domain.check import Alert, Check
from exporter.domain.declaration import ApplicationSource, DeclaredApplication
from exporter.domain.excuses import ExcuseReason, Progress
from exporter.domain.facts import Facts
from exporter.domain.finding import WORST_FIRST, Cause, Finding, Layer, Severity, Verdict
from exporter.domain.freshness import Freshness

ID = "application_revision"

_SHORT = 12
_COMMIT = re.compile("[0-9a-f]{7,64}")


def judge(facts: Facts) -> Iterator[Finding]:
    """Compare the deployed commit of every local source with the one that its ref stands for."""
    observed = facts.get(ObservedApplications).applications
    repository = facts.get(Repository)
    for application in with_local_sources(facts.get(DeclaredApplications)):
        have = observed.get(application.key)
        if have is None:
            yield unknowns.absent_application(ID, application)
        elif _is_amiss(application, have, repository=repository):
            yield _other_source(application)
        elif outdated := witness.outdated(ID, application, have, facts=facts):
            yield outdated
        else:
            yield _judge(application, have, repository=repository)


def _is_amiss(
    application: DeclaredApplication, have: ObservedApplication, *, repository: Repository
) -> bool:
    """Tell whether ``application_source_path`` fails for this Application."""
    edited = differences(application, have, repository=repository)
    return bool(edited or missing_paths(application, repository))


def _judge(
    application: DeclaredApplication, have: ObservedApplication, *, repository: Repository
) -> Finding:
    judged = [
        _verdict(source, _deployed(have, index), repository=repository)
        for index, source in local_sources(application)
    ]
    verdict = min((one for one, _ in judged), key=WORST_FIRST.index)
    wanted = [commit_of(source.revision, repository) for _, source in local_sources(application)]
    return Finding(
        check=ID,
        subject=subjects.application(application.key),
        verdict=verdict,
        detail="; ".join(dict.fromkeys(text for one, text in judged if one is verdict and text)),
        declared=wanted,
        observed=[excerpt(_deployed(have, index)) for index, _ in local_sources(application)],
        provenance=(application.source_place or application.place,),
        cause=witness.not_delivering(have) if verdict is Verdict.UNKNOWN else None,
        progress=_progress(judged, wanted=wanted, repository=repository)
        if verdict is Verdict.FAIL
        else None,
    )


def _progress(
    judged: Sequence[tuple[Verdict, str]], *, wanted: Sequence[str], repository: Repository
) -> Progress | None:
    """Return that Argo CD may have to see the commit yet, if that is all that fails.

    Only of the commit that is checked out it is known how old it is.
    """
    late = [
        want for (verdict, _), want in zip(judged, wanted, strict=True) if verdict is Verdict.FAIL
    ]
    if repository.committed is None or set(late) != {repository.revision}:
        return None
    return Progress(
        reason=ExcuseReason.SYNC,
        waits_for="Argo CD has yet to see the commit",
        since=repository.committed,
        round=f"commit {repository.revision}",
    )


def _deployed(have: ObservedApplication, index: int) -> str:
    """Return the commit that is deployed; where it cannot compare, Argo CD repeats the ref."""
    revision = have.revisions[index].lower() if index < len(have.revisions) else ""
    return revision if _COMMIT.fullmatch(revision) else ""


def _verdict(
    source: ApplicationSource, deployed: str, *, repository: Repository
) -> tuple[Verdict, str]:
    want = commit_of(source.revision, repository)
    name = excerpt(branch_or_tag(source.revision))
    if not want:
        return Verdict.UNKNOWN, f"the checkout does not tell which commit {name} is"
    if not deployed:
        return Verdict.UNKNOWN, "Argo CD does not tell which commit is deployed"
    if deployed.startswith(want):
        return Verdict.PASS, ""
    return Verdict.FAIL, f"Argo CD is at {deployed[:_SHORT]} while {name} is {want[:_SHORT]}"


def _other_source(application: DeclaredApplication) -> Finding:
    return Finding(
        check=ID,
        subject=subjects.application(application.key),
        verdict=Verdict.UNKNOWN,
        detail="Application does not deploy the declared path, or that does not exist",
        provenance=(application.source_place or application.place,),
        cause=Cause("application_source_path", subjects.application(application.key)),
    )


CHECK = Check(
    id=ID,
    layer=Layer.GITOPS,
    severity=Severity.WARNING,
    title="Applications have deployed the commit that their ref stands for",
    needs=(DeclaredApplications, ObservedApplications, Repository),
    weighs=(Freshness,),
    subjects=deploying_this_repository,
    judge=judge,
    aspect="revision",
    advice="Deploy the commit that the declared branch stands for.",
    alert=Alert(
        name="ApplicationRevisionBehind",
        after="15m",
        summary="An Application has deployed another commit than its ref stands for.",
        description=(
            "Application {{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} has "
            "deployed another commit than the one its ref stands for in the checkout. Next: does "
            "Argo CD reach the repository, and is git-sync up to date?"
        ),
    ),
)
