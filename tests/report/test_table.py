"""A table is for terminals: aligned, harmless, and short where much is not compared."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.json import encode

from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Verdict
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.state import State
from exporter.report import table
from exporter.report.columns import columns, fitted, printable
from exporter.report.documents.declared import Declaration
from exporter.report.documents.evaluated import Evaluation as EvaluationDocument
from tests.report.evaluations import PLACE, WAIVER, blind, charts, evaluation, finding, item

ADVICE = "allow its host: declared.charts.fetch: [{url: https://charts.example.org/}]"
SIXTY = charts(11, *[ADVICE] * 60)


def lines(*findings: Finding, items: tuple[Item, ...] = (), waiver: str = "") -> list[str]:
    found = blind(items, waiver=waiver)
    outcome = evaluation(*findings, *found, items=items, coverage=0.875)
    return table.evaluation(outcome).splitlines()


def declared(*items: Item) -> State:
    return State(facts=Facts({DeclaredItems: DeclaredItems(items)}))


def test_columns_are_aligned_and_have_no_trailing_blanks() -> None:
    rows = list(columns(("A", "B"), [("long cell", "x"), ("y", "")]))

    assert rows == ["A          B", "long cell  x", "y"]


def test_nothing_that_a_terminal_obeys_is_printed() -> None:
    assert printable("a\x1b[31mb\nc\u202e") == "a [31mb c "


def test_the_last_layer_is_all_of_them() -> None:
    shown = lines(finding("a"), finding("b", Verdict.PASS))

    assert [row.split() for row in shown if row.startswith(("infrastructure", "all"))] == [
        ["infrastructure", "50.0%", "-", "1", "1", "0", "0", "0"],
        ["all", "50.0%", "87.5%", "1", "1", "0", "0", "0"],
    ]


def test_sixty_charts_are_one_row_with_the_remedy() -> None:
    shown = lines(finding("a", Verdict.PASS), items=SIXTY)

    (row,) = [one for one in shown if "sources" in one and one.startswith("unknown")]
    assert (
        "60 Applications' sources: argocd/app-11/0, argocd/app-12/0, argocd/app-13/0 and 57 more"
        in row
    )
    assert "argocd/apps.yaml:3" in row
    assert row.endswith(f"argocd, not rendered: {ADVICE}")
    assert len(shown) < 12


@pytest.mark.parametrize(
    ("items", "why"),
    [
        pytest.param(
            charts(0, "a", "b", "b", "c", "d"),
            "argocd, not rendered: b (2); a (1); c (1); 1 more remedy",
            id="several remedies",
        ),
        pytest.param(
            (item(state=ItemState.UNREADABLE, message="too large", advice="split it"),),
            "argocd, not readable: too large; split it",
            id="a single thing",
        ),
        pytest.param(
            (item(state=ItemState.OTHER_REVISION),),
            "argocd, at another revision: Check out the revision that it names.",
            id="no advice",
        ),
    ],
)
def test_why_something_is_not_compared_is_said_with_what_to_do(
    items: tuple[Item, ...], why: str
) -> None:
    assert lines(items=items)[-1].endswith(why)


def test_what_is_accepted_says_so() -> None:
    assert "argocd, accepted, not rendered: " in lines(items=SIXTY, waiver=WAIVER.id)[-1]


def test_a_failure_says_what_to_do_where_somebody_knows() -> None:
    broken = Finding(
        check="declaration_readable",
        subject=item("a.yaml", kind="File").subject,
        verdict=Verdict.FAIL,
        detail="line 3: no YAML",
        advice="mend it",
        provenance=(PLACE,),
    )

    assert any("line 3: no YAML (mend it)" in one for one in lines(broken))


def test_the_declaration_begins_with_its_account() -> None:
    shown = table.declaration(declared(*SIXTY)).splitlines()

    assert [row.split() for row in shown[:3]] == [
        ["SOURCE", "KIND", "STATE", "ITEMS"],
        ["argocd", "Source", "compared", "11"],
        ["argocd", "Source", "not_rendered", "60"],
    ]
    assert len(shown) == 6
    assert shown[-1].startswith("60 Applications' sources: argocd/app-11/0,")


def test_json_keeps_each_thing_that_is_not_compared() -> None:
    known = json.loads(encode(Declaration.of(declared(*SIXTY))))
    found = json.loads(encode(EvaluationDocument.of(evaluation(*blind(SIXTY), items=SIXTY))))

    assert len(known["not_compared"]) == len(found["findings"]) == 60
    assert known["not_compared"][0] == {
        "kind": "Source",
        "namespace": "argocd",
        "name": "app-11/0",
        "reason": "not_rendered",
        "layers": ["applications"],
        "message": "the chart chart-11 lies in no checkout",
        "advice": ADVICE,
        "source": "argocd",
        "path": "argocd/apps.yaml",
        "line": 3,
        "revision": None,
    }
    assert known["items"] == found["items"]
    assert json.dumps(known)


@given(
    rows=st.lists(
        st.tuples(*[st.text(st.sampled_from("ab -/"), max_size=60)] * 3), min_size=1, max_size=5
    ),
    width=st.integers(min_value=40, max_value=120),
)
@settings(max_examples=50)
def test_a_table_fits_its_width_and_loses_nothing(
    rows: list[tuple[str, str, str]], width: int
) -> None:
    shown = list(columns(("ONE", "TWO", "THREE"), rows, width=width))

    wide = list(columns(("ONE", "TWO", "THREE"), rows))
    assert max(map(len, shown)) <= width
    assert sorted("".join(shown).replace(" ", "")) == sorted("".join(wide).replace(" ", ""))


def test_the_widest_columns_give_way_and_words_stay_whole() -> None:
    assert fitted([10, 60, 30], room=80, words=[10, 20, 30]) == [10, 40, 30]
    assert fitted([10, 60, 30], room=45, words=[10, 20, 30]) == [10, 17, 18]


def test_one_cause_is_one_row_with_a_count() -> None:
    blind = [
        finding(
            f"node-{number}", Verdict.UNKNOWN, check=check, cause="kubernetes", detail="no answer"
        )
        for number in range(24)
        for check in ("node_labels", "node_ready")
    ]

    (row,) = [one for one in lines(*blind) if one.startswith("unknown")]

    assert "node_labels, node_ready  24 Node: node-0, node-1, node-2 and 21 more  no answer" in row


def test_what_follows_from_one_failure_is_one_row() -> None:
    gone = finding("a", check="node_present", detail="not in the cluster")
    following = [
        finding(
            "a",
            Verdict.UNKNOWN,
            check=f"check_{number}",
            cause="node_present",
            detail=f"no {number}",
        )
        for number in range(5)
    ]

    (row,) = [one for one in lines(gone, *following) if one.startswith("unknown")]

    assert (
        "check_0, check_1, check_2 and 2 more  Node a   follows from node_present of Node a" in row
    )


def test_failures_with_words_of_their_own_have_rows_of_their_own() -> None:
    shown = lines(*(finding(name, detail=f"of {name}") for name in "abc"))

    assert len([one for one in shown if one.startswith("fail")]) == 3
