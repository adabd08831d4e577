"""Assessment results of OSCAL are valid, point at what is there, and claim nothing unseen."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from exporter.domain.finding import Finding, Verdict
from exporter.report.overview import overview
from exporter.report.texts import Lang
from exporter.report.writers import Form, write
from tests.report.evaluations import evaluation, finding
from tests.report.oscal_schema import DOCUMENT
from tests.report.test_writers import FINDINGS

VALID = Draft202012Validator(DOCUMENT)


def result(*findings: Finding, lang: Lang = Lang.EN) -> dict[str, Any]:
    document = json.loads(write(overview(evaluation(*findings)), form=Form.OSCAL, lang=lang))
    VALID.validate(document)
    (found,) = document["assessment-results"]["results"]
    known: dict[str, Any] = found
    return known


@settings(deadline=None, max_examples=50)
@given(FINDINGS)
def test_whatever_is_found_is_valid_and_every_reference_leads_somewhere(
    findings: list[Finding],
) -> None:
    found = result(*findings)

    items = {each["uuid"] for each in found.get("local-definitions", {}).get("inventory-items", [])}
    observations = {each["uuid"]: each for each in found.get("observations", [])}
    subjects = [each for one in observations.values() for each in one["subjects"]]
    assert len(subjects) == len(findings)
    assert {each["subject-uuid"] for each in subjects} <= items
    assert len(observations) == len(found.get("observations", []))
    for control in found.get("findings", []):
        for related in control["related-observations"]:
            assert related["observation-uuid"] in observations


@pytest.mark.parametrize(
    ("verdicts", "state", "reason"),
    [
        pytest.param([Verdict.PASS], "satisfied", "pass", id="pass"),
        pytest.param([Verdict.PASS, Verdict.FAIL], "not-satisfied", "fail", id="fail"),
        pytest.param([Verdict.PASS, Verdict.UNKNOWN], "not-satisfied", "other", id="unseen"),
        pytest.param([Verdict.WAIVED], "not-satisfied", "fail", id="accepted"),
        pytest.param([Verdict.SUPPRESSED], "not-satisfied", "fail", id="explained"),
    ],
)
def test_a_control_is_satisfied_by_passes_only(
    verdicts: list[Verdict], state: str, reason: str
) -> None:
    found = result(*(finding(f"n{number}", verdict) for number, verdict in enumerate(verdicts)))

    states = {
        (each["target"]["status"]["state"], each["target"]["status"]["reason"])
        for each in found["findings"]
    }
    assert states == {(state, reason)}


def test_what_is_accepted_is_a_risk_with_an_end() -> None:
    found = result(finding("n1", Verdict.WAIVED))

    (risk,) = found["risks"]
    assert risk["status"] == "deviation-approved"
    assert risk["deadline"] == "2025-12-01T00:00:00Z"
    assert {each["name"]: each["value"] for each in risk["props"]} == {
        "owner": "platform team",
        "approved-by": "head of platform",
        "ticket": "OPS-7",
    }
    assert all(each["related-risks"] == [{"risk-uuid": risk["uuid"]}] for each in found["findings"])


def test_identifiers_stay_while_nothing_is_new() -> None:
    assert result(finding("n1")) == result(finding("n1"))


def test_titles_of_controls_are_told_in_the_language_of_the_report() -> None:
    titles = {each["title"] for each in result(finding("n1"), lang=Lang.KO)["findings"]}

    assert "ISMS-P 2.9.2: 성능 및 장애관리" in titles
