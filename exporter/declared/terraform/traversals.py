"""References as they are written: ``aws_launch_template.workers.id``."""

from collections.abc import Iterator
from dataclasses import fields
from fractions import Fraction

from exporter.declared.terraform.language.syntax import (
    Expression,
    GetAttribute,
    Index,
    Literal,
    Name,
    Splat,
)
from exporter.declared.terraform.language.values import Origin


def path_of(expression: Expression) -> str:
    """Return ``scaling_config.0.desired_size``, or as much of it as is written out."""
    match expression:
        case Name(name=name):
            return name
        case GetAttribute(base=base, name=name):
            return f"{path_of(base)}.{name}"
        case Index(base=base, key=Literal(value=key)) if isinstance(key, str | Fraction):
            return f"{path_of(base)}.{key}"
        case Index(base=base) | Splat(base=base):
            return path_of(base)
        case _:
            return ""


def references(expression: Expression) -> Iterator[str]:
    """Yield all that an expression refers to, the longest path of each first."""
    if path := path_of(expression):
        yield path
    for field in fields(expression):
        yield from _within(getattr(expression, field.name))


def _within(part: object) -> Iterator[str]:
    if isinstance(part, tuple) and not isinstance(part, Origin):
        for one in part:
            yield from _within(one)
    elif isinstance(part, Expression):
        yield from references(part)
