"""What a command or a script could set on nodes, where what it does set is not known.

The text of it is rendered as far as it can be; what a run would put in is a :data:`UNKNOWN`.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from exporter.declared.ansible.command_line import CommandLine
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.extents import (
    LABELS_AND_TAINTS,
    Extent,
    attribute_name,
    union,
    valid_node_names,
)
from exporter.declared.ansible.kubectl import (
    NODE_RESOURCES,
    PRINTING_PROGRAMS,
    PROGRAMS,
    is_pair,
    kubectl_arguments,
    mentions_nodes,
    nodes_among,
    parse_arguments,
)
from exporter.declared.ansible.node_keywords import NODE_KIND, UNKNOWN, attributes_mentioned
from exporter.declared.ansible.shell import Command, Word, parse_script
from exporter.domain.declaration import LABELS, TAINTS

_FAMILIES = {"label": LABELS, "taint": TAINTS}
_PATCHES = frozenset({"patch", "edit"})
_ELSEWHERE = ("-l", "--selector", "-f", "--filename", "--all", "--field-selector")
"""Flags by which kubectl finds its nodes in another way than by name."""


def script_extent(text: str, *, hidden: bool) -> Extent | None:
    """Return what the commands of a script could set, None where they set nothing.

    With *hidden*, what is missing in it stands where nobody can read it: a command that nothing is
    known of could then do anything.
    """
    try:
        found = [command_extent(command, hidden=hidden) for command in parse_script(text)]
    except UnresolvedError:
        found = [extent_by_keywords(text)]
    if NODE_KIND.search(text) or "{%" in text:
        found.append(extent_by_keywords(text))
    extents = [extent for extent in found if extent is not None]
    return union(extents) if extents else None


def extent_by_keywords(text: str) -> Extent | None:
    """Return what commands with this *text* could set of any node."""
    attributes = (
        attributes_mentioned(text) & LABELS_AND_TAINTS if mentions_nodes(text) else frozenset()
    )
    return Extent(attributes) if attributes else None


def command_extent(command: Command, *, hidden: bool = False) -> Extent | None:
    """Return what *command* could set, None where it sets nothing."""
    text = " ".join(word.text for word in command.words)
    try:
        arguments = kubectl_arguments(command.words)
    except UnresolvedError:
        arguments = _wrapped(command.words)
    if arguments is not None:
        return _kubectl_extent(parse_arguments(arguments), text, hidden=hidden)
    if hidden and _is_open(command.words):
        return Extent(LABELS_AND_TAINTS)
    spoken = any(name in text for name in PROGRAMS) or _is_open(command.words)
    return extent_by_keywords(text) if spoken and not _only_prints(command) else None


def _wrapped(words: Sequence[Word]) -> Sequence[Word]:
    """Return what follows ``kubectl`` where another program, as ``xargs`` or ``ssh``, starts it."""
    names = [PurePosixPath(word.text).name for word in words]
    return words[next(at for at, name in enumerate(names) if name in PROGRAMS) + 1 :]


def _is_open(words: Sequence[Word]) -> bool:
    """Tell whether nothing is known of which program runs."""
    program = next((word for word in words if word.text not in {"sudo", "env", "exec"}), None)
    return program is not None and program.text.strip("\"'").endswith(UNKNOWN)


def _only_prints(command: Command) -> bool:
    """Tell whether a command only prints, or looks for, the words of another one."""
    return PurePosixPath(command.words[0].text).name in PRINTING_PROGRAMS


def _kubectl_extent(parsed: CommandLine, text: str, *, hidden: bool) -> Extent | None:
    words = [word for word in parsed.plain if word.text != "adm"]
    if not words or parsed.on("--list") or parsed.on("--local") or parsed.on("--dry-run"):
        return None
    verb, rest = words[0], words[1:]
    if verb.dynamic:
        return Extent(LABELS_AND_TAINTS) if hidden else extent_by_keywords(f"label taint {text}")
    if not rest or not (
        rest[0].dynamic or rest[0].text.lower().partition("/")[0] in NODE_RESOURCES
    ):
        return None
    if verb.text in _PATCHES:
        return _patch_extent(rest, parsed, text)
    family = _FAMILIES.get(verb.text)
    if family is None:
        return None
    pairs = [word for word in rest if is_pair(word, verb.text)]
    resources = [word for word in rest if word not in pairs]
    if not pairs and resources[2:] and resources[-1].dynamic:
        resources.pop()  # it can only be the changes
    attributes = frozenset(_keys(pairs, family)) or frozenset({family})
    elsewhere = bool(parsed.values(*_ELSEWHERE))
    return Extent(attributes, frozenset() if elsewhere else _names(resources))


def _keys(pairs: Sequence[Word], family: str) -> Iterator[str]:
    for word in pairs:
        left = word.text.partition("=")[0]
        yield attribute_name(family, left.partition(":")[0].removesuffix("-"))


def _names(resources: Sequence[Word]) -> frozenset[str]:
    """Return the nodes that are named, nothing (any) where only a run would name one."""
    names = nodes_among(resources)
    if not names or any(name.dynamic for name in names):
        return frozenset()
    return valid_node_names([name.text for name in names])


def _patch_extent(rest: Sequence[Word], parsed: CommandLine, text: str) -> Extent | None:
    patches = parsed.values("-p", "--patch")
    families = {family for family in LABELS_AND_TAINTS if family in text}
    if not patches or any(UNKNOWN in patch.text or "$" in patch.text for patch in patches):
        families = families or set(LABELS_AND_TAINTS)
    return Extent(frozenset(families), _names(rest)) if families else None
