"""Calls of functions, ``try`` and ``can`` among them."""

from fractions import Fraction

from exporter.declared.terraform.language import costs
from exporter.declared.terraform.language.decimals import Counted
from exporter.declared.terraform.language.files import FILE_FUNCTIONS, templatestring
from exporter.declared.terraform.language.functions import FUNCTIONS, apply, patterns
from exporter.declared.terraform.language.parts import evaluate_part
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Call, GetAttribute, Index, Name, Splat
from exporter.declared.terraform.language.values import (
    NotKnownError,
    Value,
    failed,
    items,
    known,
    normalised,
    unknown,
)
from exporter.foreign.confined import position

_COUNTING = frozenset({"ceil", "floor", "index", "length", "parseint", "signum", "timecmp"})
"""The functions whose numbers are counted."""


def call(expression: Call, scope: Scope) -> Value:
    """Return what a function gives for its arguments."""
    name = expression.function.removeprefix("core::")
    if name in {"try", "can"}:
        return _attempt(name, expression, scope)
    if name == "templatestring":
        return _templatestring(expression, scope)
    arguments = [evaluate_part(argument, scope) for argument in expression.arguments]
    if expression.expanded:
        arguments[-1:] = items(arguments[-1])
    if name in FILE_FUNCTIONS:
        return FILE_FUNCTIONS[name](arguments, scope, expression.at, evaluate_part)
    if name not in FUNCTIONS:
        raise unknown(f"{name}()", "is not evaluated here")
    position.at(*expression.at)
    costs.pay(name, arguments, scope.budget)
    try:
        result = apply(name, arguments)
    finally:
        scope.budget.spend(patterns.cost(name, arguments))
    if isinstance(result, Value):
        return result
    data = normalised(result) if isinstance(result, str) else result
    data = Counted(result) if isinstance(result, Fraction) and name in _COUNTING else data
    return scope.budget.pay(Value(data, expression.at))


def _templatestring(expression: Call, scope: Scope) -> Value:
    """Render a template that must be referred to, not written there."""
    arguments = expression.arguments
    if len(arguments) != 2 or expression.expanded:  # noqa: PLR2004 - a template, and variables
        raise failed("templatestring()", "is called with the wrong arguments")
    if not isinstance(arguments[0], Name | GetAttribute | Index | Splat):
        raise failed("templatestring()", "has a template that is no reference")
    template, variables = (evaluate_part(one, scope) for one in arguments)
    return templatestring(template, variables, scope, evaluate_part, expression.at)


def _attempt(name: str, expression: Call, scope: Scope) -> Value:
    """``try`` and ``can``: go on after what would fail, but not after what is unknown."""
    arguments = expression.arguments
    if expression.expanded or not arguments or (name == "can" and len(arguments) > 1):
        raise failed(f"{name}()", "is called with the wrong arguments")
    for argument in arguments:
        try:
            value = evaluate_part(argument, scope)
        except NotKnownError as error:
            if error.unknown.by_version:
                raise
            continue
        if name == "can":
            known(value)
        return value if name == "try" else Value(True, expression.at)  # noqa: FBT003 - a value
    if name == "can":
        return Value(False, expression.at)  # noqa: FBT003 - a value
    raise failed("try()", "has no argument that does not fail")
