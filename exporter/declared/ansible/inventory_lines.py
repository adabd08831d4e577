"""On which lines an inventory file names hosts, groups and variables.

``ansible-inventory`` tells what an inventory means, but not where it says so. This finds the
places again, and knows nothing of the meaning.
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from exporter.foreign.yaml import YamlMap

MAX_NAMES = 200_000
MAX_LINE = 65_536
MAX_RANGES = 8
CHARACTERS_PER_NAME = 32
"""So many letters of a name count as much as a name."""
_SECTION = re.compile(r"\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$")
_RANGE = re.compile(r"\[([0-9]+|[a-zA-Z]):([0-9]+|[a-zA-Z])(?::([0-9]+))?\]")
_QUOTING = re.compile(r"[\"'\\#]")
_NAME = re.compile(r"[\w.-]+")


@dataclass(slots=True)
class InventoryLines:
    """Lines (from 1) by host, by group, and by host or group and variable.

    *problem* is the first line of an ini file that Ansible would not take, or 0.
    """

    hosts: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    host_variables: dict[tuple[str, str], int] = field(default_factory=dict)
    group_variables: dict[tuple[str, str], int] = field(default_factory=dict)
    problem: int = 0
    left: int = MAX_NAMES

    def add_host(self, pattern: str, line: int, variables: Mapping[str, int]) -> None:
        """Note that the hosts of *pattern* stand on *line*, and where their *variables* do."""
        for host in expand_hosts(_without_port(pattern)):
            self.left -= 1 + len(variables) + len(host) // CHARACTERS_PER_NAME
            if self.left < 0:
                return
            self.hosts.setdefault(host, line)
            for name, where in variables.items():
                self.host_variables[host, name] = where


def expand_hosts(pattern: str) -> Iterator[str]:
    """Yield the host names of a pattern as ``node[01:14].example.com:22``.

    A pattern with more than ``MAX_RANGES`` ranges, or an empty one, has none.
    """
    texts = _RANGE.split(pattern)  # text, first, last, step, text ...
    ranges = [
        _Range.of(*texts[at : at + 3]) for at in range(1, min(len(texts), 4 * MAX_RANGES + 2), 4)
    ]
    if len(ranges) <= MAX_RANGES and all(part.places for part in ranges):
        yield from _combined(texts[::4], ranges)


def _combined(texts: Sequence[str], ranges: Sequence["_Range"]) -> Iterator[str]:
    if not ranges:
        yield texts[0]
        return
    for part in ranges[0].parts():
        for rest in _combined(texts[1:], ranges[1:]):
            yield f"{texts[0]}{part}{rest}"


@dataclass(frozen=True, slots=True)
class _Range:
    """The numbers, of at least *width* digits, or else the letters that a range stands for."""

    places: range
    width: int | None = None

    @classmethod
    def of(cls, first: str, last: str, step: str | None) -> "_Range":
        by = max(1, int((step or "1")[:9]))
        if first.isdigit() and last.isdigit():
            width = len(first) if first.startswith("0") else 0
            return cls(range(int(first[:9]), min(int(last[:9]), MAX_NAMES) + 1, by), width)
        if first.isalpha() and last.isalpha():
            return cls(range(ord(first), ord(last) + 1, by))
        return cls(range(0))

    def parts(self) -> Iterator[str]:
        """Yield what stands in the names, in its order."""
        for place in self.places:
            yield chr(place) if self.width is None else str(place).zfill(self.width)


def scan_ini(text: str) -> InventoryLines:
    """Find the lines of an inventory in ini format."""
    lines = InventoryLines()
    group, kind = "ungrouped", "hosts"
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line[0] in ";#":
            continue
        if section := _SECTION.match(line):
            group, kind = section[1], section[2] or "hosts"
            lines.groups.setdefault(group, number)
            wrong = kind not in {"hosts", "children", "vars"}
        elif kind == "vars":
            name, equals, _ = line.partition("=")
            lines.group_variables[group, name.strip()] = number
            wrong = not equals
        elif kind == "children":
            wrong = not _NAME.match(line)
        else:
            wrong = not _add_host(lines, line, number)
        lines.problem = lines.problem or (number if wrong else 0)
    return lines


def _add_host(lines: InventoryLines, line: str, number: int) -> bool:
    """Note the host of an ini line; false where Ansible would not understand the line."""
    try:
        pattern, *assignments = _split(line)
    except ValueError:
        return False
    names = [assignment.partition("=")[0] for assignment in assignments]
    lines.add_host(pattern, number, dict.fromkeys(names, number))
    return all("=" in assignment for assignment in assignments) and not line.startswith("[")


def _split(line: str) -> list[str]:
    """Split as a shell would; slowly only where there is something to quote."""
    if _QUOTING.search(line):
        return shlex.split(line, comments=True) if len(line) < MAX_LINE else line.split()
    return line.split()


def _without_port(pattern: str) -> str:
    head, colon, port = pattern.rpartition(":")
    return head if colon and port.isdigit() and ":" not in _RANGE.sub("", head) else pattern


def scan_yaml(document: Any) -> InventoryLines:
    """Find the lines of an inventory in YAML format."""
    lines = InventoryLines()
    if isinstance(document, YamlMap):
        for group, content in document.items():
            _add_group(lines, group, content, document.line_of(group))
    return lines


def _add_group(lines: InventoryLines, group: str, content: Any, line: int) -> None:
    lines.groups.setdefault(group, line)
    if not isinstance(content, YamlMap):
        return
    variables, hosts, children = (content.get(key) for key in ("vars", "hosts", "children"))
    if isinstance(variables, YamlMap):
        for name in variables:
            lines.group_variables[group, name] = variables.line_of(name)
    if isinstance(hosts, YamlMap):
        for pattern, own in hosts.items():
            variables = own.lines if isinstance(own, YamlMap) else {}
            lines.add_host(pattern, hosts.line_of(pattern), variables)
    if isinstance(children, YamlMap):
        for child, below in children.items():
            _add_group(lines, child, below, children.line_of(child))
