"""Reports of OpenReports are valid, lose no finding, and fit into objects of Kubernetes."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from exporter.domain.finding import Finding, Verdict
from exporter.report import openreports
from exporter.report.overview import overview
from exporter.report.writers import Form, write
from tests.report.evaluations import evaluation, finding
from tests.report.openreports_schema import LIST
from tests.report.test_writers import FINDINGS

VALID = Draft202012Validator(LIST)


def reports(*findings: Finding) -> list[dict[str, Any]]:
    view = overview(evaluation(*findings))
    document = json.loads(write(view, form=Form.OPENREPORTS))
    VALID.validate(document)
    items: list[dict[str, Any]] = document["items"]
    return items


@settings(deadline=None, max_examples=50)
@given(FINDINGS)
def test_whatever_is_found_is_a_valid_report_of_all_of_it(findings: list[Finding]) -> None:
    found = reports(*findings)

    assert sum(len(report["results"]) for report in found) == len(findings)
    assert sum(sum(report["summary"].values()) for report in found) == len(findings)


@pytest.mark.parametrize(
    ("verdict", "result"),
    [
        pytest.param(Verdict.PASS, "pass", id="pass"),
        pytest.param(Verdict.FAIL, "fail", id="fail"),
        pytest.param(Verdict.UNKNOWN, "error", id="nobody could look"),
        pytest.param(Verdict.WAIVED, "skip", id="accepted"),
        pytest.param(Verdict.SUPPRESSED, "skip", id="explained"),
    ],
)
def test_a_verdict_is_told_as_the_api_means_it(verdict: Verdict, result: str) -> None:
    (report,) = reports(finding("n1", verdict))

    assert report["kind"] == "ClusterReport"
    assert [each["result"] for each in report["results"]] == [result]
    assert report["summary"][result] == 1


def test_what_is_accepted_says_by_whom_why_and_until_when() -> None:
    (report,) = reports(finding("n1", Verdict.WAIVED))

    (result,) = report["results"]
    assert result["properties"] == {
        "verdict": "waived",
        "controls": "ISMS-P 2.9.2, ISO/IEC 27001:2022 A.8.14, ISO/IEC 27001:2022 A.8.16, "
        "SOC 2 A1.2, SOC 2 CC7.2",
        "acceptedBy": "head of platform",
        "acceptedUntil": "2025-12-01T00:00:00+00:00",
        "acceptedFor": "being replaced",
        "ticket": "OPS-7",
    }


def test_many_results_are_several_reports() -> None:
    found = reports(*(finding(f"n{number:04}") for number in range(openreports.LIMIT + 1)))

    assert [report["metadata"]["name"] for report in found] == [
        "cluster-conformance",
        "cluster-conformance-2",
    ]
