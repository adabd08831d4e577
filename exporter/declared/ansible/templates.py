"""Jinja templates evaluated as Ansible would, by a sandbox that is bounded in every direction.

Only expressions, ``if`` and ``for`` are evaluated; what else a template holds, and every name or
filter that only a run could answer, raises :exc:`UnresolvedError`.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any, Protocol

from jinja2 import TemplateError, Undefined
from jinja2.environment import Template
from jinja2.exceptions import SecurityError, TemplateAssertionError, UndefinedError
from jinja2.utils import missing

from exporter.declared.ansible.bounded_values import (
    MAX_TEXT,
    TOO_LONG,
    as_text,
    bounded_list,
    bounded_text,
)
from exporter.declared.ansible.errors import HiddenError, UnresolvedError
from exporter.declared.ansible.jinja_sandbox import SCOPE, Sandbox
from exporter.declared.ansible.located_data import located_like
from exporter.declared.ansible.vault import is_secret
from exporter.domain.errors import ConformanceError

MAX_SOURCE = 32_768
MAX_DEPTH = 20
MAX_VALUES = 50_000
MAX_WORK = 1_000_000
MAX_SECONDS = 30
_MADE = 3
"""So deep are lists and mappings that an expression makes looked through."""
"""The steps and the processor time that all templates of one reading may take together."""

_FOREIGN_FAULTS = (
    *(TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError),
    *(MemoryError, SyntaxError, NameError),
)
"""What a foreign template may raise when it is compiled or run; nothing of it is ours."""


class ExhaustedError(ConformanceError):
    """All templates together took more work or time than they may."""


@dataclass(frozen=True, slots=True)
class PlainValue:
    """A value that holds no templates."""

    value: Any


class VariableSource(Protocol):
    """Where a template finds its variables, untemplated."""

    def find(self, name: str) -> Any:
        """Return the value of *name*, or ``missing``; a :class:`PlainValue` is not templated.

        Raises :exc:`UnresolvedError` where it exists, but only a run would tell it.
        """


@dataclass(slots=True)
class Budget:
    """How many steps, and how much of its thread's time, templates may still take."""

    steps: int = MAX_WORK
    until: float = field(default_factory=lambda: time.thread_time() + MAX_SECONDS)

    def spend(self, steps: int = 1) -> None:
        """Take *steps*; raises :exc:`ExhaustedError` where none are left."""
        self.steps -= steps
        if self.steps < 0 or time.thread_time() > self.until:
            raise ExhaustedError("the templates of this repository take too long to evaluate")


@dataclass(slots=True)
class Scope:
    """The variables of one evaluation, each expanded once; *used_names* are those asked for."""

    variables: VariableSource
    templates: "Templates"
    used_names: set[str] = field(default_factory=set)
    known: dict[str, Any] = field(default_factory=dict)
    active: list[str] = field(default_factory=list)

    def resolve(self, name: str) -> Any:
        """Return the expanded value of *name*, or ``missing``."""
        self.used_names.add(name)
        if name in self.known:
            return self.known[name]
        if name in self.active or len(self.active) > MAX_DEPTH:
            raise UnresolvedError(f"the variable {name} is defined by itself")
        raw = self.variables.find(name)
        if raw is missing or isinstance(raw, PlainValue):
            return raw.value if isinstance(raw, PlainValue) else raw
        self.active.append(name)
        try:
            value = self.known[name] = self.templates.expand(raw, self)
        finally:
            self.active.pop()
        return value


