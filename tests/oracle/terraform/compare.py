"""Holds our evaluation of an expression against Terraform's answer."""

from exporter.declared.terraform.language.budget import Budget
from exporter.declared.terraform.language.constraints import convert
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.language.hcl import parse_expression
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.values import NotKnownError, Unknown, Value
from exporter.domain.errors import ParseError
from tests.oracle.figures import Outcome
from tests.oracle.terraform.console import ASSIGNED, FAILED, UNKNOWN
from tests.oracle.terraform.shown import is_known, shown


def compared(expression: str, answer: str) -> tuple[Outcome, str]:
    """Return how our value of an expression compares with an answer, and how it is shown."""
    try:
        value = _value(expression, Scope(budget=Budget()))
    except ParseError as error:
        return (Outcome.EQUAL if answer == FAILED else Outcome.DIFFERENT), f"refused: {error}"
    if isinstance(value.data, Unknown) and (value.data.failed or answer == UNKNOWN):
        same = answer in {FAILED, UNKNOWN}
        return (Outcome.EQUAL if same else Outcome.DIFFERENT), f"failed: {value.data}"
    if not is_known(value):
        return Outcome.UNRESOLVED, str(value.data)
    ours = shown(value)
    return (Outcome.EQUAL if ours == answer else Outcome.DIFFERENT), ours


def _value(expression: str, scope: Scope) -> Value:
    """Return the value of an expression, or that of a variable with a type."""
    kind, found, content = expression.rpartition(ASSIGNED)
    value = evaluate(parse_expression(f"(\n{content}\n)", "main.tf"), scope)
    if not found:
        return value
    try:
        return convert(value, parse_expression(kind, "main.tf"), lambda one: evaluate(one, scope))
    except NotKnownError as error:
        return Value(error.unknown, value.at)
