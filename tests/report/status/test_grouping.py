"""One cause is one entry, and nothing that has to be settled hides under another."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from exporter.domain.finding import Cause, Finding, Severity, Verdict
from exporter.report.chapters.deviations import by_likeness
from exporter.report.likeness import alike
from exporter.report.overview import overview
from exporter.report.status.entry_view import view
from tests.report.evaluations import check, evaluation, finding, node
from tests.report.status.boards import ENGLISH, board


def test_findings_that_differ_in_their_subjects_only_are_one() -> None:
    outcome = evaluation(
        finding("k8s-api-auth", detail="undeclared domain=auth:NoSchedule"),
        finding("k8s-api-chat", detail="undeclared domain=chat:NoSchedule"),
        finding("k8s-redis", detail="missing domain=redis:NoSchedule"),
    )

    assert [len(one.members) for one in board(outcome).to_settle] == [2, 1]


def test_page_and_report_know_the_same_causes() -> None:
    outcome = evaluation(
        *(finding(f"k8s-{one}", detail=f"undeclared domain={one}:NoSchedule") for one in "abc"),
        *(finding(f"k8s-n{at}", detail=f"{at} of 2 pods run") for at in range(3)),
        structs.replace(finding("k8s-d", detail="undeclared domain=d:NoSchedule"), advice="Ask."),
        finding("k8s-e", Verdict.SUPPRESSED, detail="undeclared domain=e:NoSchedule"),
    )

    shown = board(outcome)
    of_page = [[row.finding for row in one.members] for one in shown.entries]
    of_report = [[row.finding for row in one] for one in by_likeness(overview(outcome).findings)]

    assert all(one in of_report for one in of_page)
    assert len(of_page) == len(of_report)
    assert len(of_page) == 4


def test_numbers_make_no_cause_of_their_own() -> None:
    assert alike("0 of 2 pods of 5n5clnsgxj", node("a")) == "# of # pods of #"


def test_an_anchor_stays_as_members_come_and_go() -> None:
    one = evaluation(finding("n1", detail="down"), finding("n2", detail="down"))
    other = evaluation(finding("n3", detail="down"))

    (first,), (second,) = board(one).to_settle, board(other).to_settle

    assert first.anchor == second.anchor


def test_a_failure_never_hides_under_what_is_accepted() -> None:
    outcome = evaluation(
        finding("n1", Verdict.WAIVED, check="node_present"),
        finding("n1", check="node_ready", cause="node_present"),
    )

    shown = board(outcome)

    assert [one.first.check.id for one in shown.to_settle] == ["node_ready"]
    assert [one.first.check.id for one in shown.accepted] == ["node_present"]


def test_what_is_unknown_because_of_something_accepted_is_told_there() -> None:
    outcome = evaluation(
        finding("n1", Verdict.WAIVED, check="node_present"),
        finding("n1", Verdict.UNKNOWN, check="node_ready", cause="node_present"),
    )

    shown = board(outcome)

    assert shown.to_settle == []
    assert len(shown.accepted[0].consequences) == 1


def test_the_worst_cause_stands_first_whatever_its_size() -> None:
    checks = (check("node_present", severity=Severity.CRITICAL), check("node_ready"))
    many = (finding(f"n{at}", check="node_ready") for at in range(9))
    outcome = evaluation(*many, finding("n1", check="node_present"), checks=checks)

    assert [one.first.check.id for one in board(outcome).to_settle] == [
        "node_present",
        "node_ready",
    ]


@st.composite
def tangled(draw: st.DrawFn) -> list[Finding]:
    """Findings of any verdict whose causes lead anywhere, in circles, too."""
    names = [(f"check_{one}", f"n{other}") for one in range(3) for other in range(3)]
    chosen = draw(st.lists(st.sampled_from(names), unique=True, max_size=9))
    verdicts = st.sampled_from(list(Verdict))
    found = []
    for name, subject in chosen:
        made = finding(subject, draw(verdicts), check=name)
        cause = draw(st.none() | st.sampled_from(names))
        of = Cause(cause[0], node(cause[1])) if cause else None
        found.append(structs.replace(made, cause=of))
    return sorted(found, key=lambda one: (one.check, one.subject))


@given(tangled())
@settings(max_examples=50, deadline=None)
def test_every_deviation_is_told_once_and_every_failure_as_one(found: list[Finding]) -> None:
    shown = board(evaluation(*found))

    told = [(row.check.id, row.finding.subject) for one in shown.entries for row in one.all]
    amiss = {(one.check, one.subject) for one in found if one.verdict is not Verdict.PASS}
    assert sorted(told) == sorted(amiss)
    settled = {row.finding.subject for one in shown.to_settle for row in one.all}
    assert {one.subject for one in found if one.verdict is Verdict.FAIL} <= settled
    assert all(view(one, shown, ENGLISH).title for one in shown.entries)
