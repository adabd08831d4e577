"""YAML and templates mean what Go's libraries make of them, by their committed answers."""

import pytest

from tests.oracle.figures import Outcome
from tests.oracle.golang.comparison import outcome
from tests.oracle.golang.exchange import LANGUAGES, answered


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_written_means_what_it_means_to_go(language: str) -> None:
    cases = list(answered(language))

    found = [(case, answer) for case, answer in cases if outcome(case, answer) == "different"]

    assert found == []
    assert len(cases) > 300


@pytest.mark.parametrize("language", LANGUAGES)
def test_little_is_left_open(language: str) -> None:
    outcomes = [outcome(case, answer) for case, answer in answered(language)]

    assert outcomes.count(Outcome.UNRESOLVED) <= 0.1 * len(outcomes)
