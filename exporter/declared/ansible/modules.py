"""What the modules ``shell``, ``command``, ``k8s`` and ``k8s_taint`` do to nodes and releases."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exporter.declared.ansible.command_extents import command_extent, extent_by_keywords
from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.extents import Extent
from exporter.declared.ansible.helm import Release, parse_helm
from exporter.declared.ansible.kubectl import mentions_nodes, parse_command, split_command
from exporter.declared.ansible.node_changes import NodeChange
from exporter.declared.ansible.node_keywords import NODE_KIND
from exporter.declared.ansible.shell import Command, Word, parse_script
from exporter.declared.stack import mentions_stack
from exporter.domain.errors import ParseError
from exporter.domain.taints import Taint, TaintEffect
from exporter.foreign import yaml

_PARAMETERS = re.compile(r"(?:^|\s)(?:creates|removes|chdir|executable|warn|stdin)=\S+")


def script_text(arguments: Any) -> str:
    """Return the script or command line of a ``shell`` or ``command`` task, untemplated."""
    if isinstance(arguments, dict):
        arguments = arguments.get("cmd", arguments.get("_raw_params", ""))
    return arguments if isinstance(arguments, str) else ""


@dataclass(frozen=True, slots=True)
class PossibleChange:
    """Something that a task may do, why that is not known, and what of nodes it could set."""

    error: UnresolvedError
    extent: Extent | None = None


def script_changes(
    arguments: Any, *, render: Callable[[Any], Any]
) -> Iterator[NodeChange | Release | PossibleChange]:
    """Yield what each command of a script does, or why that is not known."""
    argv = arguments.get("argv") if isinstance(arguments, dict) else None
    if isinstance(argv, list):
        words = tuple(Word(str(argument)) for argument in render(argv))
        commands: Sequence[Command] = [Command(words)]
    else:
        text = render(script_text(arguments))
        if not isinstance(text, str):
            raise UnresolvedError("a command is no text")
        commands = parse_script(_PARAMETERS.sub("", text))
        if NODE_KIND.search(text) and mentions_nodes(text):
            yield PossibleChange(
                UnresolvedError("a node in a script is not evaluated"), extent_by_keywords(text)
            )
    for command in commands:
        yield from _changes(command)


def _changes(command: Command) -> Iterator[NodeChange | Release | PossibleChange]:
    try:
        change = parse_command(command) or parse_helm(command)
    except UnresolvedError as error:
        known, unknown = split_command(command)
        yield PossibleChange(error, command_extent(unknown))
        if known is not None:
            yield known
        return
    if change is not None:
        yield change
    elif extent := command_extent(command):
        program = command.words[0].text
        yield PossibleChange(UnresolvedError(f"what {program[:40]} does is not evaluated"), extent)


def known_script_changes(
    arguments: Any, *, render: Callable[[Any], Any], error: Callable[[], UnresolvedError]
) -> list[NodeChange | PossibleChange] | None:
    """Return what a script does of which only parts are known, None where that is too little.

    *render* puts a mark where something is missing; *error* tells what that is.
    """
    text = script_text(arguments)
    if not text or "{%" in text or "{#" in text or mentions_stack(text) or NODE_KIND.search(text):
        return None
    try:
        commands = parse_script(_PARAMETERS.sub("", render(text)))
    except UnresolvedError:
        return None
    found: list[NodeChange | PossibleChange] = []
    for command in commands:
        for change in _changes(command):
            if isinstance(change, PossibleChange):
                found.append(PossibleChange(error(), change.extent))
            elif isinstance(change, NodeChange):
                found.append(change)
    return found


def object_changes(arguments: Any) -> Iterator[NodeChange]:
    """Yield what a ``k8s`` task with rendered *arguments* does to nodes."""
    if not isinstance(arguments, dict):
        raise UnresolvedError("the arguments of k8s are no mapping")
    state = arguments.get("state", "present")
    definitions = list(_definitions(arguments))
    for definition in definitions or [{}]:
        kind = definition.get("kind", arguments.get("kind"))
        if kind != "Node":
            continue
        if state not in {"present", "patched"}:
            raise UnresolvedError(f"k8s with state {state!s:.40} on a node is not evaluated")
        yield _from_definition(definition, arguments)


def _definitions(arguments: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    given = arguments.get("definition", arguments.get("resource_definition"))
    for definition in given if isinstance(given, list) else [given]:
        if isinstance(definition, str):
            try:
                documents = [document.value for document in yaml.load_all(definition)]
            except ParseError:
                raise UnresolvedError("a definition is no YAML") from None
            yield from (document for document in documents if isinstance(document, dict))
        elif isinstance(definition, dict):
            yield definition


def _from_definition(definition: Mapping[str, Any], arguments: Mapping[str, Any]) -> NodeChange:
    metadata = definition.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    labels, spec = metadata.get("labels"), definition.get("spec")
    taints = spec.get("taints") if isinstance(spec, dict) else None
    selectors = arguments.get("label_selectors")
    if isinstance(selectors, list) and selectors:
        raise UnresolvedError("k8s finds its nodes by label_selectors, which is not evaluated")
    return NodeChange(
        names=_name(metadata.get("name", arguments.get("name"))),
        labels={str(key): _label(key, value) for key, value in _mapping(labels, "labels").items()},
        taints=tuple(_taint(taint) for taint in _list(taints, "taints")),
    )


def _label(key: Any, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise UnresolvedError(f"the label {key!s:.80} is no text; quote its value")


def taint_changes(arguments: Any) -> Iterator[NodeChange]:
    """Yield what a ``k8s_taint`` task with rendered *arguments* does to nodes."""
    if not isinstance(arguments, dict):
        raise UnresolvedError("the arguments of k8s_taint are no mapping")
    names = _name(arguments.get("name"))
    given = _list(arguments.get("taints"), "taints")
    match arguments.get("state", "present"):
        case "present":
            yield NodeChange(names=names, taints=tuple(_taint(taint) for taint in given))
        case "absent":
            yield NodeChange(names=names, removed=tuple(_removal(taint) for taint in given))
        case _:
            raise UnresolvedError("k8s_taint has a state that is not known here")


def _name(value: Any) -> tuple[str, ...]:
    if not isinstance(value, str) or not value:
        raise UnresolvedError("names no node")
    return (value,)


def _list(value: Any, what: str) -> list[Any]:
    if value is None or isinstance(value, list):
        return value or []
    raise UnresolvedError(f"its {what} are no list")


def _mapping(value: Any, what: str) -> Mapping[Any, Any]:
    if value is None or isinstance(value, dict):
        return value or {}
    raise UnresolvedError(f"its {what} are no mapping")


def _taint(value: Any) -> Taint:
    """Read a taint as the API writes it, or as ``key=value:Effect``."""
    try:
        if isinstance(value, str):
            return Taint.parse(value)
        effect = TaintEffect(value["effect"])
        key, text = value["key"], value.get("value") or ""
    except (ParseError, ValueError, LookupError, TypeError, AttributeError):
        raise UnresolvedError("a taint has no key, or no effect that Kubernetes knows") from None
    if not isinstance(key, str) or not isinstance(text, str):
        raise UnresolvedError(f"the taint {key!s:.80} is no text; quote its value")
    return Taint(key=key, effect=effect, value=text)


def _removal(value: Any) -> tuple[str, TaintEffect | None]:
    if isinstance(value, dict) and isinstance(value.get("key"), str):
        effect = value.get("effect")
        try:
            return value["key"], TaintEffect(effect) if effect else None
        except ValueError:
            pass
    raise UnresolvedError("a taint to take away has no key, or an effect that is not known")
