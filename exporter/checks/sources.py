"""What of an Application's sources is compared, and which commit a revision stands for."""

import posixpath
import re
from collections.abc import Iterator

from exporter.checks import subjects
from exporter.checks.wording import excerpt
from exporter.domain.addresses import normalise
from exporter.domain.applications import DeclaredApplications, ObservedApplication, Repository
from exporter.domain.declaration import ApplicationSource, DeclaredApplication
from exporter.domain.facts import Facts
from exporter.domain.finding import Subject

_COMMIT = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)


def local_sources(application: DeclaredApplication) -> list[tuple[int, ApplicationSource]]:
    """Return the sources that name a path of this repository, each with its index."""
    numbered = enumerate(application.sources)
    return [(index, one) for index, one in numbered if one.local and one.path and not one.chart]


def deploying_this_repository(facts: Facts) -> list[Subject]:
    """Return the declared Applications that have such a source, sorted."""
    known = facts.find(DeclaredApplications)
    return (
        [subjects.application(application.key) for application in with_local_sources(known)]
        if known
        else []
    )


def with_local_sources(declared: DeclaredApplications) -> list[DeclaredApplication]:
    """Return the declared Applications that have such a source, sorted."""
    return [one for _, one in sorted(declared.applications.items()) if local_sources(one)]


def branch_or_tag(revision: str) -> str:
    """Return a ``targetRevision`` by its short name; an empty one is ``HEAD``, as in Argo CD."""
    name = revision.strip().removeprefix("refs/heads/").removeprefix("refs/tags/")
    return name or "HEAD"


def commit_of(revision: str, repository: Repository) -> str:
    """Return the commit for which a ``targetRevision`` stands, or an empty string.

    ``HEAD`` is what the checkout follows. A commit stands for itself, also a shortened one.
    """
    name = branch_or_tag(revision)
    if name in {"HEAD", repository.reference}:
        return repository.revision
    for known in (revision.strip(), name):
        if known in repository.references:
            return repository.references[known]
    return name.lower() if _COMMIT.fullmatch(name) else ""


def is_checked_out(source: ApplicationSource, repository: Repository) -> bool:
    """Tell whether the checkout shows what *source* deploys; it does unless its refs disprove it.

    What a directory without Git metadata stands for nobody can tell, so it is taken as it is.
    """
    commit = commit_of(source.revision, repository)
    return not commit or not repository.revision or repository.revision.startswith(commit)


def missing_paths(application: DeclaredApplication, repository: Repository) -> list[str]:
    """Return the local paths that do not exist in the repository, as far as it is checked out."""
    return [
        source.path
        for _, source in local_sources(application)
        if is_checked_out(source, repository) and repository.paths.get(source.path) is False
    ]


def differences(
    declared: DeclaredApplication, observed: ObservedApplication, *, repository: Repository
) -> list[str]:
    """Return in words how the observed sources are not those declared; empty where they are."""
    want, have = declared.sources, observed.sources
    if len(want) != len(have):
        return [f"{len(have)} sources instead of {len(want)}"]
    return [
        text
        for index, pair in enumerate(zip(want, have, strict=True))
        for field, text in _differences(*pair, repository=repository)
        if not declared.leaves(f"/spec/source/{field}", f"/spec/sources/{index}/{field}")
    ]


def _differences(
    want: ApplicationSource, have: ApplicationSource, *, repository: Repository
) -> Iterator[tuple[str, str]]:
    """Yield the fields that differ, each with the difference in words."""
    # A source written by hand may leave out its repository: that of the settings is meant.
    # Addresses are shown normalised, as what was written may hold a password.
    wants, has = normalise(want.repository), normalise(have.repository)
    if wants and wants != has:
        yield "repoURL", f"repoURL {excerpt(has)} instead of {excerpt(wants)}"
    if posixpath.normpath(want.path) != posixpath.normpath(have.path):
        paths = f"{excerpt(have.path) or 'none'} instead of {excerpt(want.path) or 'none'}"
        yield "path", f"path {paths}"
    if want.chart != have.chart:
        charts = f"{excerpt(have.chart) or 'none'} instead of {excerpt(want.chart) or 'none'}"
        yield "chart", f"chart {charts}"
    if _followed(want, repository) != _followed(have, repository):
        has, wants = branch_or_tag(have.revision), branch_or_tag(want.revision)
        yield "targetRevision", f"targetRevision {excerpt(has)} instead of {excerpt(wants)}"


def _followed(source: ApplicationSource, repository: Repository) -> str:
    """Return what a source follows; the branch of the checkout may be called ``HEAD``, too."""
    name = branch_or_tag(source.revision)
    return "HEAD" if name == repository.reference else name
