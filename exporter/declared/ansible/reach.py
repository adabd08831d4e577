"""What a command, a script or a change could set on nodes, where it cannot be told what it sets.

The text of it is rendered as far as it can be; what a run would put in is a :data:`MARK`.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from exporter.declared.ansible.changes import LABEL_KEY, NODE_NAME, Change
from exporter.declared.ansible.doubts import Reach, together
from exporter.declared.ansible.kubectl import (
    NODES,
    PROGRAMS,
    SPEAKERS,
    Arguments,
    is_pair,
    kubectl_arguments,
    mentions_nodes,
    nodes_among,
    take_apart,
)
from exporter.declared.ansible.shell import Command, Word, parse_script
from exporter.declared.ansible.values import UnresolvedError
from exporter.declared.ansible.words import MARK, NODE_KIND, attributes_in
from exporter.domain.declaration import LABELS, TAINTS

BOTH = frozenset({LABELS, TAINTS})
_FAMILIES = {"label": LABELS, "taint": TAINTS}
_PATCHES = frozenset({"patch", "edit"})
_ELSEWHERE = ("-l", "--selector", "-f", "--filename", "--all", "--field-selector")
"""Flags by which kubectl finds its nodes in another way than by name."""


def of_change(change: Change) -> Reach:
    """Return what *change* sets or takes away."""
    keys = {key_of(LABELS, key) for key in change.labels}
    keys |= {key_of(TAINTS, one.key) for one in change.taints}
    keys |= {key_of(TAINTS, key) for key, _ in change.removed}
    named = not change.every and not change.selector
    return Reach(frozenset(keys), legal_names(change.names) if named else frozenset())


def key_of(family: str, key: str) -> str:
    """Return the attribute of one label or taint; the whole *family* where the key is not known."""
    return f"{family}.{key}" if LABEL_KEY.fullmatch(key) else family


def legal_names(names: Sequence[str]) -> frozenset[str]:
    """Return *names*, or nothing (any node) where one of them is not a node's name."""
    return frozenset(names) if all(NODE_NAME.fullmatch(one) for one in names) else frozenset()


def of_script(text: str, *, hidden: bool) -> Reach | None:
    """Return what the commands of a script could set, None where they set nothing.

    With *hidden*, what is missing in it stands where nobody can read it: a command that nothing is
    known of could then do anything.
    """
    try:
        found = [of_command(one, hidden=hidden) for one in parse_script(text)]
    except UnresolvedError:
        found = [by_words(text)]
    if NODE_KIND.search(text) or "{%" in text:
        found.append(by_words(text))
    reaches = [one for one in found if one is not None]
    return together(reaches) if reaches else None


def by_words(text: str) -> Reach | None:
    """Return what commands with this *text* could set of any node."""
    attributes = attributes_in(text) & BOTH if mentions_nodes(text) else frozenset()
    return Reach(attributes) if attributes else None


def of_command(command: Command, *, hidden: bool = False) -> Reach | None:
    """Return what *command* could set, None where it sets nothing."""
    text = " ".join(one.text for one in command.words)
    try:
        arguments = kubectl_arguments(command.words)
    except UnresolvedError:
        arguments = _wrapped(command.words)
    if arguments is not None:
        return _of_kubectl(take_apart(arguments), text, hidden=hidden)
    if hidden and _is_open(command.words):
        return Reach(BOTH)
    spoken = any(name in text for name in PROGRAMS) or _is_open(command.words)
    return by_words(text) if spoken and not _only_says(command) else None


def _wrapped(words: Sequence[Word]) -> Sequence[Word]:
    """Return what follows ``kubectl`` where another program, as ``xargs`` or ``ssh``, starts it."""
    names = [PurePosixPath(one.text).name for one in words]
    return words[next(at for at, name in enumerate(names) if name in PROGRAMS) + 1 :]


def _is_open(words: Sequence[Word]) -> bool:
    """Tell whether nothing is known of which program runs."""
    program = next((one for one in words if one.text not in {"sudo", "env", "exec"}), None)
    return program is not None and program.text.strip("\"'").endswith(MARK)


def _only_says(command: Command) -> bool:
    """Tell whether a command only prints, or looks for, the words of another one."""
    return PurePosixPath(command.words[0].text).name in SPEAKERS


def _of_kubectl(parsed: Arguments, text: str, *, hidden: bool) -> Reach | None:
    words = [one for one in parsed.plain if one.text != "adm"]
    if not words or parsed.on("--list") or parsed.on("--local") or parsed.on("--dry-run"):
        return None
    verb, rest = words[0], words[1:]
    if verb.dynamic:
        return Reach(BOTH) if hidden else by_words(f"label taint {text}")
    if not rest or not (rest[0].dynamic or rest[0].text.lower().partition("/")[0] in NODES):
        return None
    if verb.text in _PATCHES:
        return _of_patch(rest, parsed, text)
    family = _FAMILIES.get(verb.text)
    if family is None:
        return None
    pairs = [one for one in rest if is_pair(one, verb.text)]
    resources = [one for one in rest if one not in pairs]
    if not pairs and resources[2:] and resources[-1].dynamic:
        resources.pop()  # it can only be the changes
    attributes = frozenset(_keys(pairs, family)) or frozenset({family})
    elsewhere = any(flag in parsed.flags for flag in _ELSEWHERE)
    return Reach(attributes, frozenset() if elsewhere else _names(resources))


def _keys(pairs: Sequence[Word], family: str) -> Iterator[str]:
    for word in pairs:
        left = word.text.partition("=")[0]
        yield key_of(family, left.partition(":")[0].removesuffix("-"))


def _names(resources: Sequence[Word]) -> frozenset[str]:
    """Return the nodes that are named, nothing (any) where only a run would name one."""
    names = nodes_among(resources)
    if not names or any(one.dynamic for one in names):
        return frozenset()
    return legal_names([one.text for one in names])


def _of_patch(rest: Sequence[Word], parsed: Arguments, text: str) -> Reach | None:
    patches = [parsed.flags[one] for one in ("-p", "--patch") if one in parsed.flags]
    said = {family for family in BOTH if family in text}
    if not patches or any(MARK in one.text or "$" in one.text for one in patches):
        said = said or set(BOTH)
    return Reach(frozenset(said), _names(rest)) if said else None
