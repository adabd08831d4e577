"""The page shows what was found and executes none of it."""

from datetime import UTC, datetime

from exporter.domain.evaluation import Evaluation, Score
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Subject, Verdict
from exporter.report.page import LIMIT, page

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)


def shown(*findings: Finding) -> str:
    counts = {verdict: sum(one.verdict is verdict for one in findings) for verdict in Verdict}
    outcome = Evaluation(
        at=NOW,
        seconds=0.1,
        checks=(),
        findings=findings,
        layers={Layer.INFRASTRUCTURE: Score(counts=counts)},
        scores={},
        facts=Facts(),
    )
    return page(outcome, telemetry_path="/metrics").decode()


def finding(name: str, verdict: Verdict) -> Finding:
    return Finding(check="node_ready", subject=Subject("Node", "", name), verdict=verdict)


def test_a_name_is_text_and_never_markup() -> None:
    text = shown(finding("<script>alert(1)</script>", Verdict.FAIL))

    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_the_headline_says_what_was_not_seen() -> None:
    text = shown(finding("a", Verdict.FAIL), finding("b", Verdict.UNKNOWN))

    assert "<h1>1 subjects deviate; 1 could not be judged</h1>" in text


def test_passes_are_not_listed() -> None:
    text = shown(finding("conforming", Verdict.PASS))

    assert "conforming" not in text
    assert "<h1>No deviation found</h1>" in text


def test_a_long_list_is_cut_and_says_so() -> None:
    text = shown(*(finding(f"n{number}", Verdict.FAIL) for number in range(LIMIT + 3)))

    assert "3 more are left out" in text
