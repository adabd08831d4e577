import pytest

from exporter.checks import declaration_compared
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Subject, Verdict
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.ARGOCD, "argocd/redis.yaml", 9)
SUBJECT = Subject("Source", "argocd", "redis/0")


def item(state: ItemState, *, message: str = "", broken: bool = False) -> Item:
    return Item(
        source=Source.ARGOCD,
        subject=SUBJECT,
        state=state,
        place=PLACE,
        message=message,
        broken=broken,
    )


def judge(*items: Item) -> list[Finding]:
    return list(declaration_compared.judge(Facts({DeclaredItems: DeclaredItems(items)})))


@pytest.mark.parametrize("state", [one for one in ItemState if one.is_reason])
def test_what_is_not_compared_is_unknown_with_its_reason(state: ItemState) -> None:
    (finding,) = judge(item(state, message="the chart redis is not rendered"))

    assert finding.subject == SUBJECT
    assert (finding.verdict, finding.reason) == (Verdict.UNKNOWN, state)
    assert finding.layer is Layer.APPLICATIONS
    assert finding.detail == "the chart redis is not rendered"
    assert finding.provenance == (PLACE,)


@pytest.mark.parametrize("state", [ItemState.COMPARED, ItemState.OUT_OF_SCOPE])
def test_what_is_compared_or_out_of_scope_is_only_counted(state: ItemState) -> None:
    assert judge(item(state)) == []


def test_what_a_broken_file_hides_is_told_by_the_file_alone() -> None:
    assert judge(item(ItemState.UNREADABLE, broken=True)) == []


def test_what_two_sources_declare_is_one_finding_with_both_messages() -> None:
    one, other = (item(ItemState.UNSUPPORTED, message=text) for text in ("a", "b"))

    (finding,) = judge(one, other)

    assert finding.detail == "a; b"
