"""Evaluates expressions as far as that can be done without a run; the rest is unknown."""

from exporter.declared.terraform.language import costs, operators
from exporter.declared.terraform.language.calls import call
from exporter.declared.terraform.language.choices import conditional, template_if
from exporter.declared.terraform.language.elements import (
    get_attribute,
    index,
    object_literal,
    tuple_literal,
)
from exporter.declared.terraform.language.loops import for_expression, splat, template_for
from exporter.declared.terraform.language.parts import EVALUATORS, evaluate_part
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import (
    BareReference,
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    GetAttribute,
    Index,
    Literal,
    Name,
    ObjectLiteral,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    TupleLiteral,
    Unary,
)
from exporter.declared.terraform.language.text_parts import template
from exporter.declared.terraform.language.values import (
    NotKnownError,
    Value,
    differing,
    failed,
    normalised,
    truth,
)
from exporter.foreign.confined import position


def evaluate(expression: Expression, scope: Scope) -> Value:
    """Return the value of an expression; where there is none, an unknown one says why."""
    try:
        return evaluate_part(expression, scope)
    except NotKnownError as error:
        return Value(error.unknown, expression.at)


def _literal(expression: Literal, _: Scope) -> Value:
    value = expression.value
    return Value(normalised(value) if isinstance(value, str) else value, expression.at)


def _name(expression: Name, scope: Scope) -> Value:
    return scope.resolve(expression.name, expression.at)


def _bare_reference(expression: BareReference, scope: Scope) -> Value:
    del expression, scope
    raise failed("a key", "that is a reference has to stand in parentheses")


def _unary(expression: Unary, scope: Scope) -> Value:
    operand = evaluate_part(expression.operand, scope)
    return Value(operators.unary(expression.operator, operand), expression.at)


def _binary(expression: Binary, scope: Scope) -> Value:
    left = evaluate_part(expression.left, scope)
    try:
        right = evaluate_part(expression.right, scope)
    except NotKnownError:
        if expression.operator in operators.LOGICAL:
            _need_right(expression.operator, left)
        raise
    position.at(*expression.at)
    costs.pay(expression.operator, (left, right), scope.budget)
    return Value(operators.binary(expression.operator, left, right), expression.at)


def _need_right(operator: str, left: Value) -> None:
    """Refuse to tell what depends on the version: 1.12 looks no further once it is decided."""
    if truth(left) is operators.LOGICAL[operator]:
        raise differing(f"an operand of {operator}", "fails, as versions before 1.12 notice")


EVALUATORS.update(
    {
        BareReference: _bare_reference,
        Binary: _binary,
        Call: call,
        Conditional: conditional,
        For: for_expression,
        GetAttribute: get_attribute,
        Index: index,
        Literal: _literal,
        Name: _name,
        ObjectLiteral: object_literal,
        Splat: splat,
        Template: template,
        TemplateFor: template_for,
        TemplateIf: template_if,
        TupleLiteral: tuple_literal,
        Unary: _unary,
    }
)
