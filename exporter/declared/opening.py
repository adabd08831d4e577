"""Opening the checkout, with what Git says of it."""

import asyncio
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from exporter.declared.checkout import Checkout
from exporter.declared.repository import GitState, describe, without_credentials
from exporter.domain.applications import Repository
from exporter.domain.codeowners import LARGEST, PATHS, CodeOwners, parse_code_owners
from exporter.domain.declaration import Failure
from exporter.domain.errors import ReadError
from exporter.domain.provenance import Place, Source
from exporter.settings.declared import FurtherRepository, RepositorySettings
from exporter.settings.load import Loaded

_ODD: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherCheckout:
    """The checkout of a further repository, with what Git says of it; ``git.url`` names it."""

    checkout: Checkout
    git: GitState


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A checkout with what Git says of it, and those of *further* repositories.

    One that is *unopened* is as if it were not named. *owners* has who answers for their files, by
    the name with which places in them begin.
    """

    checkout: Checkout
    git: GitState
    failures: tuple[Failure, ...] = ()
    further: tuple[FurtherCheckout, ...] = ()
    unopened: tuple[Failure, ...] = ()
    owners: Mapping[str, CodeOwners] = field(default_factory=dict)


async def open_checkout(loaded: Loaded) -> Opened:
    """Open the checkout and the further ones; instead of one that cannot be, an empty one.

    Every reader fails at that.
    """
    opened = await _open(loaded)
    further: dict[str, FurtherCheckout] = {}
    unopened = []
    for given in loaded.settings.declared.repositories:
        try:
            found = await _open_further(given, loaded, further)
            further[found.checkout.name] = found
        except ReadError as error:
            place = Place(source=Source.REPOSITORY, path=given.path)
            unopened.append(
                Failure(place, error.reason, error.message, error.advice, part=given.path)
            )
    owners: dict[str, CodeOwners] = {}
    for checkout in (opened.checkout, *(one.checkout for one in further.values())):
        try:
            owners[checkout.name] = await asyncio.to_thread(_code_owners, checkout)
        except ReadError as error:
            unopened.append(checkout.failure(Source.REPOSITORY, error))
    return replace(opened, further=tuple(further.values()), unopened=tuple(unopened), owners=owners)


def _code_owners(checkout: Checkout) -> CodeOwners:
    """Return who answers for files, as the repository itself says; raises :exc:`ReadError`."""
    path = next((path for path in PATHS if checkout.is_file(path)), "")
    if not path:
        return CodeOwners()
    return parse_code_owners(checkout.read_text(path, limit=LARGEST))


async def _open_further(
    given: FurtherRepository, loaded: Loaded, known: Container[str]
) -> FurtherCheckout:
    """Open a further repository, by a name that none of the *known* ones has.

    Raises :exc:`ReadError` where there is no such directory, or Git fails in it.
    """
    checkout = Checkout.at(loaded.path(given.path))
    git = await describe(checkout.root)
    git = replace(
        git,
        revision=given.revision or git.revision,
        reference=given.reference or git.reference,
        url=without_credentials(given.url),
    )
    last = given.url.rstrip("/").removesuffix(".git").rpartition("/")[2]
    name = _ODD.sub("-", last)[:_LONGEST_NAME] or "further"
    while name in known:
        name = f"{name}-2"
    return FurtherCheckout(checkout=replace(checkout, revision=git.revision, name=name), git=git)


async def _open(loaded: Loaded) -> Opened:
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


def repository(
    git: GitState, paths: Mapping[str, bool], owners: Mapping[str, CodeOwners]
) -> Repository:
    """Return the repository as checks see it; *paths* are those that Applications deploy."""
    return Repository(
        revision=git.revision,
        reference=git.reference,
        committed=git.committed,
        references=git.references,
        paths=paths,
        owners=owners,
        log=git.log,
    )
