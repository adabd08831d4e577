"""Roles: where Ansible would find them in the repository, and what their folders hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from exporter.declared.ansible.located_data import LocatedMap
from exporter.declared.ansible.paths import join_path, list_folder
from exporter.declared.ansible.variable_files import VariableFiles
from exporter.declared.ansible.variable_layer import VariableLayer
from exporter.domain.errors import ReadError

_SUFFIXES = (".yml", ".yaml", "", ".json")
_USUAL_FOLDERS = ("roles", "ansible/roles", "playbooks/roles", "ansible/playbooks/roles")


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role: its folder, its variables and defaults (the overriding first), its tasks' file.

    *handlers* is the file of its handlers, or empty.
    *broken* is why its dependencies are not known, if so.
    """

    folder: str
    variables: tuple[VariableLayer, ...] = ()
    defaults: tuple[VariableLayer, ...] = ()
    tasks: str = ""
    handlers: str = ""
    dependencies: tuple[Any, ...] = ()
    broken: ReadError | None = None


class RoleFinder:
    """Finds roles, and reads each one once."""

    def __init__(self, variables: VariableFiles) -> None:
        self._variables = variables
        self._documents = variables.documents
        self._checkout = self._documents.checkout
        self._layers: dict[str, tuple[VariableLayer, ...]] = {}
        self._names: dict[tuple[str, ...], frozenset[str]] = {}

    def names(self, folders: Sequence[str]) -> frozenset[str]:
        """Return the names of all roles that can be seen from *folders*."""
        key = tuple(folders)
        if key not in self._names:
            places = {PurePosixPath(place).parent.as_posix() for place in self.places("_", folders)}
            found = (
                self._listed(place) for place in places if PurePosixPath(place).name == "roles"
            )
            self._names[key] = frozenset(name for names in found for name in names)
        return self._names[key]

    def _listed(self, folder: str) -> list[str]:
        try:
            inside = list_folder(self._checkout, folder) if self._checkout.is_dir(folder) else []
        except ReadError:
            return []
        return [PurePosixPath(path).name for path in inside]

    def find(self, name: str, *, folders: Sequence[str]) -> Role | None:
        """Return the role *name* as seen from *folders*, or None where it is not here."""
        for path in self.places(name, folders):
            if self._checkout.is_dir(path) and self._looks_like_role(path):
                return Role(folder=path)
        return None

    def places(self, name: str, folders: Sequence[str]) -> Iterator[str]:
        """Yield the paths at which the role *name* may lie, as seen from *folders*."""
        short = name if "/" in name else self._without_collection(name, folders)
        for folder in folders:
            parts = PurePosixPath(folder)
            for base in (parts, *parts.parents):
                yield join_path(base.as_posix(), "roles", short)
            yield join_path(folder, short)
            if PurePosixPath(folder).name == "tasks":
                yield join_path(parts.parent.parent.as_posix(), short)
        for usual in _USUAL_FOLDERS:
            yield join_path(usual, short)

    def _without_collection(self, name: str, folders: Sequence[str]) -> str:
        """Return the last part of ``namespace.collection.role`` if that collection is this one."""
        collection, _, role = name.rpartition(".")
        if collection.count(".") != 1:
            return name
        for folder in folders:
            for base in (PurePosixPath(folder), *PurePosixPath(folder).parents):
                path = join_path(base.as_posix(), "galaxy.yml")
                if self._checkout.is_file(path) and self._collection(path) == collection:
                    return role
        return name

    def _collection(self, path: str) -> str:
        try:
            document = self._documents.read(path)
        except ReadError:
            return ""
        if not isinstance(document, dict):
            return ""
        return f"{document.get('namespace')}.{document.get('name')}"

    def _looks_like_role(self, path: str) -> bool:
        parts = ("tasks", "defaults", "vars", "meta", "handlers")
        return any(self._checkout.is_dir(join_path(path, part)) for part in parts)

    def load(self, role: Role, *, options: Mapping[str, Any]) -> Role:
        """Return *role* with what its folder holds; *options* are ``tasks_from`` and the like."""
        dependencies, broken = self._dependencies(role.folder)
        return replace(
            role,
            variables=self._read(join_path(role.folder, "vars"), options.get("vars_from")),
            defaults=self._read(join_path(role.folder, "defaults"), options.get("defaults_from")),
            tasks=self._file(join_path(role.folder, "tasks"), _chosen(options.get("tasks_from"))),
            handlers=self._file(
                join_path(role.folder, "handlers"), _chosen(options.get("handlers_from"))
            ),
            dependencies=dependencies,
            broken=broken,
        )

    def _file(self, folder: str, name: str) -> str:
        paths = [
            join_path(folder, name),
            *(join_path(folder, name + suffix) for suffix in _SUFFIXES),
        ]
        return next((path for path in paths if self._checkout.is_file(path)), "")

    def _read(self, folder: str, given: Any) -> tuple[VariableLayer, ...]:
        """Return the variables of ``main.yml``, or of every file in a folder ``main``."""
        if isinstance(given, str) and "{" in given:
            where = self._documents.place(folder, 0)
            return (self._variables.any_of(self._inside(folder), where),)
        name = _chosen(given)
        key = join_path(folder, name)
        if key not in self._layers:
            self._layers[key] = ()
            if path := self._file(folder, name):
                self._layers[key] = (self._variables.layer(path),)
            elif self._checkout.is_dir(key):
                layers = [self._variables.layer(path) for path in self._inside(key)]
                self._layers[key] = tuple(reversed(layers))
        return self._layers[key]

    def _inside(self, folder: str) -> list[str]:
        """Return the files of a folder of variables; the folder itself where it is closed."""
        try:
            return [
                path for path in list_folder(self._checkout, folder) if self._checkout.is_file(path)
            ]
        except ReadError:
            return [folder]

    def _dependencies(self, folder: str) -> tuple[tuple[Any, ...], ReadError | None]:
        path = self._file(join_path(folder, "meta"), "main")
        try:
            document = self._documents.read(path) if path else None
        except ReadError as error:
            return (), error
        found = document.get("dependencies") if isinstance(document, LocatedMap) else None
        return (tuple(found) if isinstance(found, list) else ()), None


def _chosen(name: Any) -> str:
    return name if isinstance(name, str) and "{" not in name else "main"
