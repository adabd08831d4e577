"""Shell scripts taken apart into simple commands; nothing is ever run or expanded."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.node_keywords import UNKNOWN

MAX_SCRIPT = 65_536
MAX_COMMANDS = 10_000
_OPERATORS = (
    *("&&", "||", ";;", "<<-", "<<<", "<<", ">>", ">&", "<&", "&>"),
    *(";", "|", "&", "(", ")", "<", ">", "\n"),
)
_OPENING = frozenset({"if", "for", "while", "until", "case", "select"})
_CLOSING = frozenset({"fi", "done", "esac", "}"})
_LEADING = frozenset({"then", "else", "elif", "do", "!", "{", "time", "function", *_OPENING})
_STOPPING = frozenset({"break", "continue", "exit", "return"})
_ENDING = frozenset({"exit", "return", "exec"})
_TESTING = frozenset(
    {
        *("test", "[", "[[", "false", "grep", "egrep", "fgrep", "pgrep", "pidof", "cmp", "diff"),
        *("which", "command", "type", "hash", "getent", "id", "!"),
    }
)
"""What is run for whether it fails: what follows it after ``&&`` may not run."""
_GLOBS = frozenset(f"*?[{{~{UNKNOWN}")


@dataclass(frozen=True, slots=True)
class Word:
    """A word as the shell would read it; *dynamic* where the shell would put something in it."""

    text: str
    dynamic: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command; *line* counts from 0; *certain* is false where it may not run."""

    words: tuple[Word, ...]
    line: int = 0
    certain: bool = True


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    line: int
    operator: bool = False
    dynamic: bool = False
    quoted: bool = False

    def reserved(self, *words: str) -> bool:
        """Tell whether this is one of the shell's reserved *words*."""
        return not self.quoted and not self.operator and self.text in words


def parse_script(text: str) -> list[Command]:
    """Return the simple commands of a script, in their order.

    A loop over words that stand there gives its commands for each of them. A command after ``||``,
    after a test and ``&&``, after ``exit``, or inside a condition, another loop or a function, is
    not certain. Raises
    :exc:`UnresolvedError` for a script that ends inside quotes, is too long, or loops too often.
    """
    if len(text) > MAX_SCRIPT:
        raise UnresolvedError(f"a script is longer than {MAX_SCRIPT} letters")
    reader = _ScriptReader()
    for tokens, operator in _simple_commands(_Lexer(text).tokens()):
        reader.read(list(tokens), operator)
    return reader.end()


@dataclass(slots=True)
class _Block:
    """What stands in a loop, or in the script itself: its commands, and for which *words*.

    Without *words* it is no loop of which they are known.
    """

    opening: str = ""
    name: str = ""
    words: tuple[str, ...] | None = None
    commands: list[Command] = field(default_factory=list)

    def expanded(self) -> Iterator[Command]:
        """Yield the commands for each of the words."""
        if self.words is None:
            yield from self.commands
            return
        stops = any(command.words[0].text in _STOPPING for command in self.commands)
        for value in self.words:
            for command in self.commands:
                words = tuple(_substituted(word, self.name, value) for word in command.words)
                yield Command(words, command.line, certain=command.certain and not stops)


@dataclass(slots=True)
class _ScriptReader:
    """Reads one simple command after the other; *blocks* are those that are open."""

    blocks: list[_Block] = field(default_factory=lambda: [_Block()])
    after_test: bool = False
    ended: bool = False
    count: int = 0

    def read(self, words: list[_Token], operator: str) -> None:
        """Take note of the words of a command, and of the operator that ends it."""
        braces = [index for index, word in enumerate(words) if word.reserved("{")]
        for _ in braces:
            self.blocks.append(_Block())
        words = words[braces[-1] + 1 :] if braces else words
        tests = bool(words) and words[0].text in _TESTING
        while words and words[0].reserved(*_LEADING):
            if (word := words.pop(0).text) in _OPENING:
                self.blocks.append(_Block(word))
        if words and words[0].reserved(*_CLOSING):
            self.close()
            words.clear()
        if loop := _loop(words, self.blocks[-1]):
            self.blocks[-1] = loop
        elif words:
            found = tuple(Word(word.text, word.dynamic) for word in words)
            uncertain = any(block.words is None for block in self.blocks[1:])
            certain = not (uncertain or self.after_test or self.ended)
            self.blocks[-1].commands.append(Command(found, words[0].line, certain=certain))
            tests = tests or words[0].text in _TESTING
            self.ended = self.ended or words[0].text in _ENDING
        self.after_test = (
            operator == "||"
            or (operator == "&&" and tests)
            or (self.after_test and operator in {"&&", "|"})
        )

    def close(self) -> None:
        """End a block; what it holds is part of the one around it."""
        if len(self.blocks) == 1:
            return
        inner = self.blocks.pop()
        for command in inner.expanded():
            self.count += 1
            if self.count > MAX_COMMANDS:
                raise UnresolvedError(f"a script loops over more than {MAX_COMMANDS} commands")
            self.blocks[-1].commands.append(command)

    def end(self) -> list[Command]:
        """Return all commands."""
        while len(self.blocks) > 1:
            block = self.blocks[-1]
            block.words = None
            block.commands = [replace(command, certain=False) for command in block.commands]
            self.close()
        return self.blocks[0].commands


