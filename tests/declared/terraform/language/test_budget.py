import pytest

from exporter.declared.terraform.language.budget import Budget
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.language.hcl import parse_expression
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.values import NotKnownError, Unknown
from exporter.domain.errors import ReadError, Reason

BOMB = "[for a in range(1024) : [for b in range(1024) : [for c in range(1024) : c]]]"


def test_evaluation_ends_where_its_steps_do() -> None:
    budget = Budget(steps=5_000)

    value = evaluate(parse_expression(f"length({BOMB}[0][0])", "x"), Scope(budget=budget))

    assert isinstance(value.data, Unknown)
    assert "steps to evaluate" in str(value.data)
    assert budget.exceeded


def test_evaluation_ends_where_its_time_does() -> None:
    budget = Budget(deadline=0)

    value = evaluate(parse_expression("1", "x"), Scope(budget=budget))

    assert isinstance(value.data, Unknown)
    assert "s to evaluate" in budget.exceeded


def test_instances_are_counted() -> None:
    budget = Budget(instances=1)
    budget.expand()

    with pytest.raises(NotKnownError):
        budget.expand()
    assert "resources and modules" in budget.exceeded


def test_texts_are_counted_before_they_are_parsed() -> None:
    budget = Budget(source=3)

    assert budget.admit("abc") == "abc"
    with pytest.raises(ReadError) as caught:
        budget.admit("d")
    assert caught.value.reason is Reason.TOO_LARGE


def test_depth_is_given_back() -> None:
    budget = Budget()
    scope = Scope(budget=budget)

    for _ in range(3):
        evaluate(parse_expression("[[[[x.y]]]]", "x"), scope)

    assert budget.depth == 0
