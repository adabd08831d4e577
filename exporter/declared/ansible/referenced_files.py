"""Files that tasks refer to: scripts, templates, manifests. They are looked at as text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from exporter.declared.ansible.documents import MAX_TOTAL, Documents
from exporter.declared.ansible.located_data import as_items
from exporter.declared.ansible.paths import join_path, normalize_path
from exporter.domain.errors import ReadError

FOLDERS = {
    "template": ("templates",),
    "copy": ("files",),
    "script": ("files",),
    "k8s": ("templates", "files"),
}
"""Modules that refer to files, and the folders of a role or playbook in which these lie."""

_KEYS = ("src", "template", "_raw_params", "cmd", "path")
_LOOKUP = re.compile(r"\b(?:lookup|query|q)\(\s*['\"][\w.]*(?:template|file)['\"]\s*,\s*([^)|]+)")
_QUOTED = re.compile(r"['\"]([^'\"{}]+)['\"]\s*,?\s*$")
_PREFIX = re.compile(r"\{\{\s*(?:playbook_dir|role_path)\s*\}\}/")


@dataclass(frozen=True, slots=True)
class ReferencedText:
    """What a task refers to, as text; some of it may be *missing*, or there and *unreadable*."""

    text: str = ""
    missing: bool = False
    unreadable: bool = False


@dataclass(slots=True)
class ReferencedFiles:
    """Finds and reads what tasks refer to; each file is read once, all together up to *left*."""

    documents: Documents
    left: int = MAX_TOTAL
    _texts: dict[str, str | None] = field(default_factory=dict)

    def of(self, module: str, arguments: Any, *, folders: Sequence[str]) -> ReferencedText:
        """Return what a task with these *arguments*, seen from *folders*, refers to."""
        kinds = FOLDERS.get(module)
        if kinds is None:
            return ReferencedText()
        named = [
            list(self._paths(name, kinds=kinds, folders=folders))
            for name in _names(module, arguments)
        ]
        texts = [self.read(path) for paths in named for path in paths]
        return ReferencedText(
            text="\n".join(text for text in texts if text is not None),
            missing=not all(named),
            unreadable=None in texts,
        )

    def read(self, path: str) -> str | None:
        """Return the text of a file, None where it is none, or more than can be looked at."""
        if path not in self._texts:
            text = self.documents.text(path) if self.left > 0 else None
            self.left -= len(text or "")
            self._texts[path] = text if self.left >= 0 else None
        return self._texts[path]

    def _paths(self, name: str, *, kinds: Sequence[str], folders: Sequence[str]) -> Iterator[str]:
        """Yield the file that *name* means, or all that it may mean."""
        checkout, plain = self.documents.checkout, _PREFIX.sub("", name)
        places = [
            place
            for folder in folders
            for place in (
                folder,
                *(join_path(folder, up, kind) for kind in kinds for up in (".", "..")),
            )
        ]
        if "{" not in plain:
            paths = (normalize_path(join_path(place, plain)) for place in places)
            yield from [path for path in paths if checkout.is_file(path)][:1]
            return
        for place in dict.fromkeys(
            normalize_path(place) for place in places if place not in folders
        ):
            yield from self._files(place)

    def _files(self, folder: str) -> list[str]:
        checkout = self.documents.checkout
        try:
            return checkout.files(folder, suffixes=("",)) if checkout.is_dir(folder) else []
        except ReadError:
            return [folder]


def _names(module: str, arguments: Any) -> Iterator[str]:
    """Yield what stands for a file in the arguments of a task, untemplated."""
    if isinstance(arguments, str):
        yield from _in_text(module, arguments)
        return
    if not isinstance(arguments, dict):
        return
    for key in _KEYS:
        for entry in as_items(arguments.get(key)):
            name = entry.get("path") if isinstance(entry, dict) else entry
            if isinstance(name, str) and name.strip():
                yield name.split()[0] if module == "script" else name
    for key in ("definition", "resource_definition", "content"):
        if isinstance(text := arguments.get(key), str):
            yield from lookup_files(text)


def _in_text(module: str, text: str) -> Iterator[str]:
    """Yield the file in arguments that are written in a line."""
    if module == "script":
        yield from text.split()[:1]
        return
    yield from re.findall(r"\b(?:src|template)=(\S+)", text)
    yield from lookup_files(text)


def lookup_files(text: str) -> Iterator[str]:
    """Yield the files that a template reads; ``{}`` for one that only a run would name."""
    for match in _LOOKUP.finditer(text):
        quoted = _QUOTED.match(match[1].strip())
        yield quoted[1] if quoted else "{}"
