"""Holds our evaluation of an expression against Terraform's answer."""

from enum import StrEnum

from exporter.declared.checkout import Checkout
from exporter.declared.terraform.language.budget import Budget
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.language.hcl import parse_expression
from exporter.declared.terraform.language.referenced_files import ReferencedFiles
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.values import Unknown
from exporter.domain.errors import ParseError
from tests.oracle.terraform.console import FAILED, UNKNOWN
from tests.oracle.terraform.shown import is_known, shown


class Outcome(StrEnum):
    """How an evaluation compares with Terraform's."""

    EQUAL = "equal"
    UNRESOLVED = "unresolved"
    DIFFERENT = "different"


def compared(expression: str, answer: str, checkout: Checkout | None = None) -> tuple[Outcome, str]:
    """Return how our value of an expression compares with an answer, and how it is shown."""
    budget = Budget()
    texts = None if checkout is None else ReferencedFiles(checkout, "", budget)
    try:
        parsed = parse_expression(f"(\n{expression}\n)", "main.tf")
    except ParseError as error:
        return (Outcome.EQUAL if answer == FAILED else Outcome.DIFFERENT), f"refused: {error}"
    value = evaluate(parsed, Scope(budget=budget, texts=texts))
    if isinstance(value.data, Unknown) and (value.data.failed or answer == UNKNOWN):
        same = answer in {FAILED, UNKNOWN}
        return (Outcome.EQUAL if same else Outcome.DIFFERENT), f"failed: {value.data}"
    if not is_known(value):
        return Outcome.UNRESOLVED, str(value.data)
    ours = shown(value)
    return (Outcome.EQUAL if ours == answer else Outcome.DIFFERENT), ours
