"""Which files of an inventory Ansible gets to see: plain data, copied, and nothing else.

Copies cannot be swapped meanwhile, cannot be executed and lead nowhere. A file that is a program,
the configuration of a dynamic inventory, encrypted or broken is left out, and said to be.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from exporter.declared.ansible.documents import unread
from exporter.declared.ansible.inventory_lines import InventoryLines, scan_ini, scan_yaml
from exporter.declared.ansible.paths import join_path, list_folder
from exporter.declared.ansible.unread_file import UnreadFile, searchable_text
from exporter.declared.ansible.vault import VAULT_HEADER
from exporter.declared.checkout import MAX_FILE, Checkout
from exporter.domain.declaration import Failure, Unresolved
from exporter.domain.errors import ParseError, ReadError, Reason
from exporter.domain.provenance import Source
from exporter.foreign import yaml
from exporter.foreign.files import MIB, decode
from exporter.foreign.scalars import ANSIBLE

MAX_INVENTORY = 16 * MIB
MAX_DEPTH = 10
YAML_SUFFIXES = frozenset({".yml", ".yaml", ".json"})
_VARIABLES = frozenset({"group_vars", "host_vars", "vars_plugins"})
_IGNORED = (
    *(".pyc", ".pyo", ".swp", ".bak", "~", ".rpm", ".md", ".txt", ".rst"),
    *(".orig", ".cfg", ".retry"),
)
_GROUPS_ONLY = frozenset({"constructed", "ansible.builtin.constructed"})


@dataclass(slots=True)
class StagedInventory:
    """What was staged: *lines* by the path of each copied file, and what was left out and why."""

    lines: dict[str, InventoryLines] = field(default_factory=dict)
    unresolved: list[Unresolved] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    unread: list[UnreadFile] = field(default_factory=list)
    complete: bool = True


class _SkippedFileError(Exception):
    """A file that only a run would evaluate; *text* is what its variables can be named in."""

    def __init__(
        self, message: str, *, line: int = 1, lists_hosts: bool = True, text: str | None = None
    ) -> None:
        super().__init__(message)
        self.line = line
        self.text = text
        self.lists_hosts = lists_hosts


def stage_inventory(inventory: str, *, checkout: Checkout, into: Path) -> StagedInventory:
    """Copy the inventory (a file or a directory) below *into*, at the same relative paths.

    Raises :exc:`ReadError` where there is no such file or directory in the checkout.
    """
    staged = StagedInventory()
    left = MAX_INVENTORY
    for path in _inventory_files(inventory, checkout):
        try:
            data = checkout.read_bytes(path, limit=min(MAX_FILE, left))
            left -= len(data)
            staged.lines[path] = _examine(data, path=path)
        except _SkippedFileError as why:
            staged.complete = staged.complete and not why.lists_hosts
            place = checkout.place(Source.ANSIBLE, path, why.line)
            staged.unresolved.append(Unresolved(place, str(why)))
            staged.unread.append(UnreadFile(place, str(why), why.text))
        except ReadError as error:
            staged.complete = False
            staged.unread.append(unread(error, path=path, checkout=checkout))
            staged.failures.append(checkout.failure(Source.ANSIBLE, error, path=path, part=path))
        else:
            _copy(data, into / path)
    return staged


def _inventory_files(inventory: str, checkout: Checkout) -> Iterator[str]:
    """Yield the files that Ansible would take for inventories, in its order.

    Raises :exc:`ReadError` where they nest too deeply, as links in a circle do.
    """
    if not checkout.resolve(inventory).is_dir():
        yield inventory
        return
    variables = {join_path(inventory, name) for name in _VARIABLES}
    pending = [
        (path, 1) for path in reversed(list_folder(checkout, inventory)) if path not in variables
    ]
    while pending:
        path, depth = pending.pop()
        if path.endswith(_IGNORED):
            continue
        if not checkout.is_dir(path):
            yield path
            continue
        if depth > MAX_DEPTH:
            raise ReadError("is nested too deeply", reason=Reason.TOO_LARGE, path=path)
        pending += ((inside, depth + 1) for inside in reversed(list_folder(checkout, path)))


def _examine(data: bytes, *, path: str) -> InventoryLines:
    """Find the lines of an inventory file; raises for a file that Ansible shall not see."""
    if data.startswith(b"#!"):
        raise _SkippedFileError("is a program that lists hosts; programs of a repository never run")
    if data.startswith(VAULT_HEADER):
        raise ReadError(
            "is encrypted with Ansible Vault",
            reason=Reason.FORBIDDEN,
            path=path,
            line=1,
            advice="keep the inventory itself out of the vault; no vault password is ever used",
        )
    text = decode(data, name=path)
    suffix = PurePosixPath(path).suffix
    try:
        document = (
            yaml.load(text, dialect=ANSIBLE) if suffix in YAML_SUFFIXES or not suffix else None
        )
    except ParseError as error:
        if suffix in YAML_SUFFIXES:
            raise ReadError(
                error.message, reason=Reason.MALFORMED, path=path, line=error.line
            ) from None
        document = None
    if not isinstance(document, yaml.YamlMap):
        return scan_ini(text)
    if "plugin" in document:
        raise _inventory_plugin(document, searchable_text(text))
    return scan_yaml(document)


def _inventory_plugin(document: yaml.YamlMap, text: str | None) -> _SkippedFileError:
    plugin = str(document["plugin"])
    return _SkippedFileError(
        f"takes hosts from the inventory plugin {plugin[:60]!r}, which only a run could ask",
        line=document.line_of("plugin"),
        lists_hosts=plugin not in _GROUPS_ONLY,
        text=text,
    )


def _copy(data: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.write_bytes(data)
    path.chmod(0o600)
