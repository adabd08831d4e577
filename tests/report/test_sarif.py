"""SARIF points at the lines of the code, and holds to its schema."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from exporter.domain.declaration import Failure
from exporter.domain.errors import Reason
from exporter.domain.evaluation import Evaluation, SourceStatus
from exporter.domain.finding import Finding, Severity, Verdict
from exporter.domain.provenance import Place, Source
from exporter.report.overview import overview
from exporter.report.texts import Lang
from exporter.report.writers import Form, write
from tests.report.evaluations import PLACE, blind, charts, check, evaluation, finding, foreign

SCHEMA = json.loads((Path(__file__).parent / "fixtures" / "sarif-2.1.0-subset.json").read_text())
OTHER = Place(Source.ANSIBLE, "ansible/hosts.ini", 7, PLACE.revision)


def run(
    outcome: Evaluation, *, lang: Lang = Lang.EN, repository: str = "", documentation: str = ""
) -> Any:
    view = overview(outcome, repository=repository, documentation=documentation)
    log = json.loads(write(view, form=Form.SARIF, lang=lang))
    Draft202012Validator(SCHEMA).validate(log)
    (found,) = log["runs"]
    return found


def only_result(one: Finding) -> Any:
    (result,) = run(evaluation(one))["results"]
    return result


def test_a_result_points_at_the_first_line_and_names_the_others() -> None:
    result = only_result(finding("n1", detail="a taint", provenance=(PLACE, OTHER)))

    (location,) = result["locations"]
    (related,) = result["relatedLocations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "terraform/main.tf", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 53},
    }
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "ansible/hosts.ini"
    assert result["message"]["text"] == "Node n1: a taint"


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(replace(PLACE, path=""), id="no file"),
        pytest.param(Place(Source.KUBERNETES, "/api/v1/nodes"), id="no file of the repository"),
    ],
)
def test_what_stands_in_no_file_of_the_repository_has_only_its_name(place: Place) -> None:
    (location,) = only_result(finding("n1", provenance=(place,)))["locations"]

    assert location.keys() == {"logicalLocations"}
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "Node n1"


def test_a_file_without_lines_has_no_region() -> None:
    result = only_result(finding("n1", provenance=(replace(PLACE, line=0, path="a b/ü.tf"),)))

    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a%20b/%C3%BC.tf", "uriBaseId": "%SRCROOT%"}
    }


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        pytest.param(Severity.CRITICAL, "error", id="critical"),
        pytest.param(Severity.WARNING, "warning", id="warning"),
        pytest.param(Severity.INFO, "note", id="info"),
    ],
)
def test_the_level_follows_the_severity(severity: Severity, level: str) -> None:
    found = run(evaluation(finding(), checks=(check("node_ready", severity=severity),)))

    assert found["results"][0]["level"] == level
    assert found["tool"]["driver"]["rules"][0]["defaultConfiguration"]["level"] == level


@pytest.mark.parametrize(
    ("verdict", "kind", "suppressed"),
    [
        pytest.param(Verdict.FAIL, "fail", False, id="fail"),
        pytest.param(Verdict.UNKNOWN, "open", False, id="could not look"),
        pytest.param(Verdict.WAIVED, "fail", True, id="waived"),
        pytest.param(Verdict.SUPPRESSED, "fail", True, id="explained"),
    ],
)
def test_what_is_accepted_or_explained_is_suppressed(
    verdict: Verdict, kind: str, suppressed: object
) -> None:
    result = only_result(finding("n1", verdict, detail="a rollout"))

    assert (result["kind"], bool(result["suppressions"])) == (kind, suppressed)


def test_a_waiver_is_the_justification() -> None:
    (suppression,) = only_result(finding("n1", Verdict.WAIVED))["suppressions"]

    assert suppression == {
        "kind": "external",
        "status": "accepted",
        "justification": "being replaced (platform team, head of platform, OPS-7, "
        "until 2025-12-01T00:00:00+00:00)",
    }


def test_passes_are_no_results() -> None:
    assert run(evaluation(finding("n1", Verdict.PASS)))["results"] == []


def test_a_result_is_the_same_while_lines_and_details_change() -> None:
    before = only_result(finding("n1", detail="one", provenance=(PLACE,)))
    after = only_result(finding("n1", detail="two", provenance=(replace(PLACE, line=99),)))
    other = only_result(finding("n2", detail="one", provenance=(PLACE,)))

    assert before["partialFingerprints"] == after["partialFingerprints"]
    assert before["partialFingerprints"] != other["partialFingerprints"]


def test_each_result_names_its_rule_by_index_too() -> None:
    found = run(evaluation(finding("a"), finding("b", check="node_taints")))

    rules = [one["id"] for one in found["tool"]["driver"]["rules"]]
    assert [rules[one["ruleIndex"]] for one in found["results"]] == [
        one["ruleId"] for one in found["results"]
    ]


@pytest.mark.parametrize(
    ("documentation", "address"),
    [
        pytest.param("", None, id="published nowhere"),
        pytest.param("javascript:x", None, id="no address"),
        pytest.param(
            "https://docs.example.com/conformance/",
            "https://docs.example.com/conformance/checks/node_ready.md",
            id="published",
        ),
    ],
)
def test_a_rule_links_to_its_page(documentation: str, address: str | None) -> None:
    (rule,) = run(evaluation(finding()), documentation=documentation)["tool"]["driver"]["rules"]

    assert rule.get("helpUri") == address
    assert "docs/checks/node_ready.md" in rule["help"]["text"]


@pytest.mark.parametrize(
    ("repository", "address"),
    [
        pytest.param("https://git.example.com/a.git", "https://git.example.com/a.git", id="https"),
        pytest.param("https://me:s3cret@git.example.com/a", "https://git.example.com/a", id="user"),
        pytest.param("git@git.example.com:org/a.git", "ssh://git.example.com/org/a.git", id="scp"),
        pytest.param("https://git.example.com/a?token=x", "https://git.example.com/a", id="query"),
    ],
)
def test_the_checkout_is_named_without_passwords(repository: str, address: str) -> None:
    (checkout,) = run(evaluation(finding()), repository=repository)["versionControlProvenance"]

    assert checkout["repositoryUri"] == address


@pytest.mark.parametrize(
    "repository",
    [
        pytest.param("", id="none"),
        pytest.param("/srv/git/a", id="a path"),
        pytest.param("file:///a", id="a file"),
        pytest.param("https://[::1", id="malformed"),
    ],
)
def test_an_address_that_is_none_is_left_out(repository: str) -> None:
    assert "versionControlProvenance" not in run(evaluation(finding()), repository=repository)


def test_a_source_that_is_down_makes_the_run_unsuccessful() -> None:
    failure = Failure(place=PLACE, reason=Reason.MALFORMED, message="no HCL")
    source = SourceStatus(source=Source.TERRAFORM, up=False, failures=(failure,))

    (invocation,) = run(evaluation(sources=(source,)))["invocations"]

    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert notification["message"]["text"] == "terraform could not be read: no HCL"


def test_titles_are_in_the_language_asked_for() -> None:
    known = replace(check("node_taints"), title="Nodes carry the declared labels")

    found = run(evaluation(checks=(known,)), lang=Lang.KO)

    assert found["language"] == "ko"
    assert found["tool"]["driver"]["rules"][0]["shortDescription"]["text"] == "노드 레이블"


@settings(deadline=None)
@given(foreign(40), foreign(40), foreign(40))
def test_whatever_a_text_holds_it_stays_sarif(name: str, detail: str, path: str) -> None:
    result = only_result(finding(name, detail=detail, provenance=(replace(PLACE, path=path),)))

    assert result["message"]["text"].startswith("Node ")


def test_what_is_not_compared_is_open_at_its_place_with_the_reason() -> None:
    result = only_result(*blind(charts(0, "allow its host")))

    assert (result["kind"], result["level"]) == ("open", "none")
    assert result["properties"] == {
        "verdict": "unknown",
        "layer": "applications",
        "reason": "not_rendered",
    }
    assert result["message"]["text"] == (
        "Source argocd/app-00/0: not rendered: the chart chart-00 lies in no checkout "
        "(allow its host)"
    )


def test_a_rule_of_all_layers_names_none() -> None:
    (rule,) = run(evaluation(*blind(charts(0, "x"))))["tool"]["driver"]["rules"]

    assert rule["properties"].keys() == {"severity", "tags"}
