"""``helm install`` and ``helm upgrade`` of a monitoring chart, and the module ``helm``.

Sources: Helm's ``--set`` format (``strvals``), the module ``kubernetes.core.helm``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from exporter.declared.ansible.command_line import CommandLine, parse_command_line
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.located_data import LocatedMap, as_items
from exporter.declared.ansible.shell import Command, Word
from exporter.declared.stack import CHARTS, scalar

_VERBS = frozenset({"install", "upgrade"})
_SETS = frozenset({"--set", "--set-string"})
_FILES = frozenset({"-f", "--values"})
_UNREAD = _FILES | {"--set-json"}
"""What counts less than ``--set``; ``--set-file`` and ``--set-literal`` are for long texts."""
_FLAGS_WITH_VALUE = frozenset(
    {
        *("-n", "--namespace", "--version", "--repo", "--kubeconfig", "--kube-context", "-f"),
        *("--values", "--timeout", "--set", "--set-string", "--set-file", "--set-json"),
        *("--set-literal", "--description", "--history-max", "--username", "--password"),
        *("--ca-file", "--cert-file", "--key-file", "--keyring", "--post-renderer", "-o"),
        *("--output", "--kube-apiserver", "--kube-token", "--kube-as-user", "-l", "--labels"),
    }
)
_PAIR = re.compile(r"(?:[^,\\]|\\.)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release of a *chart* that is known here, with the values that it is given.

    *values* are by dotted path; *places* tells of some of them where they stand (path, line).
    *line* counts from 0 inside the script that says it. *unread* names the files, and flags, whose
    values nobody reads here; they may say anything that *values* does not.
    """

    chart: str
    name: str
    values: Mapping[str, str]
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    line: int = 0
    unread: tuple[str, ...] = ()


def parse_helm(command: Command) -> Release | None:
    """Return the release of a known chart that *command* makes, or None where it makes none.

    Raises :exc:`UnresolvedError` where only a run would tell what it sets.
    """
    words = [word for word in command.words if word.text != "sudo"]
    if not words or PurePosixPath(words[0].text).name != "helm":
        return None
    line = parse_arguments(words[1:])
    plain = line.plain
    if not plain or plain[0].text not in _VERBS or not plain[1:]:
        return None
    chart = _chart(plain[-1].text)
    if chart not in CHARTS:
        return None
    if not command.certain:
        raise UnresolvedError("helm runs under a condition of its script")
    values: dict[str, str] = {}
    for word in line.values(*_SETS):
        values.update(_set_values(word))
    unread = tuple(_source(flag, word.text) for flag, word in line.flags if flag in _UNREAD)
    name = plain[1].text if len(plain) > 2 else chart  # noqa: PLR2004 - verb, name, chart
    return Release(chart=chart, name=name, values=values, line=command.line, unread=unread)


def parse_module(arguments: Any) -> Release | None:
    """Return the release that the module with rendered *arguments* makes, or None."""
    if not isinstance(arguments, dict) or arguments.get("state", "present") == "absent":
        return None
    chart = _chart(str(arguments.get("chart_ref", "")))
    if chart not in CHARTS:
        return None
    values: dict[str, str] = {}
    places: dict[str, tuple[str, int]] = {}
    given = arguments.get("release_values", arguments.get("values"))
    for key, text, place in _flattened(given, ""):
        values[key] = text
        if place is not None:
            places[key] = place
    for entry in as_items(arguments.get("set_values")):
        if isinstance(entry, dict) and isinstance(entry.get("value"), str):
            pairs = _set_values(Word(entry["value"]))
            values.update(pairs)
            places = {key: place for key, place in places.items() if key not in pairs}
    name = str(arguments.get("name", arguments.get("release_name", chart)))
    files = tuple(_source("-f", str(file)) for file in as_items(arguments.get("values_files")))
    return Release(chart=chart, name=name, values=values, places=places, unread=files)


def parse_arguments(words: Sequence[Word]) -> CommandLine:
    """Return the arguments of helm, plain ones and flags apart."""
    return parse_command_line(words, with_value=_FLAGS_WITH_VALUE)


def _source(flag: str, value: str) -> str:
    """Return the name of given values: of a file the last part, as an address may hold a secret."""
    return PurePosixPath(value.partition("?")[0]).name if flag in _FILES else flag


def _chart(reference: str) -> str:
    """Return the name of a chart from ``repository/name``, an address or a package."""
    name = PurePosixPath(reference).name
    return re.sub(r"-\d+\.\d+\.\d+[^/]*\.tgz$", "", name)


def _set_values(word: Word) -> dict[str, str]:
    """Return the values of one ``--set``, by dotted path."""
    pairs = {}
    for part in _PAIR.findall(word.text):
        key, equals, value = part.partition("=")
        if not equals:
            continue
        if word.dynamic:
            raise UnresolvedError(f"the shell puts a value into {word.text[:60]!r}")
        pairs[key.strip()] = re.sub(r"\\(.)", r"\1", value)
    return pairs


def _flattened(value: Any, prefix: str) -> Iterator[tuple[str, str, tuple[str, int] | None]]:
    """Yield the scalars within *value* by dotted path, with where each stands if that is known."""
    if not isinstance(value, dict):
        return
    for key, content in value.items():
        name = f"{prefix}{key}"
        text = scalar(content)
        if text is not None:
            located = (value.path, value.line_of(key)) if isinstance(value, LocatedMap) else None
            yield name, text, located
        else:
            yield from _flattened(content, f"{name}.")
