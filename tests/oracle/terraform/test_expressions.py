"""Expressions are worth what Terraform itself says they are."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.oracle.figures import Outcome, counted, record, seeds
from tests.oracle.terraform.answers import generated, recorded
from tests.oracle.terraform.compare import compared
from tests.oracle.terraform.console import FAILED, UNKNOWN, answers

PROGRAM: Final = os.environ.get("CONFORMANCE_TERRAFORM", "")
LANGUAGE: Final = "Terraform expressions"
AT_ONCE: Final = 1_000
"""So many random expressions are made of one seed."""
MOST_UNRESOLVED: Final = 0.03


def different(outcomes: Mapping[str, tuple[Outcome, str]]) -> Mapping[str, str]:
    return {one: ours for one, (outcome, ours) in outcomes.items() if outcome == "different"}


def held(answered: Iterable[tuple[str, str]]) -> Mapping[str, tuple[Outcome, str]]:
    return {expression: compared(expression, answer) for expression, answer in answered}


def test_no_value_differs_from_what_terraform_answered() -> None:
    assert different(held(recorded()["answers"].items())) == {}


def test_little_of_what_terraform_evaluates_is_unresolved() -> None:
    found = recorded()["answers"].items()
    evaluated = [(one, answer) for one, answer in found if answer not in {FAILED, UNKNOWN}]

    outcomes = [outcome for outcome, _ in held(evaluated).values()]

    assert outcomes.count(Outcome.UNRESOLVED) <= MOST_UNRESOLVED * len(outcomes)


@pytest.mark.skipif(not PROGRAM, reason="CONFORMANCE_TERRAFORM names no terraform")
def test_no_random_value_differs_from_terraforms() -> None:
    outcomes = dict(held(recorded()["answers"].items()))
    for seed in seeds(1):
        expressions = list(generated(seed, AT_ONCE))
        outcomes |= held(zip(expressions, answers(PROGRAM, expressions), strict=True))
        assert different(outcomes) == {}, f"seed {seed}"

    found = counted(
        (outcome for outcome, _ in outcomes.values()),
        language=LANGUAGE,
        tool="Terraform",
        version=recorded()["version"],
    )
    record(found, Path(__file__).parent)
