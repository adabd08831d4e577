"""Expressions evaluated by themselves."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.terraform.language.budget import Budget
from exporter.declared.terraform.language.evaluate import evaluate
from exporter.declared.terraform.language.hcl import parse_expression
from exporter.declared.terraform.language.referenced_files import ReferencedFiles
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.values import (
    Items,
    Object,
    Origin,
    Unknown,
    Value,
    from_plain,
)


def plain(value: Value) -> Any:
    """Return a value as plain data, an unknown one as the text that says why."""
    match value.data:
        case Items() as data:
            return [plain(item) for item in data]
        case Object() as data:
            return {key: plain(item) for key, item in data.items()}
        case Fraction() as data:
            return int(data) if data.denominator == 1 else float(data)
        case Unknown() as data:
            return f"<{data}>"
        case data:
            return data


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Any]:
    """Evaluate an expression with some *names* bound; files are found in the test's folder."""

    def run_expression(text: str, **names: Any) -> Any:
        return plain(evaluate_text(text, names, tmp_path))

    return run_expression


def evaluate_text(text: str, names: Mapping[str, Any], root: Path) -> Value:
    budget = Budget()
    scope = Scope(
        budget=budget,
        texts=ReferencedFiles(Checkout.at(root), "", budget),
        bindings={name: from_plain(value, Origin("x", 1)) for name, value in names.items()},
    )
    return evaluate(parse_expression(text, "main.tf"), scope)


@pytest.fixture
def value_of(tmp_path: Path) -> Callable[..., Value]:
    """Evaluate an expression to a value with its origin."""

    def evaluate_named(text: str, **names: Any) -> Value:
        return evaluate_text(text, names, tmp_path)

    return evaluate_named
