"""Ansible's host patterns: which hosts ``kube_node:&zone_a:!spare`` means."""

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.regex_filters import matching

MAX_PARTS = 1_000
MAX_LETTERS = 1_000
"""How long a part may be: what reads patterns goes through them once for each open bracket."""
_SLICE = re.compile(r"(.+)\[(?:(-?[0-9]{1,6})|([0-9]{1,6})[:-]([0-9]{0,6}))\]$")
_LABEL = r"\w(?:[\w-]*\w)?"
_WITH_PORT = re.compile(rf"{_LABEL}(?:\.{_LABEL})*:[0-9]+")
_GLOB = re.compile(r"[.?*\[]")
IPV6 = 6
IMPLICIT_LOCALHOST = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class HostPatterns:
    """The hosts of an inventory in order, and those of each group."""

    hosts: Sequence[str]
    members: Mapping[str, Sequence[str]]

    def match(self, pattern: str | Sequence[str]) -> list[str]:
        """Return the hosts that *pattern*, or a list of patterns, selects.

        ``localhost`` is a host even where no inventory names it. Raises :exc:`UnresolvedError`
        for regular expressions that are not tried, and for what Ansible refuses.
        """
        parts = _parts(pattern)
        chosen: dict[str, None] = {}
        plain = [part for part in parts if part[0] not in "&!"] or ["all"]
        for part in plain:
            found = [part] if part in self.hosts else self._part_hosts(part)
            chosen.update(dict.fromkeys(found))
        for part in parts:
            if part[0] in "&!":
                named = set(self._part_hosts(part[1:].strip()))
                keep = part[0] == "&"
                chosen = {host: None for host in chosen if (host in named) is keep}
        return list(chosen)

    def unknown(self, pattern: str | Sequence[str]) -> tuple[str, ...]:
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
        if part in self.members and not _GLOB.search(part):
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
        """Return some of the hosts of a part; of none, none.

        Raises :exc:`UnresolvedError` where there is no such host, and where the order is not that
        of the inventory, which only a run would tell.
        """
        name, index, first, last = sliced.groups()
        hosts = self._named(name)
        if len(hosts) > 1 and name not in self.members:
            raise UnresolvedError(f"the order of the hosts of {name[:80]} is not known")
        start, end = int(index or first), int(last or 0)
        if hosts and (index or last == "0" * len(last)) and last != "":
            if not -len(hosts) <= start < len(hosts):
                raise UnresolvedError(f"{name[:80]} has no host {start}")
            return [hosts[start]]
        return hosts[start : end + 1] if last else hosts[start:]


def _parts(pattern: str | Sequence[str]) -> list[str]:
    """Return the single patterns of a pattern, or of several.

    Raises :exc:`UnresolvedError` where there are too many: each is held against all hosts.
    """
    patterns = [pattern] if isinstance(pattern, str) else pattern
    parts = [part for each in patterns for part in _split(each)]
    if len(parts) > MAX_PARTS:
        raise UnresolvedError(f"a host pattern has more than {MAX_PARTS:,} parts")
    if any(len(part) > MAX_LETTERS for part in parts):
        raise UnresolvedError(f"a host pattern has a part of more than {MAX_LETTERS:,} letters")
    return parts


def _split(pattern: str) -> Iterator[str]:
    """Split a pattern as Ansible's ``split_host_pattern`` does.

    That is at its commas; where it has none, at blanks, colons and brackets that stand alone,
    unless it is an address.
    """
    if "," in pattern:
        yield from (part.strip() for part in pattern.split(",") if part.strip())
    elif _is_address(pattern):
        yield pattern
    else:
        yield from _split_at_colons(pattern)


def _is_address(pattern: str) -> bool:
    if _WITH_PORT.fullmatch(pattern):
        return True
    try:
        return ipaddress.ip_address(pattern).version == IPV6
    except ValueError:
        return False


def _split_at_colons(pattern: str) -> Iterator[str]:
    start = at = 0
    closed = pattern.rfind("]")
    while at < len(pattern):
        letter = pattern[at]
        if letter == "[" and at < closed:
            at = pattern.index("]", at) + 1
        elif letter in ":[]" or letter.isspace():
            if pattern[start:at]:
                yield pattern[start:at]
            at += 1
            start = at
        else:
            at += 1
    if pattern[start:]:
        yield pattern[start:]
