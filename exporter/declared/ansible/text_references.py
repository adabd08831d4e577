"""What a file of tasks that is no YAML refers to, found in its text alone.

It is meant to find too much rather than too little: what stands where is not known.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import takewhile

from exporter.declared.ansible.kubectl import parse_arguments
from exporter.declared.ansible.node_keywords import EXPRESSION, UNKNOWN
from exporter.declared.ansible.shell import Word

MAX_LINES = 200
MAX_KEYS = 10
_WINDOW = 300


class ReferenceKind(Enum):
    """What a reference leads to."""

    TASKS = auto()
    ROLE = auto()
    FILE = auto()


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that stands for further text."""

    kind: ReferenceKind
    name: str


_KINDS = {
    **dict.fromkeys(
        ("include_tasks", "import_tasks", "include", "import_playbook"), ReferenceKind.TASKS
    ),
    **dict.fromkeys(("include_role", "import_role", "roles", "dependencies"), ReferenceKind.ROLE),
    **dict.fromkeys(("script", "template", "copy", "uri"), ReferenceKind.FILE),
}
_KEY = re.compile(rf"(?<![\w.])(?:[a-z]+\.[a-z]+\.)?({'|'.join(_KINDS)})['\"]?[ \t]*:")
_ACTION = re.compile(r"\b(?:local_)?action['\"]?[ \t]*:[ \t]*['\"]?(\S+)(.*)")
_NAMED = re.compile(
    r"(?:^|[\s{,])['\"]?(?:role|name|file|src|url|_raw_params|tasks_from)['\"]?[ \t]*[:=][ \t]*"
    rf"(\"[^\"]*\"|'[^']*'|{EXPRESSION.pattern}[^\s,}}]*|[^\s,}}]+)"
)
_OPEN_COMMAND = re.compile(
    r"\b(?:shell|command|raw|script|cmd|argv|win_shell|win_command|_raw_params)['\"]?[ \t]*[:=]"
    r"(?:[ \t]*[|>][-+0-9]*[ \t]*\n)?[\[ \t'\"-]*(?:sudo[ \t]+)?\{[{%]"
    r"|^[ \t]*(?:sudo[ \t]+)?\{\{|[;&|][ \t]*\{\{",
    re.MULTILINE,
)
_OPEN_MODULE = re.compile(
    r"^[ \t-]*['\"]?\{\{.*\}\}['\"]?[ \t]*:|\b(?:local_)?action['\"]?[ \t]*:[ \t]*['\"]?\{\{",
    re.MULTILINE,
)
_KUBECTL = re.compile(r"\b(?:kubectl|oc|kubecolor)\b")
_TOKEN = re.compile(r"[\w.][\w./-]*")


def is_templated(text: str) -> bool:
    """Tell whether variables decide which command, module or file something in *text* is."""
    if _OPEN_COMMAND.search(text) or _OPEN_MODULE.search(text):
        return True
    if any("{" in reference.name for reference in references(text)):
        return True
    return any(
        _is_open_call(text[match.end() : match.end() + _WINDOW])
        for match in _KUBECTL.finditer(text)
    )


def _is_open_call(rest: str) -> bool:
    """Tell whether a variable stands where kubectl has its verb."""
    words = [Word(word) for word in EXPRESSION.sub(UNKNOWN, rest).split()]
    verb = next(iter(parse_arguments(words).plain), None)
    return verb is not None and UNKNOWN in verb.text


_ELSEWHERE = "{}"
"""A name that stands elsewhere, as an alias or in the lines below: it may be any."""


def tokens(text: str) -> list[str]:
    """Return all that may name a role or a file in *text*, once each."""
    return list(dict.fromkeys(_TOKEN.findall(text)))


def references(text: str) -> Iterator[Reference]:
    """Yield what *text* names with the words by which tasks refer to other files."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        for count, match in enumerate(_KEY.finditer(line)):
            kind = _KINDS[match[1]]
            if count >= MAX_KEYS:
                yield Reference(kind, _ELSEWHERE)
                break
            block = _block(lines[number + 1 : number + 1 + MAX_LINES], match.start())
            yield from _named(kind, line[match.end() :], block)
        for match in _ACTION.finditer(line):
            kind_of = _KINDS.get(match[1].rpartition(".")[2])
            if kind_of is not None:
                yield from _named(kind_of, match[2], [])


def _block(lines: list[str], column: int) -> list[str]:
    """Return the lines that may belong to a key in this *column*."""

    def inside(line: str) -> bool:
        stripped = line.lstrip()
        indent = len(line) - len(stripped)
        return not stripped or indent > column or (indent == column and stripped[0] == "-")

    return list(takewhile(inside, lines))


def _named(kind: ReferenceKind, inline: str, block: list[str]) -> Iterator[Reference]:
    value = inline.strip().strip("'\"")
    if value[:1] in {*"*&|>"}:
        yield Reference(kind, _ELSEWHERE)
    plain = value[:1] not in {*"{[|>#&*"} or value.startswith("{{")
    if value and plain and "=" not in value.split()[0]:
        yield Reference(kind, value.split()[0] if "{" not in value else value)
        return
    for text in (inline, *block):
        for match in _NAMED.finditer(text):
            yield Reference(kind, match[1].strip("'\""))
        if kind is ReferenceKind.ROLE and (name := _item(text)):
            yield Reference(kind, name)
    for role in (
        re.findall(r"[\w.-]+", value) if value[:1] == "[" and kind is ReferenceKind.ROLE else ()
    ):
        yield Reference(kind, role)


def _item(line: str) -> str:
    """Return the name that a line holds as an item of a list, or nothing."""
    text = line.strip()
    name = text[1:].partition(" #")[0].strip().strip("'\"") if text.startswith("- ") else ""
    return "" if ":" in name else name
