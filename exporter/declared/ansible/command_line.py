"""Command lines taken apart: plain arguments, and flags with their values."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from exporter.declared.ansible.shell import Word

_VERBOSITY = re.compile(r"-v\d+")


@dataclass(slots=True)
class CommandLine:
    """The *plain* arguments and the *flags* of a command, in their order.

    A switch without a value is ``true``; *unknown* are flags that nobody knows to take a value.
    """

    plain: list[Word] = field(default_factory=list)
    flags: list[tuple[str, Word]] = field(default_factory=list)
    unknown: list[Word] = field(default_factory=list)

    def values(self, *names: str) -> list[Word]:
        """Return what is given to flags of these *names*."""
        return [word for name, word in self.flags if name in names]

    def on(self, name: str) -> bool:
        """Tell whether a switch is set; of several the last one counts."""
        given = self.values(name)
        return bool(given) and given[-1].text not in {"false", "none"}


def parse_command_line(
    words: Sequence[Word], *, with_value: AbstractSet[str], switches: AbstractSet[str] = frozenset()
) -> CommandLine:
    """Take apart the *words* that follow a program, as the Go library pflag does.

    *with_value* are the flags that take a value, *switches* those that take none.
    """
    line, waiting = CommandLine(), ""
    for word in words:
        flag, equals, value = word.text.partition("=")
        if waiting:
            line.flags.append((waiting, word))
            waiting = ""
        elif not flag.startswith("-") or word.text == "-":
            line.plain.append(word)
        elif equals:
            line.flags.append((flag, Word(value, word.dynamic)))
        elif flag in with_value:
            waiting = flag
        elif flag in switches or _VERBOSITY.fullmatch(flag):
            line.flags.append((flag, Word("true")))
        elif flag[:2] in with_value:
            line.flags.append((flag[:2], Word(flag[2:], word.dynamic)))
        else:
            line.unknown.append(word)
    return line
