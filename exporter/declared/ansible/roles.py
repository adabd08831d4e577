"""Roles: where Ansible would find them in the repository, and what their folders hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.values import (
    Layer,
    PlacedMap,
    beside,
    listing,
)
from exporter.domain.errors import ReadError

_SUFFIXES = (".yml", ".yaml", "", ".json")
_USUAL_FOLDERS = ("roles", "ansible/roles", "playbooks/roles", "ansible/playbooks/roles")


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role: its folder, its variables and defaults (the overriding first), its tasks' file."""

    folder: str
    variables: tuple[Layer, ...] = ()
    defaults: tuple[Layer, ...] = ()
    tasks: str = ""
    dependencies: tuple[Any, ...] = ()


class RoleFinder:
    """Finds roles, and reads each one once."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._checkout = documents.checkout
        self._layers: dict[str, tuple[Layer, ...]] = {}

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
                yield beside(base.as_posix(), "roles", short)
            yield beside(folder, short)
            if PurePosixPath(folder).name == "tasks":
                yield beside(parts.parent.parent.as_posix(), short)
        for usual in _USUAL_FOLDERS:
            yield beside(usual, short)

    def _without_collection(self, name: str, folders: Sequence[str]) -> str:
        """Return the last part of ``namespace.collection.role`` if that collection is this one."""
        collection, _, role = name.rpartition(".")
        if collection.count(".") != 1:
            return name
        for folder in folders:
            for base in (PurePosixPath(folder), *PurePosixPath(folder).parents):
                path = beside(base.as_posix(), "galaxy.yml")
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
        return any(self._checkout.is_dir(beside(path, part)) for part in parts)

    def load(self, role: Role, *, options: Mapping[str, Any]) -> Role:
        """Return *role* with what its folder holds; *options* are ``tasks_from`` and the like.

        Raises :exc:`ReadError` where a file of it cannot be read.
        """

        def chosen(key: str) -> str:
            name = options.get(key)
            return name if isinstance(name, str) and "{" not in name else "main"

        return replace(
            role,
            variables=self._read(beside(role.folder, "vars"), chosen("vars_from")),
            defaults=self._read(beside(role.folder, "defaults"), chosen("defaults_from")),
            tasks=self._file(beside(role.folder, "tasks"), chosen("tasks_from")),
            dependencies=self._dependencies(role.folder),
        )

    def _file(self, folder: str, name: str) -> str:
        paths = [beside(folder, name), *(beside(folder, name + one) for one in _SUFFIXES)]
        return next((path for path in paths if self._checkout.is_file(path)), "")

    def _read(self, folder: str, name: str) -> tuple[Layer, ...]:
        """Return the variables of ``main.yml``, or of every file in a folder ``main``."""
        key = beside(folder, name)
        if key not in self._layers:
            self._layers[key] = ()
            if path := self._file(folder, name):
                self._layers[key] = (self._documents.layer(path),)
            elif self._checkout.is_dir(key):
                paths = listing(self._checkout, key)
                found = [one for one in paths if self._checkout.is_file(one)]
                layers = [self._documents.layer(one) for one in found]
                self._layers[key] = tuple(reversed(layers))
        return self._layers[key]

    def _dependencies(self, folder: str) -> tuple[Any, ...]:
        path = self._file(beside(folder, "meta"), "main")
        document = self._documents.read(path) if path else None
        found = document.get("dependencies") if isinstance(document, PlacedMap) else None
        return tuple(found) if isinstance(found, list) else ()
