"""What rules need is what Prometheus' own parser finds in them, by its committed answers."""

from tests.oracle.figures import Outcome
from tests.oracle.promql.comparison import outcome
from tests.oracle.promql.exchange import committed, corpus


def test_what_an_expression_needs_is_what_prometheus_reads_in_it() -> None:
    found = {case: outcome(case, answer) for case, answer in committed().items()}

    assert [case for case in found if found[case] is Outcome.DIFFERENT] == []
    assert len(found) > 300


def test_little_is_left_open() -> None:
    outcomes = [outcome(case, answer) for case, answer in committed().items()]

    assert outcomes.count(Outcome.UNRESOLVED) <= 0.03 * len(outcomes)


def test_every_expression_of_the_corpus_is_one() -> None:
    assert [case for case in corpus() if case not in committed()] == []
