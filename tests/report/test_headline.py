"""The headline claims nothing about what was not compared, in every language and place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.cli.check import exit_code
from exporter.cli.exits import BLIND, CONFORMS
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Finding, Severity, Verdict
from exporter.domain.items import Item, ItemState
from exporter.report import table
from exporter.report.account import account
from exporter.report.composition import paper
from exporter.report.headline import headline
from exporter.report.markdown import write
from exporter.report.overview import overview
from exporter.report.texts import Lang, texts
from tests.report.evaluations import WAIVER, blind, charts, evaluation, finding, item

SEEN = finding("n1", Verdict.PASS)
SIXTY = charts(11, *["allow charts.example.org"] * 60)


def headline_of(outcome: Evaluation, lang: Lang = Lang.EN) -> str:
    return headline(outcome, account(outcome), texts=texts(lang))


def outcome(*findings: Finding, items: tuple[Item, ...] = (), waiver: str = "") -> Evaluation:
    return evaluation(*findings, *blind(items, waiver=waiver), items=items)


@pytest.mark.parametrize(
    ("judged", "sentence"),
    [
        pytest.param(outcome(SEEN), "Conforms to what its code says", id="all"),
        pytest.param(
            outcome(SEEN, items=SIXTY, waiver=WAIVER.id),
            "Conforms as far as looked at: 11 of 71 Applications' sources",
            id="accepted",
        ),
        pytest.param(
            outcome(SEEN, items=SIXTY),
            "Not known to conform: 60 of 71 Applications' sources not compared",
            id="not accepted",
        ),
        pytest.param(
            outcome(SEEN, items=(*SIXTY, item("x.tf", ItemState.UNSUPPORTED, kind="Directory"))),
            "Not known to conform: 60 of 71 Applications' sources and 1 other not compared",
            id="of other kinds, too",
        ),
        pytest.param(
            outcome(SEEN, finding("n2", Verdict.UNKNOWN), items=SIXTY),
            "Not known to conform: 60 of 71 Applications' sources not compared; "
            "1 thing could not be judged",
            id="not seen, too",
        ),
        pytest.param(
            outcome(finding("n2"), items=SIXTY),
            "Does not conform: 1 finding fails; 60 of 71 Applications' sources not compared",
            id="a failure hides no blindness",
        ),
        pytest.param(
            outcome(items=SIXTY),
            "Nothing that can be checked is declared; 60 of 71 Applications' sources not compared",
            id="nothing else",
        ),
        pytest.param(
            outcome(SEEN, items=(item("a.yaml", ItemState.UNRESOLVED, kind="File"),)),
            "Not known to conform: 1 of 1 declared items not compared",
            id="a file",
        ),
    ],
)
def test_the_headline_says_how_far_it_was_looked(judged: Evaluation, sentence: str) -> None:
    assert headline_of(judged) == sentence


def test_the_headline_speaks_korean() -> None:
    judged = outcome(SEEN, items=SIXTY, waiver=WAIVER.id)

    assert (
        headline_of(judged, Lang.KO) == "확인한 범위에서 코드와 일치: Application 소스 71개 중 11개"
    )


@pytest.mark.parametrize("waiver", ["", WAIVER.id])
def test_report_and_table_say_the_same(waiver: str) -> None:
    judged = outcome(SEEN, items=SIXTY, waiver=waiver)
    view, sentence = overview(judged), headline_of(judged)

    assert table.evaluation(judged).startswith(f"{sentence}\n")
    assert f"\n\n**{sentence}**\n\n61" in write(paper(view, texts=texts(Lang.EN)))


STATES = st.lists(st.sampled_from(list(ItemState)), max_size=5)
VERDICTS = st.lists(st.sampled_from([Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN]), max_size=3)


@given(STATES, VERDICTS, st.booleans())
def test_only_what_was_compared_in_whole_conforms_without_a_limit(
    states: list[ItemState], verdicts: list[Verdict], accepted: object
) -> None:
    items = tuple(item(f"argocd/a-{n}/0", state) for n, state in enumerate(states))
    judged = outcome(
        *(finding(f"n{n}", one) for n, one in enumerate(verdicts)),
        items=items,
        waiver=WAIVER.id if accepted else "",
    )

    whole = not any(one.is_unread for one in states)
    passes = bool(verdicts) and set(verdicts) == {Verdict.PASS}
    assert (headline_of(judged) == "Conforms to what its code says") == (whole and passes)


def test_where_nothing_can_be_checked_the_command_says_so_and_ends_with_3() -> None:
    judged = outcome(items=SIXTY)

    assert headline_of(judged).startswith("Nothing that can be checked is declared")
    assert exit_code(judged, fail_on=Severity.WARNING) == BLIND
    assert exit_code(outcome(SEEN), fail_on=Severity.WARNING) == CONFORMS
