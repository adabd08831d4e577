"""Clusters that a chart could be rendered for, where nobody says which one it is.

What a chart makes of the version is decided by comparisons with versions that stand in its
templates, and what of the APIs by those that it names. So one rendering for each span between such
versions, and with and without each API, shows all that it could make.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from exporter.declared.helm.chart import Asked, actions
from exporter.declared.helm.plan import Plan

OLDEST: Final = (1, 19, 0)
NEWEST: Final = (1, 45, 0)
"""Between these any cluster is taken to be."""

MAX_RENDERINGS: Final = 32
_VERSION: Final = re.compile(
    rb"(?:(>=|=>|<=|=<|!=|~>|[<>=~^])[ ]{0,9})?"
    rb"(?<![\d.])v?1\.(\d{1,2})(?:\.(\d{1,2}|[xX*]))?(?![\d.])"
)
_FOR: Final = re.compile(rb"^kubeVersion:.*$", re.MULTILINE)
_COMPARISON: Final = re.compile(rb"\bsemver(?:Compare)?\b")
_LITERAL: Final = re.compile(rb"\bsemver(?:Compare)?\s+[\"`]")
_NUMBERS: Final = re.compile(rb"KubeVersion\.(?:Minor|Major)")
_NAMED: Final = re.compile(rb"APIVersions\.Has\s+[\"`]([\w./-]+)[\"`]")
_APIS: Final = re.compile(rb"\bAPIVersions\b")

_Version = tuple[int, int, int]


def possible(planned: Plan, asked: Asked, texts: Iterable[bytes]) -> tuple[Plan, ...] | None:
    """Return a plan for each cluster that *planned* could be for, by the *texts* of its chart.

    *asked* is what is not known of the cluster. None where there are too many, or it cannot be
    told which APIs are asked for.
    """
    known = list(texts)
    apis = _apis(known) if asked.api_versions else ()
    if apis is None:
        return None
    versions = list(_versions(known)) if asked.kube_version else [planned.kube_version]
    found = [
        replace(planned, kube_version=version, api_versions=served)
        for version in versions
        for served in dict.fromkeys(((), apis))
    ]
    found += [
        replace(planned, kube_version=versions[-1], api_versions=served)
        for at in range(len(apis))
        for served in ((apis[at],), (*apis[:at], *apis[at + 1 :]))
    ]
    distinct = tuple(dict.fromkeys(found))
    return distinct if len(distinct) <= MAX_RENDERINGS else None


def _versions(texts: Iterable[bytes]) -> Iterator[str]:
    """Yield versions that stand for all: the oldest, the newest, and where a comparison turns."""
    points: set[_Version] = {OLDEST, NEWEST}
    for text in texts:
        for one in _VERSION.finditer(_compared(text)):
            points |= _turns(one[1] or b"", int(one[2]), one[3] or b"")
        if _NUMBERS.search(text):
            points |= {(1, minor, 0) for minor in range(OLDEST[1], NEWEST[1])}
    for point in sorted(points):
        if OLDEST <= point <= NEWEST:
            yield ".".join(map(str, point))


def _turns(operator: bytes, minor: int, patch: bytes) -> set[_Version]:
    """Return from which versions on a comparison with ``1.minor.patch`` may have another outcome.

    Without a patch, ``=1.20`` and ``<=1.20`` take any. Source: ``github.com/Masterminds/semver``.
    """
    at, above = (1, minor, 0), (1, minor + 1, 0)
    if patch.isdigit():
        at, above = (1, minor, int(patch)), (1, minor, int(patch) + 1)
    match operator:
        case b">=" | b"=>" | b"<" | b"^":
            return {at}
        case b">" | b"<=" | b"=<":
            return {above}
        case _:
            return {at, above, (1, minor + 1, 0)}


def _compared(text: bytes) -> bytes:
    """Return what of a text versions may be compared with: all where it is no literal version."""
    if len(_LITERAL.findall(text)) != len(_COMPARISON.findall(text)):
        return text
    return b"\n".join((*_FOR.findall(text), *(text[start:end] for start, end in actions(text))))


def _apis(texts: Iterable[bytes]) -> tuple[str, ...] | None:
    """Return the APIs that are asked for by name; None where some are asked for otherwise."""
    found: dict[str, None] = {}
    for text in texts:
        named = [one.decode() for one in _NAMED.findall(text)]
        if len(named) != len(_APIS.findall(text)):
            return None
        found |= dict.fromkeys(named)
    return tuple(found)
