"""An evaluation judges what it knows, says what it does not, and applies the owners' decisions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from msgspec import structs

from exporter.domain.applications import ObservedApplications
from exporter.domain.check import Check
from exporter.domain.evaluation import Evaluation, WaiverState
from exporter.domain.excuses import ExcuseReason, Progress
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Layer, Severity, Subject, Verdict
from exporter.domain.gaps import Extent, Gap
from exporter.domain.objects import ObservedObjects
from exporter.domain.policy import Maintenance, Waiver
from exporter.domain.provenance import Source
from exporter.domain.workloads import ObservedPods, ObservedWorkloads
from exporter.report.documents.evaluated import findings
from exporter.report.overview import overview
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
        ("main.tf:3: is malformed", Cause(Source.TERRAFORM))
    }


def test_a_kind_of_which_a_fact_says_nothing_is_unknown() -> None:
    gap = Gap(Source.KUBERNETES, "the snapshot holds no Nodes", Extent(kinds=frozenset({"Node"})))
    facts = Facts({Wanted: Wanted("a")}, {Wanted: (gap,)})

    outcome = run(facts=facts)

    assert [(one.verdict, one.detail) for one in outcome.findings] == [
        (Verdict.UNKNOWN, "the snapshot holds no Nodes"),
        (Verdict.UNKNOWN, "the snapshot holds no Nodes"),
    ]


class Beside(frozenset[str]):
    """A fact that could show a pass to be wrong, made up for these tests."""


def test_a_gap_in_what_a_check_only_uses_leaves_its_failures_standing() -> None:
    gap = Gap(Source.KUBERNETES, "cannot be listed")
    facts = Facts({Wanted: Wanted("a"), Beside: Beside()}, {Beside: (gap,)})

    outcome = run(facts=facts, check=replace(CHECK, uses=(Beside,)))

    assert [(one.verdict, one.detail) for one in outcome.findings] == [
        (Verdict.UNKNOWN, "cannot be listed"),
        (Verdict.FAIL, ""),
    ]


WORKLOADS = (Subject("Deployment", "api", "a"), Subject("Deployment", "web", "b"))


@pytest.mark.parametrize("kind", [ObservedWorkloads, ObservedPods, ObservedApplications])
def test_whatever_is_read_by_namespace_is_unknown_in_the_others(kind: type) -> None:
    outside = Subject("Application", "elsewhere", "auth")

    def judged(_: Facts) -> Iterator[Finding]:
        yield Finding(check="node_ready", subject=outside, verdict=Verdict.FAIL)

    facts = Facts({kind: object()}, namespaces=frozenset({"argocd"}))

    outcome = run(facts=facts, check=replace(CHECK, needs=(kind,), judge=judged))

    assert [(one.verdict, one.detail) for one in outcome.findings] == [
        (Verdict.UNKNOWN, "the namespace elsewhere is not looked at")
    ]


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


def test_objects_without_a_namespace_are_looked_at_whatever_the_namespaces() -> None:
    elsewhere = Subject("Service", "web", "b")

    def judged(_: Facts) -> Iterator[Finding]:
        for subject in (NODES[0], elsewhere):
            yield Finding(check="node_ready", subject=subject, verdict=Verdict.PASS)

    facts = Facts({ObservedObjects: ObservedObjects()}, namespaces=frozenset({"api"}))

    outcome = run(facts=facts, check=replace(CHECK, needs=(ObservedObjects,), judge=judged))

    found = {one.subject: one.verdict for one in outcome.findings}
    assert found == {NODES[0]: Verdict.PASS, elsewhere: Verdict.UNKNOWN}


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


OVER = replace(WAIVER, reason="over", expires=NOW)
RENEWED = replace(WAIVER, reason="renewed", expires=NOW + timedelta(days=1))
ACTIVE, EXPIRING, EXPIRED = WaiverState.ACTIVE, WaiverState.EXPIRING, WaiverState.EXPIRED


@pytest.mark.parametrize(
    ("waivers", "counting", "states"),
    [
        pytest.param((OVER, WAIVER), WAIVER, [EXPIRED, ACTIVE], id="the first is over"),
        pytest.param((WAIVER, OVER), WAIVER, [ACTIVE, EXPIRED], id="the second is over"),
        pytest.param((RENEWED, WAIVER), RENEWED, [EXPIRING, ACTIVE], id="both hold"),
    ],
)
def test_of_two_waivers_of_one_id_each_works_while_it_holds(
    waivers: tuple[Waiver, ...], counting: Waiver, states: list[WaiverState]
) -> None:
    outcome = run("b", waivers=waivers)

    shown = findings(outcome, outcome.findings)[0].waiver
    rows = [one for one in overview(outcome).waivers if one.subjects]
    assert verdicts(outcome) == [Verdict.WAIVED, Verdict.PASS]
    assert [state for _, state in outcome.waivers] == states
    assert shown
    assert (shown.reason, shown.expires) == (counting.reason, counting.expires.isoformat())
    assert [(one.waiver, one.subjects) for one in rows] == [(counting, (NODES[0],))]


def under_way(facts: Facts) -> Iterator[Finding]:
    """Find what :func:`judge` does, in a rollout that began at :data:`NOW`."""
    progress = Progress(reason=ExcuseReason.ROLLOUT, waits_for="a rollout", since=NOW)
    yield from (structs.replace(one, progress=progress) for one in judge(facts))


def test_a_waiver_counts_as_used_whatever_else_excuses_what_it_covers() -> None:
    window = Maintenance(nodes=("a",), start=NOW, end=NOW + timedelta(hours=1))

    during = run("b", waivers=(WAIVER,), maintenance=(window,))
    rollout = run("b", waivers=(WAIVER,), check=replace(CHECK, judge=under_way))

    assert verdicts(during) == verdicts(rollout) == [Verdict.SUPPRESSED, Verdict.PASS]
    assert [one.waivers[0][1] for one in (during, rollout)] == [ACTIVE, ACTIVE]


def test_maintenance_excuses_first_then_what_is_under_way_and_a_waiver_last() -> None:
    window = Maintenance(nodes=("a",), start=NOW, end=NOW + timedelta(minutes=10))
    check = replace(CHECK, judge=under_way)

    found = [
        run("b", check=check, waivers=(WAIVER,), maintenance=(window,), at=NOW + after).findings[0]
        for after in (timedelta(0), timedelta(minutes=10), timedelta(minutes=30))
    ]

    assert [one.excuse and one.excuse.reason for one in found] == ["maintenance", "rollout", None]
    assert [one.verdict for one in found] == [
        Verdict.SUPPRESSED,
        Verdict.SUPPRESSED,
        Verdict.WAIVED,
    ]


def test_what_nobody_can_date_is_accepted_all_the_same_where_a_waiver_says_so() -> None:
    def undated(facts: Facts) -> Iterator[Finding]:
        for one in under_way(facts):
            progress = one.progress and structs.replace(one.progress, since=None)
            yield structs.replace(one, progress=progress)

    outcome = run(check=replace(CHECK, judge=undated), waivers=(WAIVER,))

    assert verdicts(outcome) == [Verdict.WAIVED, Verdict.UNKNOWN]


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
