"""A finding is in the layer of its check, or in its own where the check is of all layers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from exporter.checks import declaration_compared
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Layer, Subject, Verdict
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.provenance import Place, Source
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import Decisions

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
CHECK = declaration_compared.CHECK
ITEM = Item(
    source=Source.TERRAFORM,
    subject=Subject("Directory", "", "terraform"),
    state=ItemState.UNSUPPORTED,
    place=Place(Source.TERRAFORM, "terraform/main.tf", 1),
    layers=(Layer.INFRASTRUCTURE,),
)
FACTS = Facts({DeclaredItems: DeclaredItems((ITEM,))})


def breaks(_: Facts) -> Iterator[Finding]:
    raise ZeroDivisionError


def test_what_is_not_compared_is_unknown_in_the_layer_of_what_is_missing() -> None:
    outcome = evaluate([CHECK], facts=FACTS, decisions=Decisions(), sources=(), at=NOW)

    assert {layer: one.counts[Verdict.UNKNOWN] for layer, one in outcome.layers.items()} == {
        Layer.INFRASTRUCTURE: 1
    }
    assert (outcome.layers[Layer.INFRASTRUCTURE].coverage, outcome.coverage) == (0.0, 0.0)


def test_a_check_of_all_layers_that_breaks_breaks_nothing_else() -> None:
    broken = replace(CHECK, judge=breaks)

    outcome = evaluate([broken], facts=FACTS, decisions=Decisions(), sources=(), at=NOW)

    assert outcome.errors == (CHECK.id,)
    assert outcome.layers[Layer.CONFIGURATION].counts[Verdict.UNKNOWN] == 1
