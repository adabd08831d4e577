"""Everything declared is counted as what became of it, accepted and left out included."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from exporter.checks import declaration_compared, declaration_readable
from exporter.cli.check import exit_code
from exporter.cli.exits import BLIND, CONFORMS
from exporter.domain.check import Check
from exporter.domain.declaration import Unreadable
from exporter.domain.evaluation import Evaluation, WaiverState
from exporter.domain.facts import Facts
from exporter.domain.finding import Layer, Severity, Subject, Verdict
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.policy import Waiver
from exporter.domain.provenance import Place, Source
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import Decisions, History
from tests.runtime.judging import NOW, made_up, passing

PLACE = Place(Source.ARGOCD, "argocd/apps.yaml", 3)
WORKLOAD, CHART = Subject("Deployment", "api", "auth"), Subject("Source", "argocd", "shop/0")
COMPARED = declaration_compared.CHECK
READY = made_up("workload_ready", [passing(WORKLOAD)])
SPEC = made_up("workload_spec", [passing(WORKLOAD)])
WAIVER = Waiver(
    check="declaration_compared",
    subject="argocd/*",
    reason="rendered by its owners",
    owner="team",
    expires=NOW + timedelta(days=30),
    state="not_rendered",
)


def item(
    subject: Subject = CHART, state: ItemState = ItemState.NOT_RENDERED, *, broken: bool = False
) -> Item:
    return Item(
        source=Source.ARGOCD,
        subject=subject,
        state=state,
        place=PLACE,
        message=f"is {state}",
        broken=broken,
    )


DEPLOYED = item(WORKLOAD, ItemState.COMPARED)


def run(
    *items: Item,
    checks: tuple[Check, ...] = (READY, COMPARED),
    history: History | None = None,
    **decided: object,
) -> Evaluation:
    known = {DeclaredItems: DeclaredItems(items), Unreadable: Unreadable(())}
    return evaluate(
        checks,
        facts=Facts(known),
        decisions=replace(Decisions(), **decided),  # type: ignore[arg-type]  # as the test says
        sources=(),
        at=NOW,
        history=history,
    )


def states(outcome: Evaluation) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for one, count in outcome.items.items():
        counts[one.state] += count
    return dict(counts)


def test_a_blind_spot_that_is_accepted_decides_nothing_and_stays_unknown() -> None:
    outcome = run(DEPLOYED, item(), waivers=(WAIVER,))

    _, chart = outcome.findings
    assert (chart.verdict, chart.waiver) == (Verdict.UNKNOWN, WAIVER.id)
    assert states(outcome) == {"compared": 1, "accepted": 1}
    assert outcome.waivers == ((WAIVER, WaiverState.ACTIVE),)
    assert exit_code(outcome, fail_on=Severity.WARNING) == CONFORMS


def test_accepting_a_blind_spot_covers_nothing() -> None:
    open_, accepted = run(DEPLOYED, item()), run(DEPLOYED, item(), waivers=(WAIVER,))

    assert open_.layers[Layer.APPLICATIONS].coverage == 0.5
    assert accepted.layers[Layer.APPLICATIONS] == open_.layers[Layer.APPLICATIONS]


@pytest.mark.parametrize(
    "waiver",
    [
        pytest.param(replace(WAIVER, check="*", state=""), id="a pattern"),
        pytest.param(replace(WAIVER, check="*"), id="a pattern with the reason"),
        pytest.param(replace(WAIVER, state=""), id="no reason"),
        pytest.param(replace(WAIVER, state="unsupported"), id="another reason"),
        pytest.param(replace(WAIVER, subject="other/*"), id="another subject"),
    ],
)
def test_nothing_else_accepts_a_blind_spot(waiver: Waiver) -> None:
    outcome = run(DEPLOYED, item(), waivers=(waiver,))

    assert outcome.findings[1].waiver == ""
    assert states(outcome) == {"compared": 1, "not_rendered": 1}
    assert outcome.waivers == ((waiver, WaiverState.UNUSED),)
    assert exit_code(outcome, fail_on=Severity.WARNING) == BLIND


def test_an_acceptance_ends() -> None:
    over = replace(WAIVER, expires=NOW)

    outcome = run(DEPLOYED, item(), waivers=(over,))

    assert states(outcome) == {"compared": 1, "not_rendered": 1}
    assert outcome.waivers == ((over, WaiverState.EXPIRED),)


def test_a_subject_with_another_reason_beside_still_decides() -> None:
    other = item(state=ItemState.UNSUPPORTED)

    partly = run(DEPLOYED, item(), other, waivers=(WAIVER,))
    wholly = run(DEPLOYED, item(), other, waivers=(WAIVER, replace(WAIVER, state="unsupported")))

    assert states(partly) == {"compared": 1, "accepted": 1, "unsupported": 1}
    assert partly.waivers == ((WAIVER, WaiverState.ACTIVE),)
    assert exit_code(partly, fail_on=Severity.WARNING) == BLIND
    assert exit_code(wholly, fail_on=Severity.WARNING) == CONFORMS


def test_what_is_broken_is_not_to_be_accepted() -> None:
    file = Subject("File", "", "app.yaml")
    waiver = replace(WAIVER, subject="*", state="unreadable")

    outcome = run(item(file, ItemState.UNREADABLE, broken=True), waivers=(waiver,))

    assert states(outcome) == {"unreadable": 1}


def test_what_only_checks_that_are_switched_off_look_at_is_out_of_scope() -> None:
    outcome = run(DEPLOYED, item(), checks=(COMPARED,), disabled=(READY,))

    assert states(outcome) == {"out_of_scope": 1, "not_rendered": 1}
    assert outcome.layers[Layer.APPLICATIONS].coverage == 0.0


def test_what_another_check_looks_at_is_compared() -> None:
    outcome = run(DEPLOYED, checks=(SPEC, COMPARED), disabled=(READY,))

    assert states(outcome) == {"compared": 1}


@pytest.mark.parametrize(
    ("off", "expected"),
    [
        pytest.param(COMPARED, {"compared": 1, "out_of_scope": 1, "unreadable": 1}, id="compared"),
        pytest.param(
            declaration_readable.CHECK,
            {"compared": 1, "not_rendered": 1, "out_of_scope": 1},
            id="readable",
        ),
    ],
)
def test_who_does_not_want_to_know_of_blind_spots_leaves_them_out(
    off: Check, expected: dict[str, int]
) -> None:
    file = item(Subject("File", "", "app.yaml"), ItemState.UNREADABLE, broken=True)
    every = (READY, COMPARED, declaration_readable.CHECK)

    outcome = run(
        DEPLOYED,
        item(),
        file,
        checks=tuple(one for one in every if one is not off),
        disabled=(off,),
    )

    assert states(outcome) == expected


def test_the_account_follows_what_is_declared_and_what_is_decided() -> None:
    history, known = History(), (DeclaredItems((DEPLOYED, item())), DeclaredItems((DEPLOYED,)))

    def account(declared: DeclaredItems, decisions: Decisions, *checks: Check) -> dict[str, int]:
        facts = Facts({DeclaredItems: declared, Unreadable: Unreadable(())})
        return states(
            evaluate(checks, facts=facts, decisions=decisions, sources=(), at=NOW, history=history)
        )

    plain, accepting = Decisions(), Decisions(waivers=(WAIVER,))
    off = Decisions(disabled=(READY,))

    assert account(known[0], plain, READY, COMPARED) == {"compared": 1, "not_rendered": 1}
    assert account(known[0], accepting, READY, COMPARED) == {"compared": 1, "accepted": 1}
    assert account(known[0], plain, READY, COMPARED) == {"compared": 1, "not_rendered": 1}
    assert account(known[0], off, COMPARED) == {"out_of_scope": 1, "not_rendered": 1}
    assert account(known[1], off, SPEC, COMPARED) == {"compared": 1}
