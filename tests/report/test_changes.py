"""Two evaluations are told apart by what a reader has to do."""

import pytest
from msgspec.json import encode

from exporter.domain.errors import ParseError
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Finding, Verdict
from exporter.report import changes
from exporter.report.changes import Changes, Told
from exporter.report.documents.evaluated import Evaluation as Document
from tests.report.evaluations import evaluation, finding


def between(before: Evaluation, after: Evaluation) -> Changes:
    return changes.changes(changes.told(before), changes.told(after))


def names(some: tuple[Told, ...]) -> list[str]:
    return [one.subject.name for one in some]


def one(verdict: Verdict, detail: str = "") -> Finding:
    return finding("a", verdict, detail=detail)


@pytest.mark.parametrize(
    ("before", "after", "added", "resolved", "changed", "same"),
    [
        pytest.param(one(Verdict.PASS), one(Verdict.FAIL), 1, 0, 0, 0, id="it fails now"),
        pytest.param(one(Verdict.PASS), one(Verdict.UNKNOWN), 1, 0, 0, 0, id="nobody sees it now"),
        pytest.param(one(Verdict.UNKNOWN), one(Verdict.FAIL), 1, 0, 0, 0, id="worse than unknown"),
        pytest.param(one(Verdict.FAIL), one(Verdict.UNKNOWN), 0, 0, 1, 0, id="out of sight"),
        pytest.param(one(Verdict.FAIL), one(Verdict.PASS), 0, 1, 0, 0, id="it passes now"),
        pytest.param(one(Verdict.FAIL), one(Verdict.WAIVED), 0, 1, 0, 0, id="it is accepted"),
        pytest.param(one(Verdict.FAIL, "x"), one(Verdict.FAIL, "y"), 0, 0, 1, 0, id="other words"),
        pytest.param(one(Verdict.FAIL, "x"), one(Verdict.FAIL, "x"), 0, 0, 0, 1, id="the same"),
        pytest.param(one(Verdict.PASS), one(Verdict.PASS), 0, 0, 0, 0, id="nothing"),
    ],
)
def test_what_became_of_a_finding(
    before: Finding, after: Finding, added: int, resolved: int, changed: int, same: int
) -> None:
    found = between(evaluation(before), evaluation(after))

    counts = (len(found.added), len(found.resolved), len(found.changed), found.same)
    assert counts == (added, resolved, changed, same)


def test_what_is_declared_no_more_is_resolved() -> None:
    found = between(evaluation(finding("a"), finding("b")), evaluation(finding("b")))

    assert (names(found.added), names(found.resolved)) == ([], ["a"])


def test_a_printed_evaluation_says_what_it_was_printed_from() -> None:
    outcome = evaluation(finding("a", detail="gone"), finding("b", Verdict.PASS))

    read = changes.parse(encode(Document.of(outcome)))

    assert between(outcome, outcome) == changes.changes(read, changes.told(outcome))
    assert {key: one.verdict for key, one in read.items()} == {
        key: one.verdict for key, one in changes.told(outcome).items()
    }


@pytest.mark.parametrize("text", [b"", b"[]", b'{"findings": [{}]}', b'{"findings": 1}'])
def test_what_is_no_evaluation_is_refused(text: bytes) -> None:
    with pytest.raises(ParseError, match="is no evaluation"):
        changes.parse(text)


def test_a_comment_holds_no_markup_of_others() -> None:
    hostile = "@everyone <img src=x> [a](b) `c` | d\nnext"
    found = between(evaluation(), evaluation(finding("a", detail=hostile)))

    shown = changes.markdown(found)

    (row,) = [line for line in shown.splitlines() if line.startswith("| fail")]
    assert "\\@everyone \\<img src=x\\> \\[a\\]\\(b\\) \\`c\\` \\| d next" in row


def test_the_evaluation_for_other_formats_has_what_is_added_alone() -> None:
    before, after = evaluation(finding("a")), evaluation(finding("a"), finding("b"))

    kept = changes.only(between(before, after).added, after)

    assert [one.subject.name for one in kept.findings] == ["b"]
