"""What is recommended follows from what was found, the soonest first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from exporter.domain.evaluation import SourceStatus, WaiverState
from exporter.domain.finding import Layer, Severity, Verdict
from exporter.domain.items import ItemState
from exporter.domain.provenance import Source
from exporter.report.overview import overview
from exporter.report.recommendations import EXAMPLES, SOON
from exporter.report.rows import Advice, Recommendation, Term
from tests.report.evaluations import NOW, WAIVER, blind, charts, check, evaluation, finding, item


def advised(view: tuple[Recommendation, ...], advice: Advice) -> list[tuple[Term, str]]:
    return [(one.term, one.about) for one in view if one.advice is advice]


@pytest.mark.parametrize(
    ("severity", "term"),
    [
        pytest.param(Severity.CRITICAL, Term.SHORT, id="critical"),
        pytest.param(Severity.WARNING, Term.SHORT, id="warning"),
        pytest.param(Severity.INFO, Term.MEDIUM, id="info may wait"),
    ],
)
def test_each_failing_check_is_to_be_fixed_once(severity: Severity, term: Term) -> None:
    names = [f"n{number}" for number in range(EXAMPLES + 2)]
    known = check("node_ready", severity=severity)
    view = overview(evaluation(*map(finding, names), checks=(known,)))

    (advice,) = [one for one in view.recommendations if one.advice is Advice.FIX]
    assert (advice.term, advice.about, advice.count) == (term, "node_ready", EXAMPLES + 2)
    assert len(advice.subjects) == EXAMPLES


@pytest.mark.parametrize(
    "verdict", [pytest.param(one, id=one) for one in Verdict if one is not Verdict.FAIL]
)
def test_nothing_but_a_failure_is_to_be_fixed(verdict: Verdict) -> None:
    view = overview(evaluation(finding("n1", verdict)))

    assert advised(view.recommendations, Advice.FIX) == []


def test_a_source_that_is_down_is_to_be_restored() -> None:
    sources = (
        SourceStatus(source=Source.ANSIBLE, up=False),
        SourceStatus(source=Source.TERRAFORM, up=True),
    )

    view = overview(evaluation(sources=sources))

    assert advised(view.recommendations, Advice.RESTORE_SOURCE) == [(Term.SHORT, "ansible")]


def test_a_check_that_broke_is_to_be_mended() -> None:
    view = overview(evaluation(finding("n1", Verdict.UNKNOWN, cause="internal")))

    assert advised(view.recommendations, Advice.MEND_CHECK) == [(Term.SHORT, "node_ready")]


@pytest.mark.parametrize(
    ("state", "ends_in", "advice", "term"),
    [
        pytest.param(WaiverState.EXPIRING, 3, Advice.RENEW_WAIVER, Term.SHORT, id="ends soon"),
        pytest.param(WaiverState.EXPIRED, -3, Advice.REMOVE_WAIVER, Term.MEDIUM, id="expired"),
        pytest.param(WaiverState.UNUSED, 30, Advice.REMOVE_WAIVER, Term.MEDIUM, id="unused"),
        pytest.param(WaiverState.ACTIVE, 30, Advice.RESOLVE_WAIVED, Term.MEDIUM, id="months"),
        pytest.param(
            WaiverState.ACTIVE, SOON.days + 1, Advice.RESOLVE_WAIVED, Term.LONG, id="a plan"
        ),
    ],
)
def test_a_waiver_is_work_for_later(
    state: WaiverState, ends_in: int, advice: Advice, term: Term
) -> None:
    waiver = replace(WAIVER, expires=NOW + timedelta(days=ends_in))

    view = overview(evaluation(waivers=((waiver, state),)))

    assert advised(view.recommendations, advice) == [(term, waiver.id)]


def test_layers_that_nobody_checks_are_to_be_checked() -> None:
    view = overview(evaluation(finding()))

    named = [about for _, about in advised(view.recommendations, Advice.CHECK_LAYER)]
    assert named == [one for one in Layer if one is not Layer.INFRASTRUCTURE]


def test_the_soonest_stands_first() -> None:
    view = overview(evaluation(finding("n1"), finding("n2", Verdict.WAIVED)))

    terms = [list(Term).index(one.term) for one in view.recommendations]
    assert terms == sorted(terms)


def test_what_is_not_compared_is_one_piece_of_work_for_each_reason() -> None:
    items = (*charts(0, *["allow it"] * 9), item("x.tf", ItemState.UNSUPPORTED))

    view = overview(evaluation(*blind(items), items=items))

    assert advised(view.recommendations, Advice.COMPARE) == [
        (Term.MEDIUM, "argocd"),
        (Term.MEDIUM, "argocd"),
    ]
    (first, _) = [one for one in view.recommendations if one.advice is Advice.COMPARE]
    assert (first.state, first.count, first.remedy) == (ItemState.NOT_RENDERED, 9, "allow it")


def test_a_blind_spot_that_is_accepted_is_no_work() -> None:
    items = charts(0, "allow it")

    view = overview(evaluation(*blind(items, waiver=WAIVER.id), items=items))

    assert advised(view.recommendations, Advice.COMPARE) == []
