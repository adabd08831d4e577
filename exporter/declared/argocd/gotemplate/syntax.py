"""The syntax of Go templates: text in, a tree of nodes out.

Source: Go's ``text/template`` and ``text/template/parse``. Left out, and said so by an
:exc:`UnsupportedError`, are named templates, ``break`` and ``continue``, assignments and complex
numbers.
"""

import json
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from exporter.declared.argocd.gotemplate.tokens import Token, split
from exporter.domain.errors import ParseError

MAX_DEPTH = 50
_KEYWORDS = frozenset({"if", "with", "range", "else", "end"})
_FOREIGN = frozenset({"define", "template", "block", "break", "continue"})
_CONSTANTS: dict[str, object] = {"true": True, "false": False, "nil": None}
_NUMBER = re.compile(r"[-+]?(?:(?P<whole>0|[1-9]\d{0,17})|\d{1,18}\.\d{1,18})")


class UnsupportedError(Exception):
    """A template does what only Argo CD itself could tell the outcome of."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant."""

    value: object


@dataclass(frozen=True, slots=True)
class Access:
    """``.a.b`` (*base* None), ``$x.a`` (*base* its name) or ``(...).a`` (*base* a pipeline)."""

    names: tuple[str, ...] = ()
    base: "str | Pipeline | None" = None


@dataclass(frozen=True, slots=True)
class Function:
    """The name of a function."""

    name: str


Operand: TypeAlias = Literal | Access | Function


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands, each fed to the next; *variables* are declared to hold the outcome."""

    commands: tuple[tuple[Operand, ...], ...]
    variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """An ``if``, ``with`` or ``range``."""

    word: str
    pipeline: Pipeline
    body: "tuple[Node, ...]"
    otherwise: "tuple[Node, ...]" = ()


Node: TypeAlias = str | Pipeline | Branch


@lru_cache(maxsize=512)
def parse(text: str) -> tuple[Node, ...]:
    """Return the nodes of a template.

    Raises :exc:`ParseError` where Go would refuse it, :exc:`UnsupportedError` for what is left out.
    """
    return _Parser(list(split(text))).top()


@dataclass(slots=True)
class _Parser:
    """Recursive descent over what :func:`split` yields."""

    parts: list[str | list[Token]]
    at: int = 0
    depth: int = 0

    def top(self) -> tuple[Node, ...]:
        nodes = self.nodes()
        if self.at < len(self.parts):
            raise ParseError("a template has an {{end}} or {{else}} too many")
        return nodes

    def nodes(self) -> tuple[Node, ...]:
        """Parse up to an ``else`` or ``end``, which stays unread."""
        found: list[Node] = []
        while self.at < len(self.parts):
            part = self.parts[self.at]
            if isinstance(part, str):
                found += [part] if part else []
                self.at += 1
                continue
            word = _word(part)
            if word in {"else", "end"}:
                break
            self.at += 1
            found.append(self.branch(word, part[1:]) if word in _KEYWORDS else _pipeline(part))
        return tuple(found)

    def branch(self, word: str, tokens: Sequence[Token]) -> Branch:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ParseError("a template is nested too deeply")
        pipeline = _pipeline(tokens, several=word == "range")
        body = self.nodes()
        closing = self.closing()
        otherwise: tuple[Node, ...] = ()
        if _word(closing) == "else":
            chained = _word(closing[1:])
            if chained:
                otherwise = (self.branch(chained, closing[2:]),)
            else:
                otherwise = self.nodes()
                if _word(self.closing()) != "end":
                    raise ParseError("a template has two {{else}} in a row")
        self.depth -= 1
        return Branch(word, pipeline, body, otherwise)

    def closing(self) -> list[Token]:
        if self.at >= len(self.parts):
            raise ParseError("a template lacks an {{end}}")
        part = self.parts[self.at]
        self.at += 1
        return part if isinstance(part, list) else []


def _word(tokens: Sequence[Token]) -> str:
    """Return the keyword that *tokens* begin with, or an empty string."""
    kind, text = tokens[0] if tokens else ("", "")
    if kind == "word" and text in _FOREIGN:
        raise UnsupportedError(f"{{{{{text}}}}}")
    return text if kind == "word" and text in _KEYWORDS else ""


def _pipeline(tokens: Sequence[Token], *, several: bool = False) -> Pipeline:
    stream = _Stream(deque(tokens))
    variables = stream.declared()
    if len(variables) > (2 if several else 1):
        raise ParseError("a template declares too many variables at once")
    commands = stream.commands()
    if stream.left:
        raise ParseError(f"{stream.left[0][1]!r} is not understood in a template")
    return Pipeline(commands, variables)


@dataclass(slots=True)
class _Stream:
    """The tokens of one action, taken from the left."""

    left: deque[Token]
    depth: int = 0

    def declared(self) -> tuple[str, ...]:
        """Take ``$x :=`` or ``$i, $x :=``."""
        signs = [text for kind, text in self.left if kind == "sign"]
        if "=" in signs:
            raise UnsupportedError("an assignment to a variable")
        if ":=" not in signs:
            return ()
        end = self.left.index(("sign", ":="))
        names = [self.left.popleft() for _ in range(end + 1)][:-1]
        if any(kind != "variable" for kind, _ in names[::2]) or any(
            token != ("sign", ",") for token in names[1::2]
        ):
            raise ParseError("a variable is declared in a way that is not understood")
        return tuple(text for _, text in names[::2])

    def commands(self) -> tuple[tuple[Operand, ...], ...]:
        found = [self.operands()]
        while self.left and self.left[0] == ("sign", "|"):
            self.left.popleft()
            found.append(self.operands())
        if not all(found):
            raise ParseError("a template lacks a command")
        return tuple(found)

    def operands(self) -> tuple[Operand, ...]:
        found: list[Operand] = []
        while self.left and self.left[0] not in {("sign", "|"), ("sign", ")")}:
            found.append(self.operand(*self.left.popleft()))
        return tuple(found)

    def operand(self, kind: str, text: str) -> Operand:
        match kind:
            case "text" | "letter" | "number":
                return Literal(_constant(kind, text))
            case "field":
                return Access(tuple(text[1:].split(".")))
            case "variable":
                return Access(self.joined(), text)
            case "word":
                return Literal(_CONSTANTS[text]) if text in _CONSTANTS else Function(text)
            case "sign" if text == "(":
                return self.group()
            case "sign" if text == ".":
                return Access()
            case _:
                raise ParseError(f"{text!r} is not understood in a template")

    def group(self) -> Operand:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ParseError("a template is nested too deeply")
        commands = self.commands()
        if not self.left or self.left[0] != ("sign", ")"):
            raise ParseError("a template lacks a closing parenthesis")
        self.left.popleft()
        self.depth -= 1
        return Access(self.joined(), Pipeline(commands))

    def joined(self) -> tuple[str, ...]:
        """Take the fields that follow without a space."""
        if self.left and self.left[0][0] == "joined":
            return tuple(self.left.popleft()[1][1:].split("."))
        return ()


def _constant(kind: str, text: str) -> object:
    if kind == "number":
        found = _NUMBER.fullmatch(text)
        if found is None:
            raise UnsupportedError(f"the number {text}")
        return int(text) if found["whole"] else float(text)
    if text.startswith("`"):
        return text[1:-1]
    if kind == "letter":
        raise UnsupportedError(f"the letter {text}")
    try:
        return str(json.loads(text))
    except ValueError:
        raise UnsupportedError(f"the text {text}") from None
