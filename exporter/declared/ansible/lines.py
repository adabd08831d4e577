"""On which lines an inventory file names hosts, groups and variables.

``ansible-inventory`` tells what an inventory means, but not where it says so. This finds the
places again, and knows nothing of the meaning.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from exporter.foreign.yaml import YamlMap

MAX_NAMES = 200_000
MAX_LINE = 65_536
_SECTION = re.compile(r"\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$")
_RANGE = re.compile(r"\[([0-9]+|[a-zA-Z]):([0-9]+|[a-zA-Z])(?::([0-9]+))?\]")
_QUOTING = re.compile(r"[\"'\\#]")
_NAME = re.compile(r"[\w.-]+")


@dataclass(slots=True)
class Lines:
    """Lines (from 1) by host, by group, and by host or group and variable.

    *problem* is the first line of an ini file that Ansible would not take, or 0.
    """

    hosts: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    host_variables: dict[tuple[str, str], int] = field(default_factory=dict)
    group_variables: dict[tuple[str, str], int] = field(default_factory=dict)
    problem: int = 0
    left: int = MAX_NAMES

    def note_host(self, pattern: str, line: int, variables: Mapping[str, int]) -> None:
        """Note that the hosts of *pattern* stand on *line*, and where their *variables* do."""
        for host in expand(_without_port(pattern)):
            self.left -= 1 + len(variables)
            if self.left < 0:
                return
            self.hosts.setdefault(host, line)
            for name, where in variables.items():
                self.host_variables[host, name] = where


def expand(pattern: str) -> Iterator[str]:
    """Yield the host names of a pattern as ``node[01:14].example.com:22``."""
    match = _RANGE.search(pattern)
    if match is None:
        yield pattern
        return
    head, tail = pattern[: match.start()], pattern[match.end() :]
    for part in _values(match[1], match[2], int((match[3] or "1")[:9])):
        for rest in expand(tail):
            yield f"{head}{part}{rest}"


def _values(first: str, last: str, step: int) -> Iterator[str]:
    step = max(1, step)
    if first.isdigit() and last.isdigit():
        width = len(first) if first.startswith("0") else 0
        numbers = range(int(first[:9]), min(int(last[:9]), MAX_NAMES) + 1, step)
        yield from (str(number).zfill(width) for number in numbers)
    elif first.isalpha() and last.isalpha():
        yield from (chr(code) for code in range(ord(first), ord(last) + 1, step))


def scan_ini(text: str) -> Lines:
    """Find the lines of an inventory in ini format."""
    lines = Lines()
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
            wrong = not _note_host(lines, line, number)
        lines.problem = lines.problem or (number if wrong else 0)
    return lines


def _note_host(lines: Lines, line: str, number: int) -> bool:
    """Note the host of an ini line; false where Ansible would not understand the line."""
    try:
        pattern, *assignments = _split(line)
    except ValueError:
        return False
    names = [one.partition("=")[0] for one in assignments]
    lines.note_host(pattern, number, dict.fromkeys(names, number))
    return all("=" in one for one in assignments) and not line.startswith("[")


def _split(line: str) -> list[str]:
    """Split as a shell would; slowly only where there is something to quote."""
    if _QUOTING.search(line):
        return shlex.split(line, comments=True) if len(line) < MAX_LINE else line.split()
    return line.split()


def _without_port(pattern: str) -> str:
    head, colon, port = pattern.rpartition(":")
    return head if colon and port.isdigit() and ":" not in _RANGE.sub("", head) else pattern


def scan_yaml(document: Any) -> Lines:
    """Find the lines of an inventory in YAML format."""
    lines = Lines()
    if isinstance(document, YamlMap):
        for group, content in document.items():
            _note_group(lines, group, content, document.line_of(group))
    return lines


def _note_group(lines: Lines, group: str, content: Any, line: int) -> None:
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
            lines.note_host(pattern, hosts.line_of(pattern), variables)
    if isinstance(children, YamlMap):
        for child, below in children.items():
            _note_group(lines, child, below, children.line_of(child))
