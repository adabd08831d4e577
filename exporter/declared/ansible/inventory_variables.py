"""The variables of hosts, layer upon layer as Ansible overrides them.

Source: Ansible's documentation, "Understanding variable precedence", and ``VARIABLE_PRECEDENCE``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.inventory import Inventory
from exporter.declared.ansible.paths import join_path, list_folder
from exporter.declared.ansible.unread_file import UnreadFile
from exporter.declared.ansible.variable_layer import VariableLayer
from exporter.domain.declaration import Failure
from exporter.domain.errors import ReadError
from exporter.domain.provenance import Located, Source

SUFFIXES = ("", ".yml", ".yaml", ".json")
MAX_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Host:
    """A host of the inventory; *layers* are its variables, the ones that override others first."""

    name: str
    groups: tuple[str, ...] = ()
    layers: tuple[VariableLayer, ...] = ()
    has_unread: bool = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        # Asked for each variable of each host, of which most have only files that can be read.
        has_unread = any(layer.unread is not None for layer in self.layers)
        object.__setattr__(self, "has_unread", has_unread)

    def hidden_in(self, name: str) -> UnreadFile | None:
        """Return the file in which a variable may be set, unknown to us and for all we know."""
        for layer in self.layers if self.has_unread else ():
            if layer.hides(name):
                return layer.unread
            if name in layer.values:
                return None
        return None

    def find(self, name: str) -> Located[Any] | None:
        """Return the value of a variable, untemplated, or None where no layer has it.

        Files that could not be read are skipped: see :meth:`hidden_in`.
        """
        for layer in self.layers:
            if name in layer.values:
                return Located(layer.values[name], layer.place_of(name))
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryVariables:
    """All hosts by name, the variables of ``all``, and the files that could not be read."""

    hosts: Mapping[str, Host]
    all_hosts: tuple[VariableLayer, ...] = ()
    failures: tuple[Failure, ...] = ()

    @property
    def layers(self) -> tuple[VariableLayer, ...]:
        """All layers of all hosts, once each."""
        return tuple(
            {id(layer): layer for host in self.hosts.values() for layer in host.layers}.values()
        )


def read_variables(
    inventory: Inventory, *, folders: Iterable[str], documents: Documents
) -> InventoryVariables:
    """Read ``group_vars`` and ``host_vars`` of *folders*, and layer them on the inventory's own.

    *folders* are the inventory's first, then those of playbooks, which override them.
    """
    files = _Files(folders, documents)
    names = [*inventory.members, *(("all",) if "all" not in inventory.members else ())]
    shared = {name: files.layers("group_vars", name) for name in names}
    lost = tuple(VariableLayer.hidden(file) for file in inventory.unread)
    all_hosts = (*lost, *shared["all"], *_own(inventory.group_layers, "all"))
    hosts = {}
    for host, groups in inventory.groups.items():
        nearest = tuple(reversed(groups))
        hosts[host] = Host(
            name=host,
            groups=groups,
            layers=(
                *files.layers("host_vars", host),
                *lost,
                *_own(inventory.host_layers, host),
                *(layer for group in nearest for layer in shared[group]),
                *shared["all"],
                *(layer for group in nearest for layer in _own(inventory.group_layers, group)),
                *_own(inventory.group_layers, "all"),
            ),
        )
    return InventoryVariables(hosts=hosts, all_hosts=all_hosts, failures=tuple(files.failures))


def _own(layers: Mapping[str, VariableLayer], name: str) -> tuple[VariableLayer, ...]:
    return (layers[name],) if name in layers else ()


class _Files:
    """The ``group_vars`` and ``host_vars`` of some folders, each file read once."""

    def __init__(self, folders: Iterable[str], documents: Documents) -> None:
        self._documents = documents
        self._checkout = documents.checkout
        unique = tuple(dict.fromkeys(folders))
        self._kind_folders = {
            kind: [join_path(folder, kind) for folder in unique]
            for kind in ("group_vars", "host_vars")
        }
        self._present: dict[str, dict[str, list[str]]] = {}
        self._unlisted: dict[str, VariableLayer] = {}
        self.failures: list[Failure] = []

    def layers(self, kind: str, name: str) -> tuple[VariableLayer, ...]:
        """Return the variables of the group or host *name*, the overriding ones first."""
        found: list[VariableLayer] = []
        for folder in self._kind_folders[kind]:
            found += self._hidden_below(folder, name) if self._unlisted else ()
            for path in self._index(folder).get(name, ()):
                try:
                    layer = self._documents.layer(path)
                    found.append(replace(layer, group=name) if kind == "group_vars" else layer)
                except ReadError as error:
                    found.append(self._lost(error, path, group=name))
        return tuple(reversed(found))

    def _hidden_below(self, folder: str, name: str) -> Iterable[VariableLayer]:
        """Yield what stands in for the files of folders that could not be listed."""
        places = (folder, join_path(folder, name))
        return (self._unlisted[place] for place in places if place in self._unlisted)

    def _lost(self, error: ReadError, path: str, *, group: str = "") -> VariableLayer:
        """Note that *path* could not be read; return what stands in for its variables."""
        self.failures.append(self._checkout.failure(Source.ANSIBLE, error, path=path, part=path))
        return VariableLayer.hidden(self._documents.unread(error, path=path), group=group)

    def _index(self, folder: str) -> dict[str, list[str]]:
        """Return the files of each group or host that *folder* has variables for."""
        if folder not in self._present:
            self._present[folder] = self._list(folder) if self._checkout.is_dir(folder) else {}
        return self._present[folder]

    def _list(self, folder: str) -> dict[str, list[str]]:
        """List *folder*: of one name, a directory goes before a file, ``.yml`` before ``.yaml``."""
        ranked: dict[str, dict[int, list[str]]] = {}
        for path in self._listing(folder):
            name = PurePosixPath(path).name
            if self._checkout.is_dir(path):
                ranked.setdefault(name, {})[-1] = self._below(path, depth=1)
                continue
            suffix = PurePosixPath(path).suffix
            if suffix in SUFFIXES:
                ranked.setdefault(name, {})[0] = [path]
                ranked.setdefault(PurePosixPath(path).stem, {})[SUFFIXES.index(suffix)] = [path]
        return {name: choices[min(choices)] for name, choices in ranked.items()}

    def _below(self, folder: str, *, depth: int) -> list[str]:
        """Return the files of a directory of variables, in the order in which they override."""
        found = []
        for path in self._listing(folder):
            if self._checkout.is_dir(path):
                found += self._below(path, depth=depth + 1) if depth < MAX_DEPTH else []
            elif PurePosixPath(path).suffix in SUFFIXES:
                found.append(path)
        return found

    def _listing(self, folder: str) -> list[str]:
        try:
            return list_folder(self._checkout, folder)
        except ReadError as error:
            self._unlisted[folder] = self._lost(error, folder)
            return []
