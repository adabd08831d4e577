"""Opening the checkout, with what Git says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from exporter.declared.checkout import Checkout
from exporter.declared.repository import GitState, describe, without_credentials
from exporter.domain.applications import Repository
from exporter.domain.declaration import Failure
from exporter.domain.errors import ReadError
from exporter.domain.provenance import Place, Source
from exporter.settings.declared import RepositorySettings
from exporter.settings.load import Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A checkout with what Git says of it."""

    checkout: Checkout
    git: GitState
    failures: tuple[Failure, ...] = ()


async def open_checkout(loaded: Loaded) -> Opened:
    """Open the checkout; where that fails, an empty one that every reader fails at."""
    given = loaded.repository
    path = loaded.path(given.path)
    place = Place(source=Source.REPOSITORY, path=given.path)
    try:
        checkout = Checkout.at(path)
    except ReadError as error:
        missing = Failure(place, error.reason, error.message, "set repository to the checkout")
        return Opened(checkout=Checkout(root=path), git=GitState(), failures=(missing,))
    failures: tuple[Failure, ...] = ()
    try:
        git = await describe(checkout.root)
    except ReadError as error:
        git = GitState()
        failures = (Failure(place, error.reason, error.message, error.advice),)
    git = _as_given(git, given)
    checkout = Checkout(root=checkout.root, revision=git.revision)
    return Opened(checkout=checkout, git=git, failures=failures)


def _as_given(git: GitState, given: RepositorySettings) -> GitState:
    return replace(
        git,
        revision=given.revision or git.revision,
        reference=given.reference or git.reference,
        url=without_credentials(given.url) or git.url,
    )


def repository(git: GitState, paths: Mapping[str, bool]) -> Repository:
    """Return the repository as checks see it; *paths* are those that Applications deploy."""
    return Repository(
        revision=git.revision,
        reference=git.reference,
        committed=git.committed,
        references=git.references,
        paths=paths,
    )
