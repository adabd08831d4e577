"""Expressions are worth what Terraform itself says they are."""

import os

import pytest

from tests.oracle.terraform.answers import generated, recorded
from tests.oracle.terraform.compare import Outcome, compared
from tests.oracle.terraform.console import FAILED, UNKNOWN, answers

PROGRAM = os.environ.get("CONFORMANCE_TERRAFORM", "")
SEEDS = range(int(os.environ.get("CONFORMANCE_TERRAFORM_SEEDS", "1")))
"""Each of these gives a thousand random expressions where Terraform itself is asked."""
MOST_UNRESOLVED = 0.03


def test_no_value_differs_from_what_terraform_answered() -> None:
    found = {one: compared(one, answer) for one, answer in recorded()["answers"].items()}

    different = {one: ours for one, (outcome, ours) in found.items() if outcome == "different"}

    assert different == {}


def test_little_of_what_terraform_evaluates_is_unresolved() -> None:
    evaluated = {
        one: answer
        for one, answer in recorded()["answers"].items()
        if answer not in {FAILED, UNKNOWN}
    }

    outcomes = [compared(one, answer)[0] for one, answer in evaluated.items()]

    assert outcomes.count(Outcome.UNRESOLVED) <= MOST_UNRESOLVED * len(evaluated)


@pytest.mark.skipif(not PROGRAM, reason="CONFORMANCE_TERRAFORM names no terraform")
@pytest.mark.parametrize("seed", SEEDS)
def test_no_random_value_differs_from_terraforms(seed: int) -> None:
    expressions = list(generated(seed, 1_000))

    found = zip(expressions, answers(PROGRAM, expressions, {}), strict=True)

    outcomes = {one: (answer, *compared(one, answer)) for one, answer in found}
    assert {one: found for one, found in outcomes.items() if found[1] == "different"} == {}
