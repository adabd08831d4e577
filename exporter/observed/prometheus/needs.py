"""Which series the expression of a rule cannot do without.

This is no parser of PromQL: it finds the selectors, and knows where the absence of series is
wanted (docs/decisions/0012-reading-promql.md). Prometheus has parsed the expression before and
writes it without comments.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from exporter.domain.errors import ParseError
from exporter.domain.monitoring.prometheus.rules import Need
from exporter.observed.prometheus import promql

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|\#[^\n]*)
    | (?P<text>"(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | `[^`]*`)
    | (?P<number>\.?\d[\w.]*)
    | (?P<name>[a-zA-Z_:][\w:]*)
    | (?P<sign>=~|!~|!=|==|>=|<=|.)
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_ABSENCE = frozenset({"absent", "absent_over_time"})
_SETS = frozenset({"and", "or", "unless"})
_CLAUSES = frozenset({"by", "without"})
_MATCHING = frozenset({"on", "ignoring", "group_left", "group_right"})
_FILLS = frozenset({"fill", "fill_left", "fill_right"})
_NUMBERS = frozenset({"inf", "nan"})
_INFIX = frozenset({"atan2", "offset"})
_POSTFIX = frozenset({"anchored", "smoothed"})
"""Words of PromQL; where an operand has to stand, most of them may be names of metrics."""
_JUDGED = frozenset({"job", "__name__"})
_BUILT_IN = frozenset({"ALERTS", "ALERTS_FOR_STATE"})
_ESCAPED = re.compile(
    r"\\(?:(?P<octal>[0-7]{3})|x(?P<hex>[0-9a-fA-F]{2})|u(?P<short>[0-9a-fA-F]{4})"
    r"|U(?P<long>[0-9a-fA-F]{8})|(?P<letter>.))",
    re.DOTALL,
)
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_CLASSIC = re.compile(r"[a-zA-Z_:][\w:]*", re.ASCII)
_DEPTH = 100
END = ""


def needs(expression: str) -> tuple[Need, ...]:
    """Return the needs of an *expression*, each once; raises :exc:`ParseError`.

    A need is a set of selectors of which at least one must select something. A selector has the
    metric's name and what is asked of ``job``: other labels hold states that come and go.
    """
    found = _all(_Reader(_tokens(expression)).level(0))
    return tuple(dict.fromkeys(found))


def metric(selector: str) -> str:
    """Return the metric's name of a selector that :func:`needs` gave, or an empty text."""
    return selector.partition("{")[0]


def _tokens(text: str) -> list[tuple[str, str]]:
    """Return kind and text of each token, and an end."""
    found = [(str(token.lastgroup), token[0]) for token in _TOKEN.finditer(text)]
    return [*(entry for entry in found if entry[0] != "space"), ("end", END)]


@dataclass(slots=True)
class _Level:
    """What is needed between two parentheses, as far as it was read.

    *alternatives* are joined by ``or``. *wanted* is whether what comes next is needed at all:
    after ``unless`` it is not.
    """

    arguments: list[list[Need]] = field(default_factory=list)
    alternatives: list[list[Need]] = field(default_factory=lambda: [[]])
    wanted: bool = True

    def add(self, found: list[Need]) -> None:
        """Take note of the needs of an operand."""
        if self.wanted:
            self.alternatives[-1] += found

    def operator(self, word: str) -> None:
        """Take note of a set operator; ``and`` and ``unless`` bind alike, from left to right."""
        self.wanted = word != "unless"
        if word == "or":
            self.alternatives.append([])

    def end(self) -> list[list[Need]]:
        """End an argument, and return the needs of each so far.

        Of alternatives at least one must be there; one that needs nothing always is.
        """
        found: list[Need] = []
        if len(self.alternatives) == 1:
            found = self.alternatives[0]
        elif all(self.alternatives):
            found = [frozenset().union(*(need for needs in self.alternatives for need in needs))]
        self.arguments.append(found)
        self.alternatives, self.wanted = [[]], True
        return self.arguments


