"""Of each table the asked page is shown; filters and search leave out what does not fit."""

import pytest

from exporter.domain.finding import Verdict
from exporter.report.overview import overview
from exporter.report.rows import FindingRow
from exporter.report.status.selection import SIZE, Part, select
from exporter.report.status.wanted import Wanted
from tests.report.evaluations import check, evaluation, finding


def found(*parameters: tuple[str, str]) -> list[str]:
    outcome = evaluation(
        finding("n1", detail="kubelet stopped"),
        finding("n2", Verdict.UNKNOWN),
        finding("n3", check="node_taints", detail="undeclared a=b:NoSchedule"),
        checks=(check("node_ready"), check("node_taints")),
    )
    part = select(overview(outcome), Wanted.of(parameters), passes=()).findings
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
        finding=finding("n2", Verdict.PASS), layer=one.layer, severity=one.severity, title=""
    )

    selection = select(overview(outcome), Wanted.of((("verdict", "pass"),)), passes=(passed,))

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

    part = select(overview(outcome), Wanted.of((("findings", asked),)), passes=()).findings

    assert (part.first, len(part.rows), part.number, part.pages) == (first, rows, number, 3)
    assert part.rows[0].finding.subject.name == f"n{first:03}"


def test_an_empty_table_is_one_page() -> None:
    empty: Part[str] = Part(table="nodes", rows=(), first=0, total=0)

    assert (empty.number, empty.pages) == (1, 1)
