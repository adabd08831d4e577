"""Everything declared is accounted for; what is not compared is one row per source and reason."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Verdict
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Source
from exporter.report.account import NAMES, Account, Scope, account, blind_spots, fold
from exporter.report.wording import REMEDIES, STATES
from tests.report.evaluations import WAIVER, blind, charts, evaluation, finding, item

REASONS = [one for one in ItemState if one.is_reason]
ITEMS = st.lists(
    st.builds(
        item,
        st.sampled_from(["argocd/a/0", "argocd/b/1", "k8s/c.yaml"]),
        st.sampled_from(list(ItemState)),
        source=st.sampled_from([Source.ARGOCD, Source.KUSTOMIZE]),
        kind=st.sampled_from(["Source", "Application", "File"]),
        advice=st.sampled_from(["", "do this", "do that"]),
    ),
    max_size=30,
)


def accounted(*items: Item, waiver: str = "") -> Account:
    return account(evaluation(*blind(items, waiver=waiver), items=items))


@given(ITEMS)
def test_nothing_is_lost_in_folding(items: list[Item]) -> None:
    rows = fold(blind_spots(items))

    expected = Counter((one.source, one.state) for one in items if one.state.is_reason)
    assert {(row.source, row.reason): row.count for row in rows} == expected
    assert all(sum(row.kinds.values()) == row.count for row in rows)
    assert all(sum(one.count for one in row.remedies) == row.count for row in rows)
    assert [row.count for row in rows] == sorted((row.count for row in rows), reverse=True)


@given(ITEMS)
def test_the_account_of_kinds_adds_up_to_all_items(items: list[Item]) -> None:
    kinds = account(evaluation(items=items)).kinds

    assert sum(one.total + one.out_of_scope for one in kinds) == len(items)
    assert {(one.source, one.kind) for one in kinds} == {
        (one.source, one.subject.kind) for one in items
    }


def test_sixty_charts_are_one_row_with_three_names() -> None:
    (row,) = accounted(*charts(11, *["allow charts.example.org"] * 60)).not_compared

    assert (row.source, row.reason, row.count) == (Source.ARGOCD, ItemState.NOT_RENDERED, 60)
    assert [str(one) for one in row.subjects] == [
        *("argocd/app-11/0", "argocd/app-12/0", "argocd/app-13/0")
    ]
    assert [(one.advice, one.count) for one in row.remedies] == [("allow charts.example.org", 60)]


def test_the_remedy_that_opens_most_stands_first() -> None:
    (row,) = accounted(*charts(0, "few", "many", "", "many")).not_compared

    assert [(one.advice, one.count) for one in row.remedies] == [("many", 2), ("few", 1), ("", 1)]
    assert len(row.remedies[0].subjects) <= NAMES


def test_what_is_accepted_stands_apart_and_last() -> None:
    known = charts(0, *["allow it"] * 3)
    items = (*known, item("argocd/b/9", ItemState.UNREADABLE))

    rows = account(
        evaluation(*blind(items[:3], waiver=WAIVER.id), *blind(items[3:]), items=items)
    ).not_compared

    assert [(row.reason, row.accepted) for row in rows] == [
        (ItemState.UNREADABLE, False),
        (ItemState.NOT_RENDERED, True),
    ]


def test_a_check_that_broke_is_no_reason() -> None:
    broken = finding("x", Verdict.UNKNOWN, check="node_ready", cause="internal")

    assert account(evaluation(broken)) == Account(items={})


def test_an_account_says_how_much_is_accepted() -> None:
    known = accounted(*charts(1, "a", "b"), waiver=WAIVER.id)

    assert (known.blind, known.accepted) == (2, 2)


def scope(*items: Item) -> Scope:
    return accounted(*items).scope(("Source",))


def test_the_scope_is_told_of_the_kind_that_lacks_most() -> None:
    files = (
        item("a.yaml", ItemState.UNREADABLE, kind="File"),
        item("argocd/a", kind="Application"),
    )

    assert scope(*charts(11, *[""] * 60)) == Scope("Source", 11, 71)
    assert scope(*charts(11, *[""] * 60), *files) == Scope("Source", 11, 71, others=1)
    assert scope(*charts(1), *files) == Scope("", 2, 3)


def test_what_is_out_of_scope_is_in_no_scope() -> None:
    assert scope(*charts(1), item(state=ItemState.OUT_OF_SCOPE)) == Scope("", 1, 1)


def test_every_state_has_words_and_every_reason_a_remedy() -> None:
    assert set(STATES) == set(ItemState)
    assert set(REMEDIES) == set(REASONS)


def outcome_of(items: tuple[Item, ...]) -> Evaluation:
    return evaluation(*blind(items), items=items)


def test_a_source_of_the_item_counts_not_that_of_its_file() -> None:
    rendered = item("k8s/overlay", ItemState.UNRESOLVED, source=Source.KUSTOMIZE)

    (row,) = account(outcome_of((rendered,))).not_compared

    assert row.source is Source.KUSTOMIZE
