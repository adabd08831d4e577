"""What settles a finding: a command, or a patch of the code; only what is known to do it.

A command brings the cluster to what the code says, a patch the code to what counts. Where a value
was cut, hidden or has a form that nobody foresaw, there is none.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from shlex import quote
from typing import Final

import msgspec

from exporter.domain.credentials import LOOKS, NAMED
from exporter.domain.errors import ParseError
from exporter.domain.finding import Finding, Verdict
from exporter.domain.json import Json, JsonObject, as_list, as_object, as_text
from exporter.domain.taints import Taint
from exporter.report.status.board import Board
from exporter.report.status.comparison import Statement, statements
from exporter.report.status.grouping import By, Entry
from exporter.report.status.words import Words

MOST: Final = 20
"""How many members of an entry are settled by one text."""
_CUT: Final = " ..."
_PLAIN: Final = re.compile(r"[\w.,:/@+-]+")
"""A value that no language quotes."""
_NAME: Final = re.compile(r"[a-zA-Z0-9][\w.:-]*", re.ASCII)
_PATH: Final = re.compile(r"[\w.@+-][\w./@+-]*")
"""A path that a patch names as it is; another could end the line, and begin a patch of its own."""
_NAMED: Final = frozenset({"containers", "initContainers", "env", "volumes", "imagePullSecrets"})
"""Lists that Kubernetes merges by the name of their items."""
_WORD: Final = re.compile(r"[\w.-]+")
HOW: Final = "# git apply --unidiff-zero"
"""The first line of a patch, which git passes over: there are no lines around the changed ones."""
_HIDDEN: Final = re.compile(r"fingerprint|sha256:")


class FixKind(StrEnum):
    """How something is settled."""

    PATCH = "patch"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Fix:
    """A *text* to apply or to run, and a *label* that says what it does."""

    kind: FixKind
    label: str
    text: str


def fixes(entry: Entry, board: Board, words: Words) -> tuple[Fix, ...]:
    """Return what settles *entry*: all of its members, or nothing of it."""
    if entry.by is not By.CAUSE or entry.first.verdict is not Verdict.FAIL or entry.source:
        return ()
    return tuple(_found(entry, board, words))


def _found(entry: Entry, board: Board, words: Words) -> Iterator[Fix]:
    if (command := _commands(entry)) is not None:
        label = words.say("Bring the cluster to what the code says")
        yield Fix(FixKind.COMMAND, label, command)
    if len(entry.members) == 1 and (patch := _patch(entry.first.finding, board)):
        yield Fix(FixKind.PATCH, words.say("Let the code agree with what counts"), patch)


def _commands(entry: Entry) -> str | None:
    known = _COMMANDS.get(entry.first.check.id)
    if known is None or len(entry.members) > MOST:
        return None
    if not all(is_operand(row.finding.subject.name) for row in entry.members):
        return None
    lines = [known(row.finding) for row in entry.members]
    return "\n".join(line for line in lines if line) if all(lines) else None


def is_operand(name: str) -> bool:
    """Tell whether kubectl takes a name for one; code may call a machine ``--server=...``."""
    return _NAME.fullmatch(name) is not None


def _taint(finding: Finding) -> str:
    """Return the command that gives a node its declared taints and takes undeclared ones."""
    want, have = _taints(finding.declared), _taints(finding.observed)
    if want is None or have is None:
        return ""
    slots = {(one.key, one.effect) for one in want}
    surplus = [one for one in have if (one.key, one.effect) not in slots]
    missing = [one for one in want if one not in have]
    changes = [*map(str, missing), *(f"{one.key}:{one.effect}-" for one in surplus)]
    if not changes:
        return ""
    return _on_node("taint", finding, *changes, *(["--overwrite"] if missing else []))


def _taints(value: Json) -> list[Taint] | None:
    try:
        return [Taint.parse(as_text(one)) for one in as_list(value)]
    except ParseError:
        return None


def _label(finding: Finding) -> str:
    """Return the command that sets the declared labels of a node."""
    labels = {key: as_text(value) for key, value in as_object(finding.declared).items()}
    if not labels or any(value.endswith(_CUT) for value in labels.values()):
        return ""
    pairs = (f"{key}={value}" for key, value in labels.items())
    return _on_node("label", finding, *pairs, "--overwrite")


def _uncordon(finding: Finding) -> str:
    cordoned = finding.observed == "cordoned"
    return f"kubectl uncordon {quote(finding.subject.name)}" if cordoned else ""


def _scale(finding: Finding) -> str:
    replicas = finding.declared
    if not isinstance(replicas, int) or isinstance(replicas, bool):
        return ""
    return f"{_kubectl(finding)} scale {_what(finding)} --replicas={replicas}"


def _patch_workload(finding: Finding) -> str:
    return _merged(finding, lists=True)


def _patch_object(finding: Finding) -> str:
    return _merged(finding, lists=False)


def _automate(finding: Finding) -> str:
    """Return the command that gives an Application its declared automation."""
    if finding.declared is None:
        automated: Json = None
    else:
        automated = dict(as_object(finding.declared))
    return _patched(finding, {"spec": {"syncPolicy": {"automated": automated}}}, kind="merge")


_COMMANDS: Final[Mapping[str, Callable[[Finding], str]]] = {
    "application_automated": _automate,
    "node_labels": _label,
    "node_maintenance": _uncordon,
    "node_taints": _taint,
    "object_spec": _patch_object,
    "workload_replicas": _scale,
    "workload_spec": _patch_workload,
}


def _merged(finding: Finding, *, lists: bool) -> str:
    """Return the command that sets the declared fields, which stand by their pointers."""
    content: dict[str, Json] = {}
    for pointer, value in as_object(finding.declared).items():
        if not _settable(value) or not _put(content, pointer.split("/")[1:], value, lists=lists):
            return ""
    return _patched(finding, content, kind="strategic" if lists else "merge") if content else ""


def _settable(value: Json) -> bool:
    """Tell whether a value is whole and plain, and no stand-in for a secret."""
    if isinstance(value, str):
        return not value.endswith(_CUT) and not _HIDDEN.search(value)
    return isinstance(value, int | float)


def _put(content: dict[str, Json], path: list[str], value: Json, *, lists: bool) -> bool:
    """Put *value* at *path*, through lists by the names of their items; tell whether it could."""
    here: dict[str, Json] = content
    steps = [one.replace("~1", "/").replace("~0", "~") for one in path]
    while len(steps) > 1:
        name = steps.pop(0)
        if name in _NAMED:
            if not lists or len(steps) < 2:  # noqa: PLR2004 - the name, and a field
                return False
            here = _item(here, name, steps.pop(0))
            continue
        if steps[0].isdigit():
            return False
        inner = here.setdefault(name, {})
        if not isinstance(inner, dict):
            return False
        here = inner
    here[steps[0]] = value
    return True


def _item(here: dict[str, Json], name: str, item: str) -> dict[str, Json]:
    """Return the item of a list by its name, made where there is none yet."""
    known = [one for one in as_list(here.get(name)) if isinstance(one, dict)]
    found = next((one for one in known if one.get("name") == item), None)
    if found is None:
        found = {"name": item}
        here[name] = [*known, found]
    return found


def _patched(finding: Finding, content: JsonObject, *, kind: str) -> str:
    text = msgspec.json.encode(content).decode()
    return f"{_kubectl(finding)} patch {_what(finding)} --type={kind} -p {quote(text)}"


def _kubectl(finding: Finding) -> str:
    namespace = finding.subject.namespace
    return f"kubectl -n {quote(namespace)}" if namespace else "kubectl"


def _what(finding: Finding) -> str:
    return f"{quote(finding.subject.kind.lower())}/{quote(finding.subject.name)}"


def _on_node(verb: str, finding: Finding, *changes: str) -> str:
    """Return a command for a node; nothing where kubectl would take a change for an option."""
    if any(one.startswith("-") and one != "--overwrite" for one in changes):
        return ""
    return " ".join(map(quote, ("kubectl", verb, "node", finding.subject.name, *changes)))


def _patch(finding: Finding, board: Board) -> str:
    """Return a patch after which all places say what the last one does, which counts."""
    found = statements(finding)
    if finding.subject.kind != "Node" or len({one.attribute for one in found}) != 1:
        return ""
    wanted = found[-1].value
    wrong = [one for one in found if one.value != wanted]
    if not _PLAIN.fullmatch(wanted) or len({one.value for one in wrong}) != 1:
        return ""
    patches = [_replaced(one, wanted, finding, board) for one in wrong]
    return f"{HOW}\n{''.join(patches)}" if all(patches) else ""


def _replaced(wrong: Statement, wanted: str, finding: Finding, board: Board) -> str:
    """Return the patch of one line; nothing where that line does not say the value just once.

    No line beside it is shown, nor one that names a credential: what stands in a file next to a
    value is nobody's business on a page.
    """
    place = next((one for one in finding.provenance if str(one) == wrong.place), None)
    if place is None or not place.line or not _PLAIN.fullmatch(wrong.value):
        return ""
    if not _PATH.fullmatch(place.path):
        return ""
    lines = list(board.cluster.read(place))
    before = lines[place.line - 1] if place.line <= len(lines) else ""
    if before.count(wrong.value) != 1 or _names_credential(before):
        return ""
    after = lines.copy()
    after[place.line - 1] = before.replace(wrong.value, wanted)
    old, new = f"a/{place.path}", f"b/{place.path}"
    changed = difflib.unified_diff(lines, after, old, new, lineterm="", n=0)
    return "".join(f"{one}\n" for one in changed)


def _names_credential(line: str) -> bool:
    return bool(LOOKS.search(line) or any(map(NAMED.search, _WORD.findall(line))))
