"""Ranges of versions, held against Argo CD's own answers.

``answers/versions.json`` has what ``MaxVersion`` of Argo CD 3.5.1, with its
``Masterminds/semver`` 3.4.0, answers: for each range and list of versions the one it takes.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.declared.helm.versions import LONGEST, Range, Version, closest, max_version
from exporter.domain.errors import ParseError

ANSWERS: Any = json.loads((Path(__file__).parent / "answers" / "versions.json").read_text())


def answer(wanted: str, versions: list[str]) -> str | None:
    try:
        return max_version(wanted, versions)
    except ParseError:
        return None


def test_a_range_is_resolved_as_argo_cd_resolves_it() -> None:
    cases = [
        (one["wanted"], one["versions"] or ANSWERS["versions"], one["answer"])
        for one in ANSWERS["cases"]
    ]

    different = [
        (wanted, expected, found, versions)
        for wanted, versions, expected in cases
        if (found := answer(wanted, versions)) != expected
    ]

    assert len(cases) > 600
    assert different == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param("1.2.3", "1.2.3", id="the very version"),
        pytest.param("v1.2.3", "1.2.3", id="written with a v"),
        pytest.param("1.2", "1.2.9", id="a part of one"),
        pytest.param("", "2.0.0", id="nothing"),
        pytest.param("^1", "1.3.0", id="range"),
        pytest.param(">1-0", "2.1.0-rc.1", id="prerelease"),
    ],
)
def test_helm_pulls_the_closest_version(wanted: str, expected: str) -> None:
    versions = ["1.2.3", "1.2.9", "1.3.0", "2.0.0", "2.1.0-rc.1", "1.0.0-01", "no version"]

    assert closest(wanted, versions) == expected


def test_a_prerelease_is_older_than_its_release_and_numbers_are_older_than_words() -> None:
    ordered = ["1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-a", "1.0.0-a.1", "1.0.0-b", "1.0.0"]

    found = sorted(filter(None, map(Version.parse, ordered[3:] + ordered[:3])))

    assert [one.text for one in found] == ordered


@given(st.text(alphabet="0123vxX*.-+<>=!~^|, \tab", max_size=80))
def test_any_text_is_a_range_or_refused(text: str) -> None:
    try:
        found = Range.parse(text)
    except ParseError:
        return

    assert found.alternatives


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1, " * 170 + "!", id="many parts"),
        pytest.param("1" * LONGEST, id="a long number"),
        pytest.param("1  " * 160 + "!", id="many spaces"),
        pytest.param("1.0 - " * 85, id="many spans"),
        pytest.param(">=1" * 170, id="without spaces"),
        pytest.param("x" * 100_000, id="too long"),
    ],
)
def test_a_hostile_range_ends_at_once(text: str) -> None:
    assert answer(text, ["1.0.0"]) is None
