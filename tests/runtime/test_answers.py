"""A check runs again exactly when something that it looked at has changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from exporter.domain.check import Check
from exporter.domain.facts import Facts, Gap
from exporter.domain.finding import Finding, Layer, Severity, Subject, Verdict
from exporter.domain.provenance import Source
from exporter.runtime.answers import Answers


class Named:
    """A fact."""


class Sought(Named):
    """A fact that is looked for though it is not needed."""


class Other(Named):
    """A fact that nobody asks for."""


@dataclass
class Judge:
    """Counts how often it is asked."""

    asked: int = 0
    check: Check = field(init=False)

    def __post_init__(self) -> None:
        self.check = Check(
            id="node_ready",
            layer=Layer.INFRASTRUCTURE,
            severity=Severity.WARNING,
            title="Nodes are ready",
            needs=(Named,),
            subjects=lambda _: (),
            judge=self.judge,
        )

    def judge(self, facts: Facts) -> Iterator[Finding]:
        self.asked += 1
        facts.get(Named)
        verdict = Verdict.PASS if facts.find(Sought) else Verdict.FAIL
        yield Finding(check="node_ready", subject=Subject("Node", "", "a"), verdict=verdict)


NAMED = Named()
GAP = Gap(Source.KUBERNETES, "old")


@pytest.mark.parametrize(
    ("then", "asked"),
    [
        pytest.param(Facts({Named: NAMED}), 1, id="the same"),
        pytest.param(Facts({Named: NAMED, Other: Other()}), 1, id="another fact"),
        pytest.param(Facts({Named: Named()}), 2, id="a fact it needs"),
        pytest.param(Facts({Named: NAMED, Sought: Sought()}), 2, id="a fact it looked for"),
        pytest.param(Facts({Named: NAMED}, gaps={Other: (GAP,)}), 2, id="a gap"),
    ],
)
def test_a_check_runs_again_where_it_might_find_something_else(then: Facts, asked: int) -> None:
    judge, answers = Judge(), Answers()
    answers.judge(judge.check, Facts({Named: NAMED}))

    found = answers.judge(judge.check, then)

    assert judge.asked == asked
    assert found == tuple(judge.judge(then))


def test_a_check_runs_again_where_a_fact_that_it_only_uses_has_changed() -> None:
    judge, answers = Judge(), Answers()
    check = replace(judge.check, uses=(Other,))
    answers.judge(check, Facts({Named: NAMED, Other: Other()}))

    answers.judge(check, Facts({Named: NAMED, Other: Other()}))

    assert judge.asked == 2