class _Reader:
    """Reads tokens from the first to the last."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    def level(self, depth: int) -> list[list[Need]]:
        """Return the needs of each argument up to the closing parenthesis or the end.

        Whether a word is an operator or a metric of that name depends on whether an operand may
        stand there. Raises :exc:`ParseError`.
        """
        if depth > _DEPTH:
            raise ParseError("the expression is nested too deep")
        level, operand = _Level(), True
        while True:
            kind, text = self._next()
            if kind == "end" or text == ")":
                return level.end()
            if kind == "name":
                operand = (self._operand if operand else self._operator)(text, level, depth)
            elif text == "(":
                level.add(_all(self.level(depth + 1)))
                operand = False
            elif text == "[":
                self._skip("[", "]")
                operand = False
            elif text == "{":
                level.add(_need("", self._matchers()))
                operand = False
            else:
                if text == ",":
                    level.end()
                operand = kind == "sign"

    def _operator(self, text: str, level: _Level, _: int) -> bool:
        """Read a word behind an operand; return whether another operand has to follow."""
        word = text.lower()
        if word in _SETS:
            level.operator(word)
        elif word in _CLAUSES:
            self._labels()
        elif word not in _INFIX and word not in _POSTFIX:
            raise ParseError(f"the expression has {text[:40]} where an operator has to stand")
        return word in _SETS or word in _INFIX

    def _operand(self, text: str, level: _Level, depth: int) -> bool:
        """Read a word where an operand has to stand; return whether it still has to."""
        word = text.lower()
        if word == "bool":
            return True
        if word in _MATCHING:
            self._labels()
            return True
        if word in _FILLS and self._peek() == "(":
            raise ParseError(f"the expression fills in missing series by {word}, which is not read")
        if word not in _NUMBERS:
            level.add(self._named(text, depth))
        return False

    def _named(self, name: str, depth: int) -> list[Need]:
        """Read on after a *name*: of a function, of an aggregation, or of a metric."""
        if self._peek().lower() in _CLAUSES and self._peek(1) == "(":
            self._next()
            self._labels()
        if self._peek() == "(":
            self._next()
            arguments = self.level(depth + 1)
            if name.lower() in _ABSENCE:
                return []
            # What `info` adds are labels: without them it still gives its first argument.
            return arguments[0] if name == "info" else _all(arguments)
        if self._peek() == "{":
            self._next()
            return _need(name, self._matchers())
        return _need(name, [])

    def _labels(self) -> None:
        """Pass over labels in parentheses, if there are any."""
        if self._peek() == "(":
            self._next()
            self._skip("(", ")")

    def _matchers(self) -> list[tuple[str, str, str]]:
        """Read what stands between braces as label, operator and value."""
        found: list[tuple[str, str, str]] = []
        parts: list[str] = []
        while True:
            kind, text = self._next()
            if kind == "end":
                raise ParseError("a brace is not closed")
            if text not in {"}", ","}:
                parts.append(_unquoted(text) if kind == "text" else text)
                continue
            match parts:
                case [label, operator, value]:
                    found.append((label, operator, value))
                case [name]:  # a quoted name, as Prometheus 3 has them
                    found.append(("__name__", "=", name))
                case _:
                    pass
            parts = []
            if text == "}":
                return found

    def _skip(self, opening: str, closing: str) -> None:
        """Read on behind what closes the level that was just opened."""
        depth = 1
        while depth:
            kind, text = self._next()
            if kind == "end":
                raise ParseError(f"{opening} is not closed")
            depth += (text == opening) - (text == closing)

    def _peek(self, further: int = 0) -> str:
        return self._tokens[min(self._at + further, len(self._tokens) - 1)][1]

    def _next(self) -> tuple[str, str]:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token


def _all(arguments: list[list[Need]]) -> list[Need]:
    return [need for argument in arguments for need in argument]


def _need(name: str, matchers: list[tuple[str, str, str]]) -> list[Need]:
    """Return the need for one selector; none where nothing of it can be judged."""
    kept = list(_judged(matchers))
    named = [value for label, sign, value in kept if (label, sign) == ("__name__", "=")]
    if not name and len(named) == 1 and _CLASSIC.fullmatch(named[0]):
        name = named[0]
        kept = [label for label in kept if label[0] != "__name__"]
    if name in _BUILT_IN or not (name or kept):
        return []
    written = (f"{label}{sign}{promql.quoted(value)}" for label, sign, value in sorted(kept))
    return [frozenset({promql.selector(name, {}, *written)})]


def _judged(matchers: list[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    for label, sign, value in matchers:
        if label in _JUDGED and sign in {"=", "=~"} and value:
            yield label, sign, value


def _unquoted(text: str) -> str:
    """Return the value of a string, whose escapes are Go's."""
    return text[1:-1] if text[0] == "`" else _ESCAPED.sub(_unescaped, text[1:-1])


def _unescaped(match: re.Match[str]) -> str:
    """Return the letter that an escape stands for; a byte that is no letter is one of its own."""
    if match["letter"]:
        return _LETTERS.get(match["letter"], match["letter"])
    digits = match["octal"] or match["hex"] or match["short"] or match["long"]
    code = int(digits, 8 if match["octal"] else 16)
    return chr(code) if code <= sys.maxunicode else "\N{REPLACEMENT CHARACTER}"
