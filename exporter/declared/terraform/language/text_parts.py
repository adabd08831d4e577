"""Templates: texts in which values stand."""

from dataclasses import replace

from exporter.declared.terraform.language.parts import evaluate_part, is_wrapped
from exporter.declared.terraform.language.scope import Scope
from exporter.declared.terraform.language.syntax import Template
from exporter.declared.terraform.language.values import (
    MAX_TEXT,
    NotKnownError,
    Unknown,
    Value,
    normalised,
    text,
    unknown,
)

PLACEHOLDER = "${...}"
"""What stands in a text for a part of it that is not known."""


def template(expression: Template, scope: Scope) -> Value:
    """Join the parts; a lone interpolation keeps its type, as Terraform has it."""
    if is_wrapped(expression.parts):
        return evaluate_part(expression.parts[0], scope)
    return scope.budget.pay(Value(joined(expression, scope), expression.at))


def joined(expression: Template, scope: Scope) -> str:
    """Return the text of all parts; what is not known of it is unknown as a whole."""
    pieces: list[str] = []
    first: Unknown | None = None
    size = 0
    for part in expression.parts:
        value = evaluate_part(part, scope)
        if isinstance(value.data, Unknown):
            first = first or value.data
            pieces.append(value.data.partial or PLACEHOLDER)
        else:
            pieces.append(text(value))
        size += len(pieces[-1])
        if size > MAX_TEXT:
            raise unknown("a template", "gives a text of more than 1 MiB")
    if first is not None:
        raise NotKnownError(replace(first, traversable=False, partial="".join(pieces)))
    return normalised("".join(pieces))
