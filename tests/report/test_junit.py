"""JUnit XML holds what the schema of Jenkins' xUnit plugin allows, and what was found."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from msgspec import structs

from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Finding, Layer, Verdict
from exporter.domain.items import ItemState
from exporter.report import junit
from tests.report.evaluations import (
    PLACE,
    WAIVER,
    blind,
    charts,
    check,
    evaluation,
    finding,
    foreign,
    item,
)

RESULT = {"type", "message"}
COUNTS = {"tests", "failures", "errors"}
ALLOWED: Mapping[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"name", "time", *COUNTS}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "skipped", "timestamp", "hostname", "id", "package", "time", *COUNTS},
        {"name", *COUNTS},
        {"properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, {"name", "value"}, set()),
    "testcase": (
        {"name", "classname", "time", "group"},
        {"name"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "skipped": (RESULT, set(), set()),
    "error": (RESULT, set(), set()),
    "failure": (RESULT, set(), set()),
    "system-out": (set(), set(), set()),
}
"""By element, as junit-10.xsd has it: attributes, required ones, children."""


def valid(element: Element) -> Element:
    """Hold *element* to the schema, and return it."""
    attributes, required, children = ALLOWED[element.tag]
    assert required <= set(element.keys()) <= attributes
    assert {child.tag for child in element} <= children
    for child in element:
        valid(child)
    return element


def read(outcome: Evaluation) -> Element:
    return valid(fromstring(junit.write(outcome)))  # noqa: S314 - written by ourselves


def only_case(one: Finding) -> Element:
    (case,) = read(evaluation(one)).iter("testcase")
    return case


@pytest.mark.parametrize(
    ("verdict", "outcomes"),
    [
        pytest.param(Verdict.PASS, [], id="pass"),
        pytest.param(Verdict.FAIL, ["failure"], id="fail"),
        pytest.param(Verdict.UNKNOWN, ["error"], id="could not look"),
        pytest.param(Verdict.WAIVED, ["skipped"], id="waived"),
        pytest.param(Verdict.SUPPRESSED, ["skipped"], id="suppressed"),
    ],
)
def test_each_verdict_has_its_outcome(verdict: Verdict, outcomes: list[str]) -> None:
    case = only_case(finding("n1", verdict))

    assert [child.tag for child in case] == outcomes


def test_each_check_is_a_suite_also_one_without_subjects() -> None:
    root = read(evaluation(finding("n1"), checks=(check("node_ready"), check("node_taints"))))

    assert [(one.get("name"), one.get("tests")) for one in root] == [
        ("node_ready", "1"),
        ("node_taints", "0"),
    ]


def test_the_counts_are_those_of_the_cases() -> None:
    root = read(evaluation(*(finding(one, one) for one in Verdict)))

    (suite,) = root
    assert [suite.get(one) for one in ("tests", "failures", "errors", "skipped")] == [
        *("5", "1", "1", "2")
    ]
    assert [root.get(one) for one in ("tests", "failures", "errors")] == ["5", "1", "1"]


def test_a_failure_says_what_and_where() -> None:
    case = only_case(finding("n1", detail="undeclared taint", provenance=(PLACE,)))

    failure, out = case
    assert failure.get("message") == "undeclared taint"
    assert out.text == "declared at terraform/main.tf:53 @ 8d1f4c27b6a0"


def test_a_waived_failure_says_who_accepts_it_until_when() -> None:
    (skipped,) = only_case(finding("n1", Verdict.WAIVED, detail="not Ready"))

    assert skipped.get("message") == (
        "not Ready; accepted by platform team until 2025-12-01T00:00:00+00:00: being replaced"
    )


@settings(deadline=None)
@given(foreign(40), foreign(40))
def test_whatever_a_text_holds_it_stays_xml(name: str, detail: str) -> None:
    case = only_case(finding(name, detail=detail))

    assert (case.get("name") or "").startswith("Node ")


def test_a_check_of_all_layers_is_one_suite_with_the_layer_in_the_class_of_each_case() -> None:
    items = (*charts(0, "allow its host"), item("a.tf", ItemState.UNSUPPORTED, kind="Directory"))
    moved = structs.replace(items[1], layers=(Layer.INFRASTRUCTURE,))

    (suite,) = read(evaluation(*blind((items[0], moved)), items=items))

    assert suite.get("name") == "declaration_compared"
    assert [one.get("classname") for one in suite.iter("testcase")] == [
        "infrastructure.declaration_compared",
        "applications.declaration_compared",
    ]
    assert [one.get("name") for one in suite.iter("property")] == ["severity", "title"]


def test_what_is_not_compared_is_an_error_that_says_why_and_what_to_do() -> None:
    error, _ = only_case(*blind(charts(0, "allow its host")))

    assert error.tag == "error"
    assert error.get("message") == (
        "not rendered: the chart chart-00 lies in no checkout (allow its host)"
    )


def test_a_blind_spot_that_is_accepted_is_skipped() -> None:
    skipped, _ = only_case(*blind(charts(0, "allow its host"), waiver=WAIVER.id))

    assert skipped.tag == "skipped"
    assert "accepted by platform team until" in (skipped.get("message") or "")
