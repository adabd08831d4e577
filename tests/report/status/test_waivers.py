"""The text of a waiver can be copied as it is, and accepts what it was made for and no more."""

from zoneinfo import ZoneInfo

import msgspec
import pytest
import yaml
from msgspec import structs

from exporter.domain.finding import Finding
from exporter.domain.instants import parse_instant
from exporter.domain.policy import Waiver
from exporter.report.status.entry_view import view
from exporter.report.status.waivers import waiver
from exporter.report.status.words import words
from exporter.report.texts import Lang
from exporter.settings.policy import WaiverSettings
from tests.report.evaluations import NOW, evaluation, finding
from tests.report.status.boards import board

NAMES = ["k8s-api-auth", "k8s-api-chat"]


def accepted(found: list[Finding]) -> set[str]:
    """Return the names of those findings that the waiver of the first entry accepts."""
    shown = board(evaluation(*found))
    entry = next(one for one in shown.to_settle if one.first.finding.detail == "down")
    text = waiver(entry, shown, reason="because", owner="me")
    plain = [
        {**one, "expires": one["expires"].isoformat()} for one in yaml.safe_load(text)["waivers"]
    ]
    given = [of_settings(one) for one in msgspec.convert(plain, list[WaiverSettings])]
    return {one.subject.name for one in found if any(each.covers(one) for each in given)}


def of_settings(given: WaiverSettings) -> Waiver:
    return Waiver(
        check=given.check,
        subject=given.subject,
        reason=given.reason,
        owner=given.owner,
        expires=parse_instant(given.expires),
    )


@pytest.mark.parametrize(
    ("others", "text"),
    [
        pytest.param([], "k8s-api-*", id="what they begin with"),
        pytest.param(["k8s-api-scan"], "k8s-api-auth", id="one by one where others begin so"),
    ],
)
def test_it_accepts_the_members_and_no_others(others: list[str], text: str) -> None:
    found = [finding(name, detail="down") for name in NAMES]
    found += [finding(name, detail="something else") for name in others]

    shown = board(evaluation(*found))

    assert text in waiver(shown.to_settle[0], shown, reason="because", owner="me")
    assert accepted(found) == set(NAMES)


@pytest.mark.parametrize("name", ["a*b", "[x]", 'quote"d', "n?1", "a: b # c", "\\"])
def test_a_name_is_no_pattern_and_no_yaml(name: str) -> None:
    other = structs.replace(finding("acb"), detail="other")

    assert accepted([finding(name, detail="down"), other]) == {name}


def test_too_many_subjects_have_no_waiver() -> None:
    found = [finding(f"{at:03}", detail="down") for at in range(50)]
    shown = board(evaluation(*found))

    assert waiver(shown.to_settle[0], shown, reason="because", owner="me") == ""


def test_it_ends_with_a_day_of_the_time_zone_in_which_the_page_is_told() -> None:
    shown = board(evaluation(finding("n1", detail="down")))
    seoul = words(Lang.KO, now=NOW, zone=ZoneInfo("Asia/Seoul"))

    text = view(shown.to_settle[0], shown, seoul).waiver

    assert "expires: 2025-12-12T00:00:00+09:00" in text
