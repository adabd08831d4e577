"""The Jinja environment in which foreign templates are compiled: nothing but plain data in reach.

Only expressions, ``if`` and ``for`` are compiled; everything that grows or repeats is bounded.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from jinja2 import StrictUndefined, Undefined, nodes, pass_context
from jinja2.environment import Environment, Template
from jinja2.lexer import Lexer
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer

from exporter.declared.ansible.bounded_values import (
    MAX_ITEMS,
    Unordered,
    bounded_list,
    bounded_text,
    formatted,
)
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.filters import filters
from exporter.declared.ansible.jinja_tests import tests
from exporter.declared.ansible.lookups import lookups
from exporter.declared.ansible.methods import METHODS
from exporter.declared.ansible.weights import Weights

MAX_BRACKETS = 30
MAX_BLOCKS = 20
MAX_UNARY = 60
MAX_TREE = 60
"""How deeply brackets, blocks, operators that recurse and the parsed tree may nest."""

MAX_BITS = 256
SCOPE = "(scope)"
_PLAIN = (str, int, float, list, dict)
_ALLOWED: tuple[type[nodes.Node], ...] = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.Name, nodes.Getattr),
    *(nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.CondExpr, nodes.Compare),
    *(nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos, nodes.Concat),
    *(nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword, nodes.Call, nodes.Add),
    *(nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow, nodes.If),
    nodes.For,
)
_LOOP = frozenset({"index", "index0", "first", "last", "length", "revindex", "revindex0"})
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = frozenset("\\'\"abfnrtv01234567xuUN\n")
"""What may follow a backslash in a text of Python."""


class _Undefined(StrictUndefined):
    """What is undefined, and does not even show itself inside a collection."""

    __slots__ = ()
    __repr__ = StrictUndefined.__str__


class _Context(Context):
    """A context whose variables are found in the scope, when they are asked for."""

    def resolve_or_missing(self, key: str) -> Any:
        found = super().resolve_or_missing(key)
        if found is not missing:
            return found
        return self.parent[SCOPE].resolve(key)


class _Lexer(Lexer):
    """Reads texts in expressions as Ansible does.

    In ``{{ }}`` a backslash is one, as YAML has read those of a playbook; with *escapes*, in
    conditions and in ``{% %}``, it begins an escape of Python's.
    """

    def __init__(self, environment: Environment, *, escapes: bool) -> None:
        super().__init__(environment)
        self._escapes = escapes

    def tokeniter(
        self, source: str, name: str | None, filename: str | None = None, state: str | None = None
    ) -> Iterator[tuple[int, str, str]]:
        inside = False
        for line, kind, value in super().tokeniter(source, name, filename, state):
            if kind in {"variable_begin", "variable_end"}:
                inside = kind == "variable_begin"
            if kind != "string":
                yield line, kind, value
            elif inside and not self._escapes:
                yield line, kind, value.replace("\\", "\\\\")
            else:
                yield line, kind, _ESCAPE.sub(_escaped, value)


def _escaped(match: re.Match[str]) -> str:
    """Return an escape, where it is none as what Python takes it for without a warning."""
    return match[0] if match[1] in _ESCAPES else f"\\{match[0]}"


class _Rewrite(NodeTransformer):
    """Refuses what is not allowed, and puts a bound on what grows or repeats.

    In a *condition*, texts that are templates are evaluated.
    """

    def __init__(self, *, condition: bool) -> None:
        super().__init__()
        self._condition = condition

    def visit_Const(self, node: nodes.Const) -> nodes.Node:  # noqa: N802 - named by Jinja
        templated = isinstance(node.value, str) and ("{{" in node.value or "{%" in node.value)
        return _filtered("_rendered", node) if self._condition and templated else node

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(node, _ALLOWED):
            kind = type(node).__name__.lower()
            raise UnresolvedError(f"a template uses {kind}, which is not evaluated")
        return super().visit(node, *args, **kwargs)

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 - named by Jinja
        self.generic_visit(node)
        node.iter = _filtered("_each", node.iter)
        return node

    def visit_Compare(self, node: nodes.Compare) -> nodes.Node:  # noqa: N802 - named by Jinja
        self.generic_visit(node)
        node.expr = _filtered("_bound", node.expr)
        for operand in node.ops:
            operand.expr = _filtered("_bound", operand.expr)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 - named by Jinja
        self.generic_visit(node)
        return _filtered("join", nodes.List(node.nodes, lineno=node.lineno))


def _filtered(name: str, node: Any) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja with nothing but plain data in reach."""

    intercepted_binops = frozenset({"+", "*", "%", "**"})
    context_class = _Context
    code_generator_class = NativeCodeGenerator

    def __init__(self, spend: Callable[[int], None]) -> None:
        super().__init__(
            undefined=_Undefined,
            optimized=False,
            autoescape=False,
            trim_blocks=True,
            keep_trailing_newline=True,
            finalize=_piece,
        )
        self._spend = spend
        self._lexers = {escapes: _Lexer(self, escapes=escapes) for escapes in (False, True)}
        self._condition = False
        self.weights = Weights(spend)
        bounding = self.weights.bounding
        self.filters = {
            name: bounding(function, name) for name, function in filters(self.filters).items()
        }
        self.filters |= {
            "_each": self._each,
            "_bound": self.weights.bound,
            "_rendered": _rendered,
        }
        self.tests = {
            name: bounding(function, f"is {name}") for name, function in tests(self.tests).items()
        }
        self.globals = {"range": _range, **lookups(SCOPE)}

    @property
    def lexer(self) -> Lexer:
        """The lexer of what is compiled: a text, or a condition."""
        return self._lexers[self._condition]

    def compile_text(self, text: str) -> Template:
        """Compile a template, whose pieces keep the types of their values."""
        return self._compiled(text, condition=False)

    def compile_condition(self, text: str) -> Template:
        """Compile an expression that stands without braces."""
        return self._compiled("{{ " + text + " }}", condition=True)

    def _compiled(self, text: str, *, condition: bool) -> Template:
        self._condition = condition
        _bound_nesting(self.lex(text))
        parsed = self.parse(text)
        _bound_tree(parsed)
        tree = _Rewrite(condition=condition).visit(parsed)
        tree.set_environment(self)
        code = self.compile(tree)
        return Template.from_code(self, code, {}, None)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a key of a mapping or a harmless method; no attribute is ever reached."""
        if isinstance(obj, LoopContext):
            if attribute in _LOOP:
                return getattr(obj, attribute)
            raise UnresolvedError(f"loop.{attribute[:40]} is not evaluated")
        for kind, methods in METHODS.items():
            if isinstance(obj, kind) and attribute in methods:
                return partial(self.weights.bounding(methods[attribute], attribute), obj)
        if not attribute.startswith("_") and any(
            isinstance(obj, kind) and hasattr(kind, attribute) for kind in _PLAIN
        ):
            raise UnresolvedError(f"the method {attribute[:40]} is not evaluated")
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item of plain data; undefined stays undefined, so that defaults apply."""
        if isinstance(obj, Undefined):
            return obj
        if isinstance(obj, Unordered):
            obj.bound_order()
        try:
            if isinstance(obj, Mapping | list | tuple | str | range):
                return obj[argument]
        except (LookupError, TypeError):
            pass
        return self.undefined(obj=obj, name=argument)

    def call_binop(
        self,
        context: Context,  # noqa: ARG002 - Jinja's signature
        operator: str,
        left: Any,
        right: Any,
    ) -> Any:
        """Do what a template asks of two values, within bounds."""
        if operator == "+":
            return _added(left, right)
        if operator == "*":
            return _multiplied(self.weights.bound(left), right)
        if operator == "%":
            if not isinstance(left, str):
                return left % right
            values = right if isinstance(right, tuple) else (right,)
            return formatted(left, *map(self.weights.bound, values))
        return _raised(left, right)

    def _each(self, items: Iterable[Any]) -> Iterator[Any]:
        if isinstance(items, Unordered):
            items.bound_order()
        for item in items:
            self._spend(1)
            yield item


