"""Every format of a report can be written of whatever was found, and says the same."""

import json
import re
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.domain.evaluation import WaiverState
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.nodes import ObservedNode, ObservedNodes
from exporter.report import html, markdown
from exporter.report.chapters.cells import LIMIT
from exporter.report.composition import paper
from exporter.report.overview import overview
from exporter.report.paper import Paper, Section, Table
from exporter.report.texts import Lang, texts
from exporter.report.writers import WRITERS, Form, write
from tests.report.evaluations import NOW, PLACE, WAIVER, evaluation, finding, foreign

LANGS = [pytest.param(one, id=one) for one in Lang]
FOREIGN = foreign(30)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | FOREIGN,
    lambda one: st.lists(one, max_size=3) | st.dictionaries(FOREIGN, one, max_size=3),
    max_leaves=5,
)
FINDINGS = st.lists(
    st.builds(
        Finding,
        check=st.sampled_from(["node_ready", "node_taints", "declaration_conflict"]),
        subject=st.builds(Subject, st.just("Node"), FOREIGN, FOREIGN),
        verdict=st.sampled_from([one for one in Verdict if one is not Verdict.WAIVED]),
        detail=FOREIGN,
        declared=PLAIN,
        observed=PLAIN,
        provenance=st.sampled_from([(), (PLACE,), (replace(PLACE, path="a|b\n<c>"), PLACE)]),
        cause=st.none()
        | st.builds(
            Cause,
            st.sampled_from(["node_ready", "kubernetes", "internal"]) | FOREIGN,
            st.none() | st.builds(Subject, st.just("Node"), FOREIGN, FOREIGN),
        ),
    ),
    max_size=4,
    unique_by=lambda one: (one.check, one.subject),
)


def report(*findings: Finding, lang: Lang = Lang.EN, **given: Any) -> Paper:
    return paper(overview(evaluation(*findings, **given)), texts=texts(lang))


def sections(one: Paper | Section) -> list[Section]:
    parts = one.sections if isinstance(one, Paper) else one.parts
    return [inner for part in parts for inner in (part, *sections(part))]


def tables(one: Paper) -> list[Table]:
    return [block for part in sections(one) for block in part.blocks if isinstance(block, Table)]


def spoken(one: Paper) -> str:
    return markdown.write(one)


@settings(deadline=None)
@given(FINDINGS)
def test_whatever_is_found_can_be_written(findings: list[Finding]) -> None:
    outcome = evaluation(*findings)
    view = overview(outcome, cluster="<&|>", web="https://git.example.com/{path}#{line}")

    done = {form: write(view, form=form, lang=Lang.KO) for form in Form}

    assert len(json.loads(done[Form.JSON])["findings"]) == len(findings)
    assert fromstring(done[Form.JUNIT]).get("tests") == str(len(findings))  # noqa: S314 - our own
    deviations = [one for one in findings if one.verdict is not Verdict.PASS]
    assert len(json.loads(done[Form.SARIF])["runs"][0]["results"]) == len(deviations)
    assert done[Form.HTML].decode().count("<table") == done[Form.HTML].decode().count("</table>")
    lines = done[Form.MARKDOWN].decode().split("\n")
    assert {line[-1] for line in lines if line.startswith("|")} == {"|"}


@settings(deadline=None)
@given(FINDINGS)
def test_both_languages_have_the_same_sections_and_rows(findings: list[Finding]) -> None:
    shapes = []
    for lang in Lang:
        done = report(*findings, lang=lang)
        shapes.append(
            (
                [(len(one.blocks), len(one.parts)) for one in sections(done)],
                [(len(one.head), len(one.rows)) for one in tables(done)],
            )
        )

    assert shapes[0] == shapes[1]


def test_every_format_has_a_content_type() -> None:
    assert WRITERS.keys() == set(Form)


def test_nothing_seen_is_told_as_nothing_known() -> None:
    text = spoken(report())

    assert "**Nothing that can be checked is declared**" in text
    assert "| match |" not in text.split("8.2. Success indicators")[0]


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        pytest.param(
            Lang.EN,
            "**Does not conform: 1 finding fails**\n\n2 items were checked: 1 conform, 1 deviate.",
            id="en",
        ),
        pytest.param(Lang.KO, "**코드와 불일치: 1건**", id="ko"),
    ],
)
def test_one_is_one(lang: Lang, sentence: str) -> None:
    assert sentence in spoken(report(finding("a"), finding("b", Verdict.PASS), lang=lang))


def test_what_was_not_seen_is_said_in_the_first_section() -> None:
    text = spoken(report(finding("a", Verdict.UNKNOWN, detail="no answer", cause="kubernetes")))

    assert "1 item is unknown; nothing is claimed about it." in text
    assert "| Kubernetes API | no answer | 1 | Node a |" in text


