"""Evaluates the parts of an expression, each by what is registered for its kind."""

from collections.abc import Callable
from typing import Any

from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import (
    Binary,
    Call,
    Expression,
    Template,
    TemplateFor,
    TemplateIf,
    Unary,
)
from exporter.declared.terraform.language.value_types import ANY, BOOL, NUMBER, STRING, Type
from exporter.declared.terraform.language.values import (
    NotKnownError,
    Unknown,
    Value,
)

EVALUATORS: dict[type, Callable[[Any, Scope], Value]] = {}
"""What evaluates each kind of expression: filled by ``evaluate``, as all of them come back here."""


def evaluate_part(expression: Expression, scope: Scope) -> Value:
    """Return the value of a part of an expression, which may be unknown.

    Raises :exc:`NotKnownError` for what fails, or does in some versions: it makes all fail that it
    is part of.
    """
    try:
        scope.budget.enter()
        return _alike_in_all_versions(EVALUATORS[type(expression)](expression, scope))
    except NotKnownError as error:
        if error.unknown.failed or error.unknown.by_version:
            raise
        return Value(error.unknown, expression.at, _type_of_unknown(expression))
    finally:
        scope.budget.leave()


def _type_of_unknown(expression: Expression) -> Type:
    """Return the type of what is not known, but did not fail either."""
    match expression:
        case Call(function="ceil" | "floor" | "log" | "parseint" | "pow" | "signum" | "timecmp"):
            return NUMBER
        case _:
            return type_of_result(expression)


def _alike_in_all_versions(value: Value) -> Value:
    """Return a value, unless some versions fail where it stands."""
    if isinstance(value.data, Unknown) and value.data.by_version:
        raise NotKnownError(value.data)
    return value


def type_of_result(expression: Expression) -> Type:
    """Return the type that an expression has whatever its operands are."""
    match expression:
        case Binary(operator="+" | "-" | "*" | "/" | "%") | Unary(operator="-"):
            return NUMBER
        case Binary() | Unary():
            return BOOL
        case Template(parts=parts) if not is_wrapped(parts):
            return STRING
        case TemplateFor():
            return STRING
        case _:
            return ANY


def is_wrapped(parts: tuple[Expression, ...]) -> bool:
    """Tell whether a template is a lone interpolation, which keeps its type."""
    return len(parts) == 1 and not isinstance(parts[0], TemplateIf | TemplateFor)
