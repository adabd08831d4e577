"""Settings as commented YAML: every guess on a line with its reason."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

CHECK: Final = "check this"
WIDEST: Final = 160
_PLAIN: Final = re.compile(
    r"(?!(?:true|false|yes|no|on|off|null|y|n)$)[a-z_/][a-z0-9_./-]*", re.IGNORECASE
)


def scalar(value: str) -> str:
    """Return a text as YAML takes it for that text, whatever is in it."""
    if value == "." or _PLAIN.fullmatch(value):
        return value
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(letter: str) -> str:
    return letter if letter.isprintable() and letter not in '"\\' else f"\\U{ord(letter):08x}"


def remark(text: str) -> str:
    """Return *text* as what may stand in a comment: one line, printable, not too long."""
    line = "".join(one if one.isprintable() else " " for one in text)
    return line if len(line) <= WIDEST else f"{line[:WIDEST]}..."


def guess(line: str, why: str) -> str:
    """Return a line with the reason why it says so, and the request to check it."""
    return f"{line} # {remark(why)}; {CHECK}" if why else f"{line} # {CHECK}"


def items(key: str, found: Iterable[tuple[str, str]], *, indent: str) -> Iterator[str]:
    """Yield a list of texts, each with its reason; nothing where there is none."""
    listed = list(found)
    if listed:
        yield f"{indent}{key}:"
    for value, why in listed:
        yield guess(f"{indent}  - {scalar(value)}", why)


def off(lines: Iterable[str]) -> Iterator[str]:
    """Yield *lines* as comments."""
    for line in lines:
        yield f"# {line}"
