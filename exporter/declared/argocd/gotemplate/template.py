"""Go templates evaluated: plain data in, text out, bounded, with nothing to reach outside.

Source: Go's ``text/template`` (``exec.go``); Argo CD's ``applicationset/utils`` (``Replace``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exporter.declared.argocd.gotemplate.functions import call
from exporter.declared.argocd.gotemplate.syntax import (
    Access,
    Branch,
    Function,
    Literal,
    Node,
    Operand,
    Pipeline,
    UnsupportedError,
    parse,
)
from exporter.declared.argocd.gotemplate.values import (
    MAX_TEXT,
    MISSING,
    Unordered,
    reach,
    size,
    to_text,
)
from exporter.domain.errors import ParseError

MAX_STEPS = 50_000
MAX_MADE = 16 * MAX_TEXT
"""How many letters functions may give in one template, which may keep them all in variables."""
MAX_READ = 256 * MAX_TEXT
"""How many letters functions may be given in one template, whatever they make of them."""
_CHANGING = frozenset({"merge", "mergeOverwrite"})
"""Functions that change their first argument."""
_PART = 64
"""As many letters as a part of a list or map, or a step, counts."""


def render(
    text: str,
    values: Mapping[str, Any],
    *,
    strict: bool = False,
    spend: Callable[[int], None] = lambda _: None,
) -> str:
    """Return *text* with its actions evaluated over *values* (see :func:`from_json`).

    *strict* is ``missingkey=error``; *spend* is told how many steps that took. Raises
    :exc:`ParseError` where Argo CD would fail, or where the text outgrows its bounds, and
    :exc:`UnsupportedError` where the outcome cannot be told.
    """
    if "{{" not in text:
        return text
    run = _Run(root=values, strict=strict)
    try:
        run.nodes(parse(text), values, {"$": values})
    finally:
        spend(run.steps + (len(text) + run.read) // _PART)
    return "".join(run.written)


@dataclass(slots=True)
class _Run:
    """One evaluation and what it has written so far."""

    root: Mapping[str, Any]
    strict: bool
    written: list[str] = field(default_factory=list)
    length: int = 0
    steps: int = 0
    made: int = 0
    read: int = 0

    def write(self, text: str) -> None:
        self.length += len(text)
        if self.length > MAX_TEXT:
            raise ParseError(f"a template grows over {MAX_TEXT // 1024} KiB")
        self.written.append(text)

    def count(self, steps: int = 1) -> None:
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise ParseError(f"a template takes more than {MAX_STEPS:,} steps")

    def nodes(self, nodes: Sequence[Node], dot: Any, variables: dict[str, Any]) -> None:
        for node in nodes:
            self.count()
            if isinstance(node, str):
                self.write(node)
            elif isinstance(node, Branch):
                self.count(len(variables) // _PART)
                self.branch(node, dot, dict(variables))
            else:
                value = self.pipeline(node, dot, variables)
                if not node.variables:
                    self.write(to_text(value))

    def branch(self, node: Branch, dot: Any, variables: dict[str, Any]) -> None:
        value = self.pipeline(node.pipeline, dot, variables)
        if node.word == "range":
            self.each(node, value, dot, variables)
        elif value:
            self.nodes(node.body, value if node.word == "with" else dot, variables)
        else:
            self.nodes(node.otherwise, dot, variables)

    def each(self, node: Branch, value: Any, dot: Any, variables: dict[str, Any]) -> None:
        pairs: list[tuple[Any, Any]]
        if isinstance(value, Mapping):
            pairs = sorted(value.items())
        elif isinstance(value, list):
            if isinstance(value, Unordered):
                value.bound_order()
            pairs = list(enumerate(value))
        elif value is None or value is MISSING:
            pairs = []
        else:
            raise UnsupportedError("a range over something else than a list or map")
        for key, item in pairs:
            self.count(1 + len(variables) // _PART)  # also where there is nothing inside
            names = node.pipeline.variables
            inner = dict(zip(names, (key, item)[2 - len(names) :], strict=True))
            self.nodes(node.body, item, {**variables, **inner})
        if not pairs:
            self.nodes(node.otherwise, dot, variables)

    def pipeline(self, pipeline: Pipeline, dot: Any, variables: dict[str, Any]) -> Any:
        """Return the outcome of the last command; a declared variable holds it from then on."""
        piped: tuple[Any, ...] = ()
        for command in pipeline.commands:
            self.count()
            piped = (self.command(command, piped, dot, variables),)
        if len(pipeline.variables) == 1:
            variables[pipeline.variables[0]] = piped[0]
        return piped[0]

    def command(
        self,
        operands: Sequence[Operand],
        piped: tuple[Any, ...],
        dot: Any,
        variables: dict[str, Any],
    ) -> Any:
        head, *rest = operands
        if not isinstance(head, Function):
            if rest or piped:
                raise ParseError("a template gives arguments to what is no function")
            if head == Literal(None):
                raise ParseError("nil is not a command")
            return self.operand(head, dot, variables)
        if head.name in {"and", "or"}:
            return self.lazily(head.name, rest, piped, dot, variables)
        if head.name in _CHANGING and rest and isinstance(rest[0], Access) and rest[0].names:
            raise UnsupportedError(f"{head.name} into a map that others use")
        arguments = [self.operand(one, dot, variables) for one in rest]
        self.give(head.name, [*arguments, *piped])
        return self.taken(call(head.name, [*arguments, *piped]))

    def give(self, name: str, arguments: Sequence[Any]) -> None:
        """Count what a function is about to be given, by what it costs to go through it."""
        letters = [len(one) for one in arguments if isinstance(one, str)]
        if name.startswith("regex"):
            self.read += sum(length**3 // _PART for length in letters)
        elif name in _CHANGING:
            self.read += _PART * sum(map(size, arguments))
        self.read += sum(letters) * (_PART if name.startswith("fromYaml") else 1)
        if self.read > MAX_READ:
            raise ParseError(f"a template goes through more than {MAX_READ >> 20} MiB")

    def taken(self, value: Any) -> Any:
        """Count what a function gives, and return it."""
        if isinstance(value, str | list | Mapping):
            self.made += len(value) * (1 if isinstance(value, str) else _PART)
        if self.made > MAX_MADE:
            raise ParseError(f"a template makes more than {MAX_MADE >> 20} MiB")
        return value

    def lazily(
        self,
        name: str,
        operands: Sequence[Operand],
        piped: tuple[Any, ...],
        dot: Any,
        variables: dict[str, Any],
    ) -> Any:
        """Evaluate ``and`` and ``or``, which stop at the operand that decides."""
        value: Any = MISSING
        if not operands and not piped:
            raise ParseError(f"{name} is called with 0 arguments")
        for operand in operands:
            value = self.operand(operand, dot, variables)
            if bool(value) is (name == "or"):
                return value
        return piped[0] if piped else value

    def operand(self, operand: Operand, dot: Any, variables: dict[str, Any]) -> Any:
        self.count()
        if isinstance(operand, Literal):
            return operand.value
        if isinstance(operand, Function):
            return call(operand.name, [])
        base = self.base(operand, dot, variables)
        return reach(base, operand.names, strict=self.strict)

    def base(self, access: Access, dot: Any, variables: dict[str, Any]) -> Any:
        if access.base is None:
            return dot
        if isinstance(access.base, Pipeline):
            return self.pipeline(access.base, dot, variables)
        if access.base not in variables:
            raise ParseError(f"the variable {access.base} is not declared")
        return variables[access.base]
