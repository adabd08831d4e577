"""Every Application must deploy the declared path, and that path must exist."""

from collections.abc import Iterator, Sequence

from exporter.checks import subjects, unknowns
from exporter.checks.sources import (
    deploying_this_repository,
    differences,
    is_checked_out,
    local_sources,
    missing_paths,
    with_local_sources,
)
from exporter.checks.wording import excerpt, listing
from exporter.domain.applications import (
    DeclaredApplications,
    ObservedApplication,
    ObservedApplications,
    Repository,
)
from exporter.domain.check import Alert, Check
from exporter.domain.declaration import ApplicationSource, DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Verdict
from exporter.domain.provenance import Source

ID = "application_source_path"


def judge(facts: Facts) -> Iterator[Finding]:
    """Look for every local source path, then compare the sources with those in the cluster.

    A path that is missing from the checkout fails whatever is known of the cluster.
    """
    repository = facts.get(Repository)
    gaps = facts.gaps_in((ObservedApplications,))
    observed = None if gaps else facts.find(ObservedApplications)
    for application in with_local_sources(facts.get(DeclaredApplications)):
        have = observed.applications.get(application.key) if observed else None
        missing = missing_paths(application, repository)
        if have is not None or missing:
            yield _judge(application, have, repository=repository)
        elif observed is not None and application.key in observed.unreadable:
            yield _unseen(application, observed.unreadable[application.key].message)
        elif observed is not None:
            yield unknowns.absent_application(ID, application)
        else:
            why = "; ".join(gap.message for gap in gaps)
            yield _unseen(application, why or "the cluster was not read")


def _judge(
    application: DeclaredApplication, have: ObservedApplication | None, *, repository: Repository
) -> Finding:
    wrong = [
        f"path {excerpt(path)} does not exist" for path in missing_paths(application, repository)
    ]
    wrong += differences(application, have, repository=repository) if have is not None else []
    unseen = [] if wrong else _elsewhere(application, repository)
    verdict = Verdict.FAIL if wrong else Verdict.UNKNOWN if unseen else Verdict.PASS
    return Finding(
        check=ID,
        subject=subjects.application(application.key),
        verdict=verdict,
        detail=listing(wrong or unseen),
        declared=_plain(application.sources),
        observed=_plain(have.sources) if have is not None else None,
        provenance=(application.source_place or application.place,),
    )


def _elsewhere(application: DeclaredApplication, repository: Repository) -> list[str]:
    """Return the local paths of which the checkout cannot tell whether they exist, and why."""
    sources = [source for _, source in local_sources(application)]
    return [
        f"the checkout was not searched for {excerpt(one.path)} at {excerpt(one.revision)}"
        if is_checked_out(one, repository)
        else f"{excerpt(one.revision)} is another commit than the one checked out"
        for one in sources
        if not is_checked_out(one, repository) or one.path not in repository.paths
    ]


def _unseen(application: DeclaredApplication, why: str) -> Finding:
    return Finding(
        check=ID,
        subject=subjects.application(application.key),
        verdict=Verdict.UNKNOWN,
        detail=why,
        declared=_plain(application.sources),
        provenance=(application.source_place or application.place,),
        cause=Cause(Source.KUBERNETES),
    )


def _plain(sources: Sequence[ApplicationSource]) -> list[str]:
    return [
        excerpt(f"{source.chart or source.path or source.reference}@{source.revision}")
        for source in sources
    ]


CHECK = Check(
    id=ID,
    layer=Layer.GITOPS,
    severity=Severity.CRITICAL,
    title="Applications deploy the declared paths, which exist",
    needs=(DeclaredApplications, Repository),
    weighs=(ObservedApplications,),
    subjects=deploying_this_repository,
    judge=judge,
    aspect="source_path",
    headline=True,
    advice=(
        "Correct the source paths that the repository does not have; Argo CD reports such an "
        "Application as healthy."
    ),
    alert=Alert(
        name="ApplicationSourcePathMissing",
        after="2m",
        summary="An Application deploys a path that does not exist, or another one than declared.",
        description=(
            "Application {{ $labels.object_namespace }}/{{ $labels.object_name }}{of_cluster} "
            "points at a path that the repository lacks, or its source was edited in the cluster; "
            "Argo CD may still show it as Healthy, and with prune removes what it deployed. Next: "
            "restore the path or the source at once."
        ),
    ),
)
