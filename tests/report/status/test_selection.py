"""Of all causes the asked page is shown; filters and search leave out what does not fit."""

import pytest

from exporter.domain.finding import Verdict
from exporter.domain.items import ItemState
from exporter.report.status.page_query import PageQuery
from exporter.report.status.selection import SIZE, Selection, select
from tests.report.evaluations import blind, charts, check, evaluation, finding, item
from tests.report.status.boards import board

FOUND = evaluation(
    finding("n1", detail="kubelet stopped"),
    finding("n2", Verdict.UNKNOWN, detail="nobody looked"),
    finding("n3", check="node_taints", detail="undeclared a=b:NoSchedule"),
    finding("n4", Verdict.PASS),
    checks=(check("node_ready"), check("node_taints")),
)


def names(selection: Selection) -> list[str]:
    return [row.finding.subject.name for entry in selection.entries for row in entry.members]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        pytest.param([], ["n1", "n3", "n2"], id="all, the worst first"),
        pytest.param([("verdict", "unknown")], ["n2"], id="verdict"),
        pytest.param([("verdict", "pass")], ["n4"], id="passes when asked for"),
        pytest.param([("check", "node_taints")], ["n3"], id="check"),
        pytest.param([("check", "node_taints"), ("verdict", "unknown")], [], id="both"),
        pytest.param([("kind", "Node"), ("layer", "infrastructure")], ["n1", "n3", "n2"], id="all"),
        pytest.param([("severity", "critical")], [], id="severity"),
        pytest.param([("namespace", "api")], [], id="namespace"),
        pytest.param([("owner", "nobody")], [], id="owner"),
        pytest.param([("new", "24h")], [], id="new"),
        pytest.param([("q", "KUBELET")], ["n1"], id="search without case"),
        pytest.param([("q", "stopped n1")], ["n1"], id="all words, in any order"),
        pytest.param([("q", "stopped n2")], [], id="not all words"),
        pytest.param([("verdict", "no such")], [], id="no such verdict"),
    ],
)
def test_only_what_fits_is_found(parameters: list[tuple[str, str]], expected: list[str]) -> None:
    assert names(select(board(FOUND), PageQuery.of(parameters))) == expected


def test_a_search_finds_what_conforms_by_its_name() -> None:
    selection = select(board(FOUND), PageQuery.of((("q", "n4"),)))

    assert [one.name for one in selection.subjects] == ["n4"]


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        pytest.param("subject", 3, id="subject"),
        pytest.param("check", 2, id="check"),
        pytest.param("owner", 1, id="owner"),
    ],
)
def test_findings_are_grouped_as_it_is_asked_for(by: str, groups: int) -> None:
    selection = select(board(FOUND), PageQuery.of((("by", by),)))

    assert (selection.total, selection.findings) == (groups, 3)


@pytest.mark.parametrize(
    ("asked", "first", "shown", "number"),
    [
        pytest.param("1", 0, SIZE, 1, id="first"),
        pytest.param("3", 2 * SIZE, 5, 3, id="last"),
        pytest.param("99", 2 * SIZE, 5, 3, id="beyond the last"),
    ],
)
def test_many_causes_come_in_pages(asked: str, first: int, shown: int, number: int) -> None:
    words = ["".join(chr(97 + int(digit)) for digit in f"{at:03}") for at in range(2 * SIZE + 5)]
    outcome = evaluation(*(finding(f"n{i:03}", detail=word) for i, word in enumerate(words)))

    part = select(board(outcome), PageQuery.of((("page", asked),)))

    assert (part.first, len(part.entries), part.number, part.pages) == (first, shown, number, 3)


def test_nothing_is_one_page() -> None:
    empty = Selection(entries=(), first=0, total=0, findings=0)

    assert (empty.number, empty.pages) == (1, 1)


ITEMS = (*charts(0, *["a"] * 3), item("argocd/b/9", ItemState.UNREADABLE))
BLIND = evaluation(finding("n1"), *blind(ITEMS[:3]), *blind(ITEMS[3:]), items=ITEMS)


@pytest.mark.parametrize(
    ("parameters", "counts"),
    [
        pytest.param([], [1], id="apart from what is to be settled"),
        pytest.param([("verdict", "unknown")], [3, 1], id="by verdict"),
        pytest.param([("q", "app-01")], [1], id="a search counts what it finds"),
        pytest.param([("reason", "unreadable")], [1], id="by reason"),
        pytest.param([("source", "argocd")], [3, 1], id="by source"),
        pytest.param([("source", "kustomize")], [], id="by another source"),
    ],
)
def test_what_is_not_compared_for_one_reason_is_one(
    parameters: list[tuple[str, str]], counts: list[int]
) -> None:
    part = select(board(BLIND), PageQuery.of(parameters))

    assert [len(one.members) for one in part.entries] == counts