def test_a_waiver_stands_with_owner_reason_and_end() -> None:
    text = spoken(report(finding("a", Verdict.WAIVED)))

    assert (
        "| Title of node_ready | valid | Node a | being replaced | platform team "
        "| 2025-12-01 00:00 UTC | head of platform | OPS-7 |"
    ) in text


def test_instants_are_told_in_the_zone_asked_for() -> None:
    view = overview(evaluation(finding("a", Verdict.WAIVED)))

    text = write(
        view, form=Form.MARKDOWN, lang=Lang.KO, zone=timezone(timedelta(hours=9), "KST")
    ).decode()

    assert "- 검증 일시: 2025년 11월 12일 14:30 KST" in text
    assert "2025년 12월 1일 09:00 KST" in text


def test_without_another_zone_that_of_the_settings_counts() -> None:
    seoul = timezone(timedelta(hours=9), "KST")

    text = write(overview(evaluation(), zone=seoul), form=Form.MARKDOWN).decode()

    assert "2025-11-12 14:30 KST" in text


def test_the_result_is_the_second_column_of_every_table() -> None:
    done = report(finding("a"), finding("b", Verdict.PASS))

    for each in tables(done):
        found = {
            column
            for row in each.rows
            for column, cell in enumerate(row)
            if cell.verdict is not None
        }
        assert found <= {1}


def test_contradicting_declarations_are_expected_to_agree() -> None:
    text = spoken(report(finding("a", check="declaration_conflict"), lang=Lang.KO))

    assert "- 예상: 모든 위치에서 같은 값" in text
    assert "선언 간 불일치" not in text


def test_what_differs_in_the_same_way_is_one_entry() -> None:
    details = {name: f"undeclared domain={name}:NoSchedule" for name in ("auth", "chat")}
    alike = [finding(f"k8s-{name}", detail=detail) for name, detail in details.items()]

    done = report(*alike, finding("k8s-info", detail="missing domain=info:NoSchedule"))

    entries = done.sections[1].parts
    assert [entry.title.partition("”: ")[2] for entry in entries] == ["2 subjects", "Node k8s-info"]
    assert "Node k8s-auth, k8s-chat" in spoken(done)


@pytest.mark.parametrize(
    ("part", "text"),
    [
        pytest.param(0.0, "0.0%", id="nothing"),
        pytest.param(34 / 43, "79.1%", id="rounded"),
        pytest.param(0.9999, "99.9%", id="nearly all is not all"),
        pytest.param(1.0, "100%", id="all"),
    ],
)
def test_only_a_whole_is_100_percent(part: float, text: str) -> None:
    assert texts(Lang.EN).share(part) == text


def test_a_long_table_is_cut_and_keeps_what_deviates() -> None:
    nodes = {f"n{number:04}": ObservedNode(name="", labels={}) for number in range(LIMIT + 1)}
    last = max(nodes)
    findings = (finding(name, Verdict.PASS) for name in nodes if name != last)

    done = report(*findings, finding(last), facts=Facts({ObservedNodes: ObservedNodes(nodes)}))

    text = spoken(done).split("3.2. Nodes")[1].split("## 4.")[0]
    assert f"| {last} |" in text
    assert "1 more row is left out; the JSON format has it." in text


def test_a_message_in_a_foreign_text_is_no_placeholder() -> None:
    hostile = replace(WAIVER, reason="{0.real} {n} %s", owner="{owner}")
    outcome = evaluation(finding("{n}", Verdict.WAIVED), waivers=((hostile, WaiverState.ACTIVE),))

    for lang in Lang:
        text = spoken(paper(overview(outcome), texts=texts(lang)))
        assert "{0.real} {n} %s | {owner}" in text


@pytest.mark.parametrize("lang", LANGS)
def test_a_node_called_script_and_one_with_a_pipe_are_names(lang: Lang) -> None:
    done = report(finding("<script>"), finding("a|b"), lang=lang)

    assert r"Node &lt;script&gt;, a\|b" in markdown.write(done)
    assert "<dd>Node &lt;script&gt;, a|b</dd>" in html.write(done)
    assert not re.search("<script", html.write(done))


def test_json_says_what_check_says_and_more() -> None:
    view = overview(evaluation(finding("a")), cluster="ecoeco")

    found = json.loads(write(view, form=Form.JSON))

    assert found["at"] == NOW.isoformat()
    assert found["cluster"] == "ecoeco"
    assert found.keys() >= {"layers", "findings", "sources", "waivers", "nodes", "recommendations"}
