"""Of each table the asked page is shown; filters and search leave out what does not fit."""

import pytest

from exporter.domain.finding import Layer, Verdict
from exporter.domain.items import ItemState
from exporter.report.overview import overview
from exporter.report.rows import FindingRow
from exporter.report.status.page_query import PageQuery
from exporter.report.status.selection import SIZE, Part, select
from tests.report.evaluations import blind, charts, check, evaluation, finding, item


def found(*parameters: tuple[str, str]) -> list[str]:
    outcome = evaluation(
        finding("n1", detail="kubelet stopped"),
        finding("n2", Verdict.UNKNOWN),
        finding("n3", check="node_taints", detail="undeclared a=b:NoSchedule"),
        checks=(check("node_ready"), check("node_taints")),
    )
    part = select(overview(outcome), PageQuery.of(parameters), passes=()).findings
    return [row.finding.subject.name for row in part.rows]


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        pytest.param([], ["n1", "n3", "n2"], id="all, the worst first"),
        pytest.param([("verdict", "unknown")], ["n2"], id="verdict"),
        pytest.param([("check", "node_taints")], ["n3"], id="check"),
        pytest.param([("check", "node_taints"), ("verdict", "unknown")], [], id="both"),
        pytest.param([("kind", "Node"), ("layer", "infrastructure")], ["n1", "n3", "n2"], id="all"),
        pytest.param([("severity", "critical")], [], id="severity"),
        pytest.param([("namespace", "api")], [], id="namespace"),
        pytest.param([("q", "KUBELET")], ["n1"], id="search without case"),
        pytest.param([("q", "stopped n1")], ["n1"], id="all words, in any order"),
        pytest.param([("q", "stopped n2")], [], id="not all words"),
        pytest.param([("verdict", "no such")], [], id="no such verdict"),
    ],
)
def test_only_what_fits_is_found(parameters: list[tuple[str, str]], names: list[str]) -> None:
    assert found(*parameters) == names


def test_passes_are_found_when_asked_for() -> None:
    outcome = evaluation(finding("n1"))
    one = check("node_ready")
    passed = FindingRow(
        finding=finding("n2", Verdict.PASS),
        layer=Layer.INFRASTRUCTURE,
        severity=one.severity,
        title="",
    )

    selection = select(overview(outcome), PageQuery.of((("verdict", "pass"),)), passes=(passed,))

    assert selection.findings.rows == [passed]


@pytest.mark.parametrize(
    ("asked", "first", "rows", "number"),
    [
        pytest.param("1", 0, SIZE, 1, id="first"),
        pytest.param("3", 2 * SIZE, 5, 3, id="last"),
        pytest.param("99", 2 * SIZE, 5, 3, id="beyond the last"),
    ],
)
def test_a_long_table_comes_in_pages(asked: str, first: int, rows: int, number: int) -> None:
    outcome = evaluation(*(finding(f"n{i:03}") for i in range(2 * SIZE + 5)))

    part = select(overview(outcome), PageQuery.of((("findings", asked),)), passes=()).findings

    assert (part.first, len(part.rows), part.number, part.pages) == (first, rows, number, 3)
    assert part.rows[0].finding.subject.name == f"n{first:03}"


def test_an_empty_table_is_one_page() -> None:
    empty: Part[str] = Part(table="nodes", rows=(), first=0, total=0)

    assert (empty.number, empty.pages) == (1, 1)


ITEMS = (*charts(0, *["a"] * 3), item("argocd/b/9", ItemState.UNREADABLE))
BLIND = evaluation(finding("n1"), *blind(ITEMS[:3]), *blind(ITEMS[3:]), items=ITEMS)


@pytest.mark.parametrize(
    ("parameters", "rows"),
    [
        pytest.param([], ["n1", 3, "b/9"], id="one for each reason"),
        pytest.param([("verdict", "unknown")], [3, "b/9"], id="by verdict"),
        pytest.param([("q", "app-0")], [3], id="a search counts what it finds"),
        pytest.param([("q", "app-01")], ["app-01/0"], id="one is itself"),
        pytest.param([("reason", "unreadable")], ["b/9"], id="by reason"),
        pytest.param([("source", "argocd")], [3, "b/9"], id="by source"),
        pytest.param([("source", "kustomize")], [], id="by another source"),
        pytest.param(
            [("check", "declaration_compared"), ("reason", "not_rendered")],
            ["app-00/0", "app-01/0", "app-02/0"],
            id="each",
        ),
    ],
)
def test_what_is_not_compared_is_folded_unless_it_is_asked_for(
    parameters: list[tuple[str, str]], rows: list[str | int]
) -> None:
    part = select(overview(BLIND), PageQuery.of(parameters), passes=()).findings

    assert [
        row.folded.count if row.folded else row.finding.subject.name for row in part.rows
    ] == rows
    assert part.total == len(rows)
