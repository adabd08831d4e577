"""Findings that are made of parts: any sure failure decides, then whatever is not known."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from msgspec.structs import replace

from exporter.checks.wording import listing
from exporter.domain.finding import Cause, Finding, Verdict
from exporter.domain.provenance import Place

MAX_DETAIL: Final = 1_000


class Part(NamedTuple):
    """What is amiss with one attribute of a subject, or not known of it; *place* declares it."""

    verdict: Verdict
    detail: str
    cause: Cause | None = None
    place: Place | None = None


def fails(detail: str, *, place: Place | None = None) -> Part:
    """Return a part that is sure to be amiss."""
    return Part(Verdict.FAIL, detail, place=place)


def unknown(detail: str, *, cause: Cause | None = None, place: Place | None = None) -> Part:
    """Return a part of which nobody can tell."""
    return Part(Verdict.UNKNOWN, detail, cause=cause, place=place)


def judged(passing: Finding, parts: Iterable[Part]) -> Finding:
    """Return what is found of a subject, given what is amiss with it: *passing* where nothing is.

    Of what is not known, that counts first which nothing explains.
    """
    found = list(dict.fromkeys(parts))
    if not found:
        return passing
    failing = [part for part in found if part.verdict is Verdict.FAIL]
    decisive = failing or sorted(found, key=_is_explained)[:1]
    places = dict.fromkeys(part.place for part in decisive if part.place)
    return replace(
        passing,
        verdict=decisive[0].verdict,
        detail=listing([part.detail for part in decisive])[:MAX_DETAIL],
        provenance=tuple(dict.fromkeys((*places, *passing.provenance))),
        cause=None if failing else decisive[0].cause,
    )


def _is_explained(part: Part) -> bool:
    return part.cause is not None and part.cause.subject is not None
