"""The syntax tree of HCL: bodies and expressions, each with its origin."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from exporter.declared.terraform.language.values import Origin


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a bool, ``null``, or a string without templates."""

    value: bool | Fraction | str | None
    at: Origin


@dataclass(frozen=True, slots=True)
class Template:
    """A string with interpolations and directives; its parts stand one after another."""

    parts: tuple["Expression", ...]
    at: Origin


@dataclass(frozen=True, slots=True)
class TemplateIf:
    """``%{ if condition }then%{ else }otherwise%{ endif }``."""

    condition: "Expression"
    then: Template
    otherwise: Template
    at: Origin


@dataclass(frozen=True, slots=True)
class TemplateFor:
    """``%{ for key, value in collection }body%{ endfor }``; *key* may be empty."""

    key: str
    value: str
    collection: "Expression"
    body: Template
    at: Origin


@dataclass(frozen=True, slots=True)
class Name:
    """A name by itself: the root of a reference, or a variable of a ``for``."""

    name: str
    at: Origin


@dataclass(frozen=True, slots=True)
class GetAttribute:
    """``base.name``."""

    base: "Expression"
    name: str
    at: Origin


@dataclass(frozen=True, slots=True)
class Index:
    """``base[key]``."""

    base: "Expression"
    key: "Expression"
    at: Origin


@dataclass(frozen=True, slots=True)
class Splat:
    """``base[*]...``; *each* is what is taken of an element, which stands there as the name *."""

    base: "Expression"
    each: "Expression"
    at: Origin


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; with *expanded*, the last argument is a list of arguments."""

    function: str
    arguments: tuple["Expression", ...]
    expanded: bool
    at: Origin


@dataclass(frozen=True, slots=True)
class TupleLiteral:
    """``[a, b]``."""

    items: tuple["Expression", ...]
    at: Origin


@dataclass(frozen=True, slots=True)
class BareReference:
    """A reference as a key, not in parentheses: ``providers`` takes it, an evaluation fails."""

    at: Origin


@dataclass(frozen=True, slots=True)
class ObjectLiteral:
    """``{a = b}``; a bare name as key is a literal already."""

    items: tuple[tuple["Expression", "Expression"], ...]
    at: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class For:
    """A ``for`` expression; with *result_key* it makes an object, *grouped* under each key."""

    key: str
    value: str
    collection: "Expression"
    result_key: "Expression | None"
    result: "Expression"
    condition: "Expression | None"
    grouped: bool
    at: Origin


@dataclass(frozen=True, slots=True)
class Conditional:
    """``condition ? then : otherwise``."""

    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"
    at: Origin


@dataclass(frozen=True, slots=True)
class Unary:
    """``-operand`` or ``!operand``."""

    operator: str
    operand: "Expression"
    at: Origin


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right``."""

    operator: str
    left: "Expression"
    right: "Expression"
    at: Origin


Expression: TypeAlias = (
    Literal
    | Template
    | TemplateIf
    | TemplateFor
    | Name
    | GetAttribute
    | Index
    | Splat
    | Call
    | TupleLiteral
    | BareReference
    | ObjectLiteral
    | For
    | Conditional
    | Unary
    | Binary
)


@dataclass(frozen=True, slots=True)
class Body:
    """The content of a file or block."""

    attributes: dict[str, Expression] = field(default_factory=dict)
    blocks: tuple["Block", ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """``type "label" "label" { body }``."""

    type: str
    labels: tuple[str, ...]
    body: Body
    at: Origin
