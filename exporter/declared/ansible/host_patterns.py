"""Ansible's host patterns: which hosts ``kube_node:&zone_a:!spare`` means."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.regex_filters import matching

MAX_PARTS = 1_000
MAX_LETTERS = 1_000
"""How long a part may be: what reads patterns goes through them once for each open bracket."""
_SLICE = re.compile(r"(.+?)\[(-?\d{1,6})?(:)?(\d{1,6})?\]$")
IMPLICIT_LOCALHOST = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class HostPatterns:
    """The hosts of an inventory in order, and those of each group."""

    hosts: Sequence[str]
    members: Mapping[str, Sequence[str]]

    def match(self, pattern: str) -> list[str]:
        """Return the hosts that *pattern* selects, in the order of the inventory.

        ``localhost`` is a host even where no inventory names it. Raises :exc:`UnresolvedError`
        for regular expressions that are not tried.
        """
        parts = _parts(pattern)
        chosen: dict[str, None] = {}
        plain = [part for part in parts if part[0] not in "&!"] or ["all"]
        for part in plain:
            chosen.update(dict.fromkeys(self._part_hosts(part)))
        for part in parts:
            if part[0] in "&!":
                named = set(self._part_hosts(part[1:].strip()))
                keep = part[0] == "&"
                chosen = {host: None for host in chosen if (host in named) is keep}
        return list(chosen)

    def unknown(self, pattern: str) -> tuple[str, ...]:
        """Return the parts of *pattern* that mean groups or hosts which no inventory has.

        What is left out by it (``!spare``) takes no part. Where an inventory lists no host at all,
        every part is unknown.
        """
        parts = _parts(pattern)
        named = [part.removeprefix("&").strip() for part in parts if part[0] != "!"]
        return tuple(part for part in named if not self._is_known(part))

    def _is_known(self, part: str) -> bool:
        if part in IMPLICIT_LOCALHOST:
            return True
        sliced = self._sliced(part)
        name = sliced[1] if sliced else part
        if not self.hosts or name in {"all", "*"}:
            return bool(self.hosts)
        return name in self.members or bool(self._named(name)) or self._is_group(name)

    def _sliced(self, part: str) -> re.Match[str] | None:
        """Take a part with a subscript apart; brackets of a regular expression are none."""
        return None if part in self.members or part.startswith("~") else _SLICE.match(part)

    def _is_group(self, pattern: str) -> bool:
        return any(fnmatchcase(name, pattern) for name in self.members)

    def _part_hosts(self, part: str) -> Sequence[str]:
        sliced = self._sliced(part)
        return self._slice(sliced) if sliced else self._named(part)

    def _named(self, part: str) -> Sequence[str]:
        if part.startswith("~"):
            return self._matching(part[1:])
        if part in {"all", "*"}:
            return self.hosts
        if part in self.members:
            return self.members[part]
        groups = [name for name in self.members if fnmatchcase(name, part)]
        named = {host for name in groups for host in self.members[name]}
        found = [host for host in self.hosts if host in named or fnmatchcase(host, part)]
        return [part] if not found and part in IMPLICIT_LOCALHOST else found

    def _matching(self, pattern: str) -> Sequence[str]:
        """Return the hosts whose names, or whose groups' names, a regular expression matches."""
        named = {host for group in matching(pattern, self.members) for host in self.members[group]}
        named.update(matching(pattern, self.hosts))
        return [host for host in self.hosts if host in named]

    def _slice(self, sliced: re.Match[str]) -> Sequence[str]:
        hosts = self._named(sliced[1])
        first, colon, last = int(sliced[2] or 0), sliced[3], sliced[4]
        if not colon:
            return [hosts[first]] if -len(hosts) <= first < len(hosts) else []
        return hosts[first : int(last) + 1 if last else None]


def _parts(pattern: str) -> list[str]:
    """Split a pattern at separators that stand in no brackets.

    Raises :exc:`UnresolvedError` where there are too many: each is held against all hosts.
    """
    found, end, inside = [], len(pattern), False
    for at in range(len(pattern) - 1, -1, -1):
        letter = pattern[at]
        if letter in "[]":
            inside = letter == "]"
        elif letter in ",:;" and not inside:
            found.append(pattern[at + 1 : end].strip())
            end = at
    found.append(pattern[:end].strip())
    parts = [one for one in reversed(found) if one]
    if len(parts) > MAX_PARTS:
        raise UnresolvedError(f"a host pattern has more than {MAX_PARTS:,} parts")
    if any(len(one) > MAX_LETTERS for one in parts):
        raise UnresolvedError(f"a host pattern has a part of more than {MAX_LETTERS:,} letters")
    return parts
