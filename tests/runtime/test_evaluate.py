"""An evaluation judges what it knows, says what it does not, and applies the owners' decisions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from exporter.domain.check import Check
from exporter.domain.evaluation import Evaluation, WaiverState
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.policy import Maintenance, Waiver
from exporter.domain.provenance import Source
from exporter.domain.workloads import ObservedPods
from exporter.runtime.evaluate import evaluate
from exporter.runtime.history import Decisions, History
from tests.clocks import STEPS, Step, course

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
NODES = (Subject("Node", "", "a"), Subject("Node", "", "b"))


class Wanted(frozenset[str]):
    """The names that pass: a fact made up for these tests."""


def judge(facts: Facts) -> Iterator[Finding]:
    wanted = facts.get(Wanted)
    for subject in NODES:
        verdict = Verdict.PASS if subject.name in wanted else Verdict.FAIL
        yield Finding(check="node_ready", subject=subject, verdict=verdict)


CHECK = Check(
    id="node_ready",
    layer=Layer.INFRASTRUCTURE,
    severity=Severity.CRITICAL,
    title="Nodes are ready",
    needs=(Wanted,),
    subjects=lambda _: NODES,
    judge=judge,
)
WAIVER = Waiver(
    check="node_*", subject="a", reason="known", owner="team", expires=NOW + timedelta(days=30)
)


def run(
    *names: str,
    facts: Facts | None = None,
    check: Check = CHECK,
    waivers: tuple[Waiver, ...] = (),
    maintenance: tuple[Maintenance, ...] = (),
    at: datetime = NOW,
    history: History | None = None,
) -> Evaluation:
    return evaluate(
        [check],
        facts=facts or Facts({Wanted: Wanted(names)}),
        decisions=Decisions(
            waivers=waivers, maintenance=maintenance, deadline=timedelta(minutes=30)
        ),
        sources=(),
        at=at,
        history=history,
    )


def verdicts(outcome: Evaluation) -> list[Verdict]:
    return [one.verdict for one in outcome.findings]


def test_a_layer_scores_what_was_judged() -> None:
    outcome = run("a")

    score = outcome.layers[Layer.INFRASTRUCTURE]
    assert verdicts(outcome) == [Verdict.PASS, Verdict.FAIL]
    assert (score.ratio, score.coverage) == (0.5, 1.0)


def test_an_absent_fact_makes_every_subject_unknown() -> None:
    outcome = run(facts=Facts())

    score = outcome.layers[Layer.INFRASTRUCTURE]
    assert verdicts(outcome) == [Verdict.UNKNOWN, Verdict.UNKNOWN]
    assert (score.ratio, score.coverage) == (None, 0.0)


def test_a_fact_with_a_gap_is_not_judged_by() -> None:
    gap = Gap(Source.TERRAFORM, "main.tf:3: is malformed")

    outcome = run(facts=Facts({Wanted: Wanted("ab")}, {Wanted: (gap,)}))

    assert verdicts(outcome) == [Verdict.UNKNOWN, Verdict.UNKNOWN]
    assert {(one.detail, one.cause) for one in outcome.findings} == {
        ("main.tf:3: is malformed", "terraform")
    }


def test_a_kind_of_which_a_fact_says_nothing_is_unknown() -> None:
    gap = Gap(Source.KUBERNETES, "the snapshot holds no Nodes")
    facts = Facts({Wanted: Wanted("a")}, unseen={Wanted: {"Node": gap}})

    outcome = run(facts=facts)

    assert [(one.verdict, one.detail) for one in outcome.findings] == [
        (Verdict.UNKNOWN, "the snapshot holds no Nodes"),
        (Verdict.UNKNOWN, "the snapshot holds no Nodes"),
    ]


WORKLOADS = (Subject("Deployment", "api", "a"), Subject("Deployment", "web", "b"))


@pytest.mark.parametrize(
    ("subjects", "expected"),
    [
        pytest.param(WORKLOADS, [Verdict.FAIL, Verdict.UNKNOWN], id="another-namespace"),
        pytest.param(NODES, [Verdict.UNKNOWN, Verdict.FAIL], id="no-namespace-of-its-own"),
    ],
)
def test_what_lies_in_namespaces_that_nobody_looks_at_is_unknown(
    subjects: tuple[Subject, ...], expected: list[Verdict]
) -> None:
    def judged(_: Facts) -> Iterator[Finding]:
        passing = NODES[0]
        for subject in subjects:
            verdict = Verdict.PASS if subject == passing else Verdict.FAIL
            yield Finding(check="node_ready", subject=subject, verdict=verdict)

    facts = Facts({ObservedPods: ObservedPods({}, {})}, namespaces=frozenset({"api"}))

    outcome = run(facts=facts, check=replace(CHECK, needs=(ObservedPods,), judge=judged))

    assert verdicts(outcome) == expected


def test_a_check_without_known_subjects_still_shows_as_unknown() -> None:
    outcome = run(facts=Facts(), check=replace(CHECK, subjects=lambda _: ()))

    assert [one.subject for one in outcome.findings] == [Subject("Check", "", "node_ready")]
    assert outcome.layers[Layer.INFRASTRUCTURE].coverage == 0.0


def test_a_check_that_breaks_makes_its_subjects_unknown(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_: Facts) -> Iterator[Finding]:
        raise ZeroDivisionError

    outcome = run("a", check=replace(CHECK, judge=broken))

    assert verdicts(outcome) == [Verdict.UNKNOWN, Verdict.UNKNOWN]
    assert outcome.errors == ("node_ready",)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("waiver", "verdict", "state"),
    [
        pytest.param(WAIVER, Verdict.WAIVED, WaiverState.ACTIVE, id="active"),
        pytest.param(
            replace(WAIVER, expires=NOW + timedelta(days=7)),
            Verdict.WAIVED,
            WaiverState.EXPIRING,
            id="expiring",
        ),
        pytest.param(replace(WAIVER, expires=NOW), Verdict.FAIL, WaiverState.EXPIRED, id="expired"),
        pytest.param(
            replace(WAIVER, subject="c"), Verdict.FAIL, WaiverState.UNUSED, id="another subject"
        ),
        pytest.param(
            replace(WAIVER, check="node_labels"),
            Verdict.FAIL,
            WaiverState.UNUSED,
            id="another check",
        ),
    ],
)
def test_a_waiver_holds_until_it_expires(
    waiver: Waiver, verdict: Verdict, state: WaiverState
) -> None:
    outcome = run("b", waivers=(waiver,))

    assert verdicts(outcome) == [verdict, Verdict.PASS]
    assert outcome.waivers == ((waiver, state),)


def test_a_waiver_never_turns_unknown_into_waived() -> None:
    outcome = run(facts=Facts(), waivers=(WAIVER,))

    assert verdicts(outcome) == [Verdict.UNKNOWN, Verdict.UNKNOWN]


def test_maintenance_suppresses_the_failures_of_its_nodes_while_it_lasts() -> None:
    window = Maintenance(nodes=("a*",), start=NOW, end=NOW + timedelta(hours=1))

    during = run(maintenance=(window,))
    after = run(maintenance=(window,), at=window.end)

    assert verdicts(during) == [Verdict.SUPPRESSED, Verdict.FAIL]
    assert verdicts(after) == [Verdict.FAIL, Verdict.FAIL]


def test_a_finding_is_dated_from_when_its_verdict_began() -> None:
    history = History()
    later, latest = NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)

    run("a", history=history)
    run("a", history=history, at=later)
    outcome = run(history=history, at=latest)

    assert [one.since for one in outcome.findings] == [latest, NOW]


def test_a_finding_that_recovered_is_dated_anew() -> None:
    history = History()
    later, latest = NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)

    run("a", history=history)
    run("a", "b", history=history, at=later)
    outcome = run("a", history=history, at=latest)

    assert [one.since for one in outcome.findings] == [None, latest]


@given(steps=STEPS)
def test_nothing_began_later_than_now(steps: list[Step]) -> None:
    history = History()

    for time in course(steps):
        outcome = run("a", at=time.wall, history=history)

        assert all(one.since <= time.wall for one in outcome.findings if one.since)


def test_a_clock_that_is_set_back_makes_what_began_begin_now() -> None:
    history, before = History(), NOW - timedelta(hours=1)
    run("a", at=NOW, history=history)

    outcomes = [run("a", at=at, history=history) for at in (before, NOW)]

    assert [one.findings[1].since for one in outcomes] == [before, before]


def test_what_a_rollout_excuses_fails_after_the_deadline() -> None:
    def rolling(_: Facts) -> Iterator[Finding]:
        yield Finding(check="node_ready", subject=NODES[0], verdict=Verdict.SUPPRESSED)

    history = History()
    check = replace(CHECK, judge=rolling)

    found = [
        run(check=check, history=history, at=NOW + timedelta(minutes=minutes))
        for minutes in (0, 29, 30)
    ]

    assert [one.findings[0].verdict for one in found] == [
        Verdict.SUPPRESSED,
        Verdict.SUPPRESSED,
        Verdict.FAIL,
    ]
    assert found[2].findings[0].since == NOW + timedelta(minutes=30)


def test_what_a_finding_excuses_by_itself_fails_after_its_own_deadline() -> None:
    def settling(_: Facts) -> Iterator[Finding]:
        excuse = timedelta(minutes=5)
        yield Finding(
            check="node_ready", subject=NODES[0], verdict=Verdict.SUPPRESSED, excuse=excuse
        )
        yield Finding(check="node_ready", subject=NODES[1], verdict=Verdict.SUPPRESSED)

    history = History()
    check = replace(CHECK, judge=settling)

    found = [
        run(check=check, history=history, at=NOW + timedelta(minutes=minutes))
        for minutes in (0, 4, 5, 30)
    ]

    assert [verdicts(one) for one in found] == [
        [Verdict.SUPPRESSED, Verdict.SUPPRESSED],
        [Verdict.SUPPRESSED, Verdict.SUPPRESSED],
        [Verdict.FAIL, Verdict.SUPPRESSED],
        [Verdict.FAIL, Verdict.FAIL],
    ]


def test_what_was_found_again_becomes_the_very_same() -> None:
    history = History()
    fact = Facts({Wanted: Wanted("a")})

    first = run(facts=fact, history=history)
    second = run(facts=fact, history=history, at=NOW + timedelta(minutes=1))

    assert second.by_check["node_ready"] is first.by_check["node_ready"]
    assert second.findings == first.findings


def test_what_was_found_again_is_judged_by_the_decisions_of_now() -> None:
    history = History()
    fact = Facts({Wanted: Wanted("b")})
    window = Maintenance(nodes=("a",), start=NOW + timedelta(hours=1), end=NOW + timedelta(hours=2))
    waiver = replace(WAIVER, expires=NOW + timedelta(hours=3))

    found = [
        run(
            facts=fact,
            waivers=(waiver,) if hours else (),
            maintenance=(window,),
            history=history,
            at=NOW + timedelta(hours=hours),
        )
        for hours in (0, 1, 2, 3)
    ]

    assert [one.findings[0].verdict for one in found] == [
        Verdict.FAIL,
        Verdict.SUPPRESSED,
        Verdict.WAIVED,
        Verdict.FAIL,
    ]
    assert [state for one in found for _, state in one.waivers] == [
        WaiverState.EXPIRING,
        WaiverState.EXPIRING,
        WaiverState.EXPIRED,
    ]


def test_an_excuse_ends_though_the_check_found_the_same() -> None:
    def rolling(_: Facts) -> Iterator[Finding]:
        for minutes, subject in zip((30, 10), NODES, strict=True):
            yield Finding(
                check="node_ready",
                subject=subject,
                verdict=Verdict.SUPPRESSED,
                excuse=timedelta(minutes=minutes),
            )

    history, fact = History(), Facts({Wanted: Wanted()})
    check = replace(CHECK, judge=rolling)

    found = [
        verdicts(run(facts=fact, check=check, history=history, at=NOW + timedelta(minutes=minutes)))
        for minutes in (0, 9, 10, 29, 30)
    ]

    still, over = Verdict.SUPPRESSED, Verdict.FAIL
    assert found == [[still, still], [still, still], [still, over], [still, over], [over, over]]
