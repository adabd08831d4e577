"""A chain leads from what is seen to what it follows from, as the findings themselves say."""

import pytest

from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.report.causes import LONGEST, chain, deviations
from tests.report.evaluations import node

APPLICATION = Subject("Application", "argocd", "auth")
WORKLOAD = Subject("Deployment", "api", "auth-api")


def found(
    check: str,
    subject: Subject,
    *,
    cause: Cause | None = None,
    verdict: Verdict = Verdict.FAIL,
) -> Finding:
    return Finding(check=check, subject=subject, verdict=verdict, cause=cause)


def follow(first: Finding, *others: Finding) -> list[str]:
    chained = chain(first, deviations((first, *others)))
    return [f"{one.finding.check} {one.finding.subject.name}" for one in chained]


def test_each_finding_leads_to_the_one_that_it_names() -> None:
    chained = follow(
        found("application_healthy", APPLICATION, cause=Cause("workload_ready", WORKLOAD)),
        found("workload_ready", WORKLOAD, cause=Cause("workload_images", WORKLOAD)),
        found("workload_images", WORKLOAD),
    )

    assert chained == ["workload_ready auth-api", "workload_images auth-api"]


@pytest.mark.parametrize("verdict", [one for one in Verdict if one is not Verdict.PASS])
def test_whatever_does_not_pass_explains(verdict: Verdict) -> None:
    chained = follow(
        found("application_healthy", APPLICATION, cause=Cause("workload_ready", WORKLOAD)),
        found("workload_ready", WORKLOAD, verdict=verdict),
    )

    assert chained == ["workload_ready auth-api"]


def test_a_pass_is_no_cause() -> None:
    chained = follow(
        found("application_healthy", APPLICATION, cause=Cause("workload_ready", WORKLOAD)),
        found("workload_ready", WORKLOAD, verdict=Verdict.PASS),
    )

    assert chained == []


def test_the_finding_of_another_subject_is_not_taken_for_the_cause() -> None:
    chained = follow(
        found("node_labels", node("n1"), cause=Cause("node_present", node("n1"))),
        found("node_present", node("n2")),
    )

    assert chained == []


def test_others_at_the_same_place_are_counted() -> None:
    first = found("workload_ready", WORKLOAD, cause=Cause("node_present", node("n1"), 2))

    (link,) = chain(first, deviations((first, found("node_present", node("n1")))))

    assert (link.finding.subject.name, link.more) == ("n1", 2)


@pytest.mark.parametrize(
    "cause",
    [
        pytest.param(Cause("kubernetes"), id="a source"),
        pytest.param(Cause("node_present", node("n1")), id="no finding"),
        pytest.param(None, id="none"),
    ],
)
def test_what_no_finding_explains_has_no_chain(cause: Cause | None) -> None:
    assert follow(found("node_ready", node("n1"), cause=cause, verdict=Verdict.UNKNOWN)) == []


def test_findings_that_name_each_other_end() -> None:
    chained = follow(
        found("workload_placement", WORKLOAD, cause=Cause("workload_ready", WORKLOAD)),
        found("workload_ready", WORKLOAD, cause=Cause("workload_placement", WORKLOAD)),
    )

    assert chained == ["workload_ready auth-api"]


def test_no_chain_is_longer_than_anybody_reads() -> None:
    names = [f"c{number}" for number in range(LONGEST + 5)]
    causes = [*(Cause(one, node("n")) for one in names[1:]), None]
    findings = [
        found(one, node("n"), cause=cause) for one, cause in zip(names, causes, strict=True)
    ]

    assert len(follow(*findings)) == LONGEST