def _loop(words: Sequence[_Token], block: _Block) -> _Block | None:
    """Return the loop that ``for`` begins, whose words are all known, where it does."""
    match [word.text for word in words]:
        case [name, "in", *values] if block.opening == "for" and name.isidentifier():
            known = not any(word.dynamic for word in words)
            return _Block("in", name, tuple(values)) if known else None
        case _:
            return None


def _substituted(word: Word, name: str, value: str) -> Word:
    """Return a word with a variable of the shell put in; it may hold others."""
    if not word.dynamic:
        return word
    named = re.sub(r"\$([A-Za-z_]\w*)", r"${\1}", word.text)  # $a stays itself before digits
    text = named.replace(f"${{{name}}}", value)
    return Word(text, dynamic=bool(set(text) & (_GLOBS | {"$", "`"})))


def _simple_commands(tokens: Iterator[_Token]) -> Iterator[tuple[Sequence[_Token], str]]:
    """Split at operators; yield each command's words with the operator that ends it."""
    words: list[_Token] = []
    redirect = False
    for token in tokens:
        if not token.operator:
            if not redirect:
                words.append(token)
            redirect = False
        elif token.text[0] in "<>" or token.text == "&>":
            redirect = True
            if words and words[-1].text.isdigit() and not words[-1].quoted:
                words.pop()
        else:
            yield words, token.text
            words, redirect = [], False
    yield words, ""


class _Lexer:
    """Reads words and operators, as POSIX says (Shell Command Language, 2.3 Token Recognition)."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\\\r\n", "\\\n").replace("\r\n", "\n")
        self._at = 0
        self._line = 0
        self._heredocs: list[str] = []

    def tokens(self) -> Iterator[_Token]:
        """Yield all tokens; comments and the bodies of here-documents are left out."""
        awaiting = False
        while self._at < len(self._text):
            letter = self._text[self._at]
            if letter in " \t":
                self._at += 1
            elif self._text.startswith("\\\n", self._at):
                self._skip(2)
            elif letter == "#":
                self._skip(len(self._rest_of_line()))
            elif operator := self._operator():
                yield _Token(operator, self._line, operator=True)
                self._skip(len(operator))
                if operator == "\n" and self._heredocs:
                    self._pass_heredocs()
                awaiting = operator in {"<<", "<<-"}
            else:
                token = self._word()
                if awaiting:
                    self._heredocs.append(token.text)
                awaiting = False
                yield token

    def _operator(self) -> str:
        return next(
            (operator for operator in _OPERATORS if self._text.startswith(operator, self._at)), ""
        )

    def _rest_of_line(self) -> str:
        end = self._text.find("\n", self._at)
        return self._text[self._at : end if end >= 0 else len(self._text)]

    def _skip(self, length: int) -> None:
        self._line += self._text.count("\n", self._at, self._at + length)
        self._at += length

    def _pass_heredocs(self) -> None:
        for end in self._heredocs:
            while self._at < len(self._text):
                line = self._rest_of_line()
                self._skip(len(line) + 1)
                if line.strip() == end:
                    break
        self._heredocs = []

    def _word(self) -> _Token:
        """Read one word, quotes removed; what the shell would expand makes it dynamic."""
        line, parts = self._line, []
        dynamic = quoted = False
        while self._at < len(self._text):
            letter = self._text[self._at]
            if letter in " \t\n;&|()<>":
                break
            if letter == "\\":
                parts.append(self._text[self._at + 1 : self._at + 2].replace("\n", ""))
                self._skip(2)
            elif letter in "'\"":
                inner, expanded = self._quotes(letter)
                parts.append(inner)
                dynamic, quoted = dynamic or expanded, True
            elif letter in "$`":
                parts.append(self._expansion(letter))
                dynamic = True
            else:
                dynamic = dynamic or letter in _GLOBS
                parts.append(letter)
                self._skip(1)
        return _Token("".join(parts), line, dynamic=dynamic, quoted=quoted)

    def _quotes(self, quote: str) -> tuple[str, bool]:
        """Read a quoted part; tell whether the shell would expand something in it."""
        start, end = self._at + 1, self._at + 1
        while end < len(self._text) and self._text[end] != quote:
            end += 2 if quote == '"' and self._text[end] == "\\" else 1
        if end >= len(self._text):
            raise UnresolvedError("a script ends inside quotes")
        inner = self._text[start:end]
        self._skip(end + 1 - self._at)
        if quote == "'":
            return inner, UNKNOWN in inner
        plain = inner.replace("\\\n", "").replace('\\"', '"').replace("\\\\", "\\")
        expanded = "$" in inner.replace("\\$", "") or "`" in inner
        return plain, expanded or UNKNOWN in inner

    def _expansion(self, letter: str) -> str:
        """Read ``$name``, ``$(...)``, ``${...}`` or backticks whole."""
        closing = {"`": "`", "$(": ")", "${": "}"}
        opening = self._text[self._at : self._at + (1 if letter == "`" else 2)]
        if opening not in closing:
            self._skip(1)
            return letter
        end, depth = self._at + len(opening), 1
        while end < len(self._text) and depth:
            if self._text[end] == closing[opening]:
                depth -= 1
            elif self._text[end] == opening[-1]:
                depth += 1
            end += 1
        whole = self._text[self._at : end]
        self._skip(len(whole))
        return whole
