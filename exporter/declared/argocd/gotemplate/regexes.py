"""Functions of regular expressions, as far as Python's are Go's and trying them is safe.

Source: sprig v3 (``regex.go``) and Go's ``regexp``. Patterns that both read alike are made of
letters, classes, anchors, simple groups, alternatives and a few repeats; others are unsupported.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from exporter.declared.argocd.gotemplate.arguments import bounded, text, whole
from exporter.declared.argocd.gotemplate.syntax import UnsupportedError

MAX_PATTERN: Final = 200
MAX_SUBJECT: Final = 256
MAX_REPEATS: Final = 2
MAX_ALTERNATIVES: Final = 4
_TOKEN: Final = re.compile(
    r"""(?P<escape>\\[wWdD.\\+*?()\[\]{}|^$/-]) | (?P<end>\$) | (?P<space>\\[sS])
    | (?P<group>\((?:\?:)?) | (?P<repeat>[*+?]\??|\{\d{1,2}(?:,\d{0,2})?\}\??) | (?P<bar>\|)
    | (?P<class>\[\^?(?:[A-Za-z0-9_.,:;/@%&=#!<>' +*?()|$]|-|\\[wd.\\\]\[-])+\])
    | (?P<plain>[^\\\[\](){}*+?|$])
    | (?P<close>\))""",
    re.VERBOSE | re.DOTALL,
)
_SPACES: Final = {r"\s": r"[\t\n\f\r ]", r"\S": r"[^\t\n\f\r ]"}
_REFERENCE: Final = re.compile(r"\$(?:\{(\w+)\}|(\w+)|(\$))")


def matches(pattern: Any, value: Any) -> bool:
    """Return ``regexMatch``."""
    return _compiled(pattern, value).search(value) is not None


def found(pattern: Any, value: Any) -> str:
    """Return ``regexFind``."""
    match = _compiled(pattern, value).search(value)
    return match[0] if match else ""


def all_found(pattern: Any, value: Any, count: Any) -> list[str]:
    """Return ``regexFindAll``; a negative *count* is no limit."""
    limit = whole(count)
    results = [match[0] for match in _matches(pattern, value)]
    return results if limit < 0 else results[:limit]


def replaced(pattern: Any, value: Any, replacement: Any) -> str:
    """Return ``regexReplaceAll``, where ``$1`` and ``${1}`` are what a group matched."""
    template = text(replacement)

    def expanded(match: re.Match[str]) -> str:
        def group(reference: re.Match[str]) -> str:
            name = reference[1] or reference[2]
            if reference[3]:
                return "$"
            if not name.isdigit() or int(name) > (match.re.groups):
                return ""
            return match[int(name)] or ""

        return _REFERENCE.sub(group, template)

    return _substituted(pattern, value, expanded)


def replaced_literally(pattern: Any, value: Any, replacement: Any) -> str:
    """Return ``regexReplaceAllLiteral``."""
    literal = text(replacement)
    return _substituted(pattern, value, lambda _: literal)


def split(pattern: Any, value: Any, count: Any) -> list[str]:
    """Return ``regexSplit`` without a limit."""
    if whole(count) >= 0:
        raise UnsupportedError("regexSplit with a limit")
    parts, at = [], 0
    for match in _matches(pattern, value):
        if match[0] == "":
            raise UnsupportedError("regexSplit at nothing")
        parts.append(value[at : match.start()])
        at = match.end()
    return [*parts, value[at:]]


def _substituted(pattern: Any, value: Any, made: Any) -> str:
    parts, at, length = [], 0, 0
    for match in _matches(pattern, value):
        parts += [value[at : match.start()], made(match)]
        length += len(parts[-1]) + len(parts[-2])
        bounded(length)
        at = match.end()
    return "".join([*parts, value[at:]])


def _matches(pattern: Any, value: Any) -> Iterator[re.Match[str]]:
    """Yield all matches; Go leaves out one of nothing right behind another."""
    end = -1
    for match in _compiled(pattern, value).finditer(value):
        if match[0] or match.start() != end:
            end = match.end()
            yield match


def _compiled(pattern: Any, value: Any) -> re.Pattern[str]:
    written = text(pattern)
    if len(written) > MAX_PATTERN or len(text(value)) > MAX_SUBJECT or not value.isascii():
        raise UnsupportedError("a regular expression over so much, or over what is not ASCII")
    parts: list[str] = []
    at = repeats = bars = 0
    before = ""
    while at < len(written):
        match = _TOKEN.match(written, at)
        if match is None:
            raise UnsupportedError(f"the regular expression {written[:40]!r}")
        kind = match.lastgroup or ""
        repeats += kind == "repeat"
        bars += kind == "bar"
        if kind == "repeat" and before in {"close", "repeat", "", "bar", "group"}:
            raise UnsupportedError("a regular expression with a repeated group")
        parts.append({"end": r"\Z"}.get(kind) or _SPACES.get(match[0], match[0]))
        at, before = match.end(), kind
    if repeats > MAX_REPEATS or bars > MAX_ALTERNATIVES:
        raise UnsupportedError("a regular expression with many repeats or alternatives")
    try:
        return re.compile("".join(parts), re.ASCII)
    except re.error:
        raise UnsupportedError(f"the regular expression {written[:40]!r}") from None
