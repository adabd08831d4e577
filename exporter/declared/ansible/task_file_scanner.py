"""Which attributes of nodes an unreadable task file may set, by the words in its text."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.node_keywords import TASK_ATTRIBUTES, attributes_mentioned
from exporter.declared.ansible.paths import join_path, normalize_path
from exporter.declared.ansible.referenced_files import ReferencedFiles
from exporter.declared.ansible.roles import RoleFinder
from exporter.declared.ansible.text_references import (
    Reference,
    ReferenceKind,
    is_templated,
    references,
    tokens,
)
from exporter.declared.ansible.unread_file import UnreadFile, searchable_text
from exporter.domain.declaration import LABELS, TAINTS
from exporter.domain.errors import ReadError

MAX_FILES = 300
MAX_TEXT = 262_144
MAX_TOKENS = 4_000
MAX_TOTAL = 4_194_304
_SUFFIXED = re.compile(r"\.[A-Za-z]\w*$")
_PARTS = ("tasks", "handlers", "templates", "files", "meta", "library")
"""The folders of a role whose text counts; its variables are looked at where they are used."""


class _UndecidableError(Exception):
    """Some of what a file leads to is no text, or only a run knows what it is."""


@dataclass(slots=True)
class TaskFileScanner:
    """Narrows what files may set by their words, and by those of all files to which they lead.

    So many letters are *left* to be looked through for all files of a reading together.
    """

    documents: Documents
    roles: RoleFinder
    referenced: ReferencedFiles
    left: int = MAX_TOTAL
    _known: dict[tuple[str, ...], frozenset[str]] = field(default_factory=dict)

    def attributes_of(self, unread: UnreadFile, folders: Sequence[str]) -> frozenset[str]:
        """Return what *unread* may set, seen from *folders*; in doubt, everything."""
        key = (unread.place.path, unread.text or "", *folders)
        if key not in self._known:
            try:
                pending = {unread.place.path: unread.text}
                self._known[key] = self._closure(pending, folders, strict=True)
            except _UndecidableError:
                self._known[key] = TASK_ATTRIBUTES
        return self._known[key]

    def attributes_of_files(self, paths: Sequence[str], folders: Sequence[str]) -> frozenset[str]:
        """Return the labels and taints that readable task files may set, by their words."""
        found = self._closure({path: self._text(path) for path in paths}, folders, strict=False)
        return found & {LABELS, TAINTS}

    def attributes_of_role(self, folder: str, folders: Sequence[str]) -> frozenset[str]:
        """Return the labels and taints that the tasks of a role may set, by their words."""
        return self.attributes_of_files(self.role_files(folder), folders)

    def role_files(self, folder: str) -> list[str]:
        """Return the files of a role that may matter; the folder itself if it cannot be listed."""
        try:
            return self._role_files(folder)
        except _UndecidableError:
            return [folder]

    def _closure(
        self, start: Mapping[str, str | None], folders: Sequence[str], *, strict: bool
    ) -> frozenset[str]:
        """Return what all files to which *start* leads may set.

        Raises where, if *strict*, some of it cannot be told by its words.
        """
        found: set[str] = set()
        seen, pending = set(start), list(start.items())
        while pending:
            path, text = pending.pop()
            self.left -= len(text or "")
            if text is None or len(text) > MAX_TEXT or len(seen) > MAX_FILES or self.left < 0:
                if strict:
                    raise _UndecidableError
                return TASK_ATTRIBUTES
            if strict and is_templated(text):
                raise _UndecidableError
            found |= attributes_mentioned(text)
            search_folders = (normalize_path(join_path(path, "..")), *folders)
            for followed in self._followed(text, search_folders, strict=strict):
                if followed not in seen:
                    seen.add(followed)
                    pending.append((followed, self._text(followed)))
        return frozenset(found)

    def _text(self, path: str) -> str | None:
        text = self.referenced.read(path)
        return None if text is None else searchable_text(text)

    def _followed(self, text: str, folders: Sequence[str], *, strict: bool) -> Iterator[str]:
        """Yield the files to which *text* leads; if *strict*, raises where one is not found."""
        for reference in references(text) if strict else ():
            yield from self._named(reference, folders)
        words, known = tokens(text), self.roles.names(folders)
        if strict and len(words) > MAX_TOKENS:
            raise _UndecidableError
        for word in words[:MAX_TOKENS]:
            role = self.roles.find(word, folders=folders) if word in known else None
            if role is not None:
                yield from self._role_files(role.folder)
            elif _SUFFIXED.search(word):
                yield from self._file(word, folders)

    def _named(self, reference: Reference, folders: Sequence[str]) -> list[str]:
        if reference.kind is ReferenceKind.ROLE:
            role = self.roles.find(reference.name, folders=folders)
            if role is None:
                raise _UndecidableError
            return self._role_files(role.folder)
        found = self._file(reference.name, folders)
        if not found and "://" not in reference.name:
            raise _UndecidableError
        return found

    def _file(self, name: str, folders: Sequence[str]) -> list[str]:
        """Return the first file that *name* means, seen from *folders*."""
        checkout = self.documents.checkout
        for folder in folders:
            for part in (".", "templates", "files", "tasks", "../templates", "../files"):
                path = normalize_path(join_path(folder, part, name))
                if checkout.is_file(path):
                    return [path]
        return []

    def _role_files(self, folder: str) -> list[str]:
        """Return the files of a role that may matter."""
        found: list[str] = []
        for part in _PARTS:
            path = join_path(folder, part)
            if self.documents.checkout.is_dir(path):
                try:
                    found += self.documents.checkout.files(path, suffixes=("",))
                except ReadError:
                    raise _UndecidableError from None
        return found