class Templates:
    """Evaluates templates; one for each reading, as it holds the reading's budget."""

    def __init__(self, budget: Budget | None = None, *, strict_conditions: bool = True) -> None:
        self.budget = budget or Budget()
        self.strict_conditions = strict_conditions
        self._sandbox = Sandbox(self.budget.spend)
        self._plain: dict[int, tuple[Any, bool]] = {}
        self._text = lru_cache(maxsize=512)(self._sandbox.compile_text)
        self._expression = lru_cache(maxsize=512)(self._sandbox.compile_condition)

    def bounded(self, value: Any) -> Any:
        """Return *value*; raises :exc:`UnresolvedError` where it is too much to be printed."""
        return self._sandbox.weights.bound(value)

    def scope(self, variables: VariableSource) -> Scope:
        """Return a scope in which *variables* are the variables."""
        return Scope(variables=variables, templates=self)

    def expand(self, value: Any, scope: Scope) -> Any:
        """Return *value* with every template in it evaluated.

        Raises :exc:`UnresolvedError` where one cannot be, or where a value is encrypted.
        """
        return value if self._is_plain(value) else self._expand(value, scope, [0])

    def _is_plain(self, value: Any) -> bool:
        """Tell whether a collection holds nothing to evaluate; each is looked at once."""
        if not isinstance(value, dict | list):
            return False
        known = self._plain.get(id(value))
        if known is None:
            known = self._plain[id(value)] = (value, not _holds_templates(value, [0]))
        return known[1]

    def holds(self, condition: Any, scope: Scope) -> bool:
        """Tell whether a ``when`` condition holds."""
        if isinstance(condition, bool):
            return condition
        if not isinstance(condition, str):
            raise UnresolvedError("a condition is no expression")
        text = condition.strip()
        whole = text.startswith(("{{", "{%")) and text.endswith(("}}", "%}"))
        value = self._run(self._text if whole else self._expression, text, scope)
        if isinstance(value, bool):
            return value
        if not self.strict_conditions:
            return bool(value)
        kind = "text" if isinstance(value, str) else "value that is neither true nor false"
        raise UnresolvedError(
            f"a condition gives a {kind}, which ansible-core refuses since 2.19 and took before: "
            "declared.ansible.version tells which"
        )

    def _expand(self, value: Any, scope: Scope, count: list[int]) -> Any:
        count[0] += 1
        if count[0] > MAX_VALUES:
            raise UnresolvedError(f"a variable holds more than {MAX_VALUES} values")
        if isinstance(value, str):
            return self._templated(value, scope) if "{" in value else value
        if is_secret(value):
            raise HiddenError("the value is encrypted with Ansible Vault")
        if isinstance(value, dict):
            expanded = {key: self._expand(content, scope, count) for key, content in value.items()}
            return located_like(value, expanded)
        if isinstance(value, list):
            return located_like(value, [self._expand(item, scope, count) for item in value])
        return value

    def _templated(self, text: str, scope: Scope) -> Any:
        """Return the value of a template, whose last line break counts only in a text."""
        value = self._run(self._text, text.removesuffix("\n"), scope)
        if not isinstance(value, str):
            return value
        missing = _line_breaks(text) - _line_breaks(value)
        return value + "\n" * missing if missing > 0 else value

    def _run(self, compile_: Callable[[str], Template], text: str, scope: Scope) -> Any:
        self.budget.spend()
        if len(text) > MAX_SOURCE:
            raise UnresolvedError(f"a template is longer than {MAX_SOURCE} letters")
        try:
            return self._sandbox.weights.bound(_evaluate(compile_(text), scope))
        except UnresolvedError:
            raise
        except UndefinedError as error:
            raise UnresolvedError(f"{error.message or 'a variable is undefined'}"[:200]) from None
        except (TemplateAssertionError, SecurityError) as error:
            raise UnresolvedError(f"not evaluated: {error.message}"[:200]) from None
        except TemplateError as error:
            raise UnresolvedError(f"is no template: {error.message}"[:200]) from None
        except _FOREIGN_FAULTS as error:
            raise UnresolvedError(f"a template fails: {type(error).__name__}") from None


def _line_breaks(text: str) -> int:
    return len(text) - len(text.rstrip("\n"))


def _holds_templates(value: Any, count: list[int]) -> bool:
    count[0] += 1
    if count[0] > MAX_VALUES or is_secret(value):
        return True
    if isinstance(value, str):
        return "{" in value
    if isinstance(value, dict):
        return any(_holds_templates(part, count) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(_holds_templates(item, count) for item in value)


def _evaluate(template: Template, scope: Scope) -> Any:
    """Return the value of a template: that of its only piece, else the text of all.

    A piece that is nothing is left out, as ansible-core does. As soon as there are two, each is
    made a text, so that no more is held than a text may be long.
    """
    context = template.new_context({SCOPE: scope, **template.environment.globals}, shared=True)
    found: Iterator[Any] = template.root_render_func(context)
    pieces = (piece for piece in found if piece is not None)
    first, second = next(pieces, None), next(pieces, None)
    if second is None:
        return None if first is None else _plain(first)
    texts, size = [], 0
    for piece in chain((first, second), pieces):
        if not _is_no_choice(piece):
            texts.append(as_text(scope.templates.bounded(_plain(piece))))
            size += len(texts[-1])
        if size > MAX_TEXT:
            raise UnresolvedError(TOO_LONG)
    return "".join(texts)


def _is_no_choice(piece: object) -> bool:
    """Tell whether a choice without an else chose nothing: no error beside other pieces."""
    return type(piece) is Undefined


def _plain(value: Any) -> Any:
    """Return the value of an expression as plain data; undefined raises, also inside."""
    if isinstance(value, Undefined):
        str(value)
        raise UnresolvedError("a choice without an else chooses nothing")
    if isinstance(value, str):
        return bounded_text(value)
    if isinstance(value, Iterator) or type(value) is tuple:
        value = bounded_list(value)
    if isinstance(value, list | dict):
        return _plain_inside(value, 0)
    if value is None or isinstance(value, int | float):
        return value
    raise UnresolvedError(f"a template gives a {type(value).__name__}")


def _plain_inside(value: Any, depth: int) -> Any:
    """Return a collection with what an expression may put in it made plain, too."""
    if isinstance(value, Undefined):
        str(value)
    if isinstance(value, Iterator) or type(value) is tuple:
        value = bounded_list(value)
    if depth < _MADE and type(value) in {dict, list}:
        if isinstance(value, dict):
            return {key: _plain_inside(inside, depth + 1) for key, inside in value.items()}
        return [_plain_inside(inside, depth + 1) for inside in value]
    if isinstance(value, Mapping) and not isinstance(value, dict):
        raise UnresolvedError(f"a template gives a {type(value).__name__}")
    return value