@pass_context
def _piece(_: Context, value: Any) -> Any:
    """Return what an expression gives; that it asks for the context keeps constants as they are."""
    return value


@pass_context
def _rendered(context: Context, text: str) -> Any:
    """Return the value of a template that is a text in a condition."""
    scope = context.parent[SCOPE]
    return scope.templates.expand(text, scope)


def _bound_nesting(tokens: Iterable[tuple[int, str, str]]) -> None:
    """Refuse what Jinja's parser, which recurses, could not bear."""
    brackets = unary = blocks = 0
    before = ""
    for _, kind, value in tokens:
        if kind in {"variable_begin", "block_begin"}:
            brackets = unary = 0
        elif kind == "operator":
            brackets += (value in {"(", "[", "{"}) - (value in {")", "]", "}"})
            unary += value in {"+", "-"}
        elif kind == "name":
            unary += value in {"not", "else"}
            if before == "block_begin":
                blocks += (value in {"if", "for"}) - value.startswith("end")
        if brackets > MAX_BRACKETS or unary > MAX_UNARY or blocks > MAX_BLOCKS:
            raise UnresolvedError("a template is nested too deeply")
        before = before if kind == "whitespace" else kind


def _bound_tree(tree: nodes.Template) -> None:
    """Refuse what Jinja's compiler, which recurses too, could not bear."""
    pending: list[tuple[nodes.Node, int]] = [(tree, 1)]
    while pending:
        node, depth = pending.pop()
        if depth > MAX_TREE:
            raise UnresolvedError("a template is nested too deeply")
        pending += ((child, depth + 1) for child in node.iter_child_nodes())


def _added(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return bounded_text(left + right)
    if isinstance(left, list) and isinstance(right, list):
        return bounded_list([*left, *right])
    if isinstance(left, int | float) and isinstance(right, int | float):
        return left + right
    raise UnresolvedError("a template adds what cannot be added")


def _multiplied(left: Any, right: Any) -> Any:
    if isinstance(left, str | list) and isinstance(right, int):
        if len(left) * right > MAX_ITEMS:
            raise UnresolvedError("a template repeats something too often")
        return left * right
    if isinstance(left, int | float) and isinstance(right, int | float):
        whole = isinstance(left, int) and isinstance(right, int)
        if whole and int(left).bit_length() + int(right).bit_length() > MAX_BITS:
            raise UnresolvedError("a template counts too far")
        return left * right
    raise UnresolvedError("a template multiplies what cannot be multiplied")


def _raised(left: Any, right: Any) -> Any:
    if not (isinstance(left, int | float) and isinstance(right, int | float)):
        raise UnresolvedError("a template raises what cannot be raised")
    whole = isinstance(left, int) and isinstance(right, int) and right > 0
    if whole and int(left).bit_length() * int(right) > MAX_BITS:
        raise UnresolvedError("a template counts too far")
    found = left**right
    if isinstance(found, complex):
        raise UnresolvedError("a template raises a number below zero to a fraction")
    return found


def _range(*bounds: int) -> list[int]:
    return bounded_list(iter(range(*bounds)))
