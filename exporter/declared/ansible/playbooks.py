"""Which playbooks the settings name, and how a playbook begins."""

from collections.abc import Sequence
from typing import Any

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.paths import list_folder, normalize_path, relative_to_file
from exporter.domain.errors import ReadError, Reason

_IMPORTS = ("import_playbook", "ansible.builtin.import_playbook")


def playbook_paths(pattern: str, *, documents: Documents) -> list[str]:
    """Return the playbooks that a file, a directory or a shell *pattern* names, in their order.

    Of a directory those files at its top count that hold plays. Raises :exc:`ReadError`.
    """
    checkout = documents.checkout
    matched = checkout.match(pattern)
    if not matched:
        raise ReadError("matches nothing", reason=Reason.MISSING, path=pattern)
    found: list[str] = []
    for path in matched:
        if not checkout.is_dir(path):
            found.append(normalize_path(path))
            continue
        inside = [
            inside for inside in list_folder(checkout, path) if inside.endswith((".yml", ".yaml"))
        ]
        found += (normalize_path(file) for file in inside if _may_hold_plays(file, documents))
    return found


def _may_hold_plays(path: str, documents: Documents) -> bool:
    """Tell whether a file of a directory is a playbook; a broken one may be."""
    if documents.checkout.is_dir(path):
        return False
    try:
        document = documents.read(path)
    except ReadError:
        return True
    return isinstance(document, list) and any(_is_play(entry) for entry in document)


def _is_play(entry: Any) -> bool:
    return isinstance(entry, dict) and ("hosts" in entry or bool(imported_playbook(entry)))


def imported_playbook(entry: Any) -> str:
    """Return the playbook that an entry imports, as it names it, or an empty text."""
    if not isinstance(entry, dict):
        return ""
    given = [entry[key] for key in _IMPORTS if isinstance(entry.get(key), str)]
    return given[0].strip() if given else ""


def imports_of(paths: Sequence[str], *, documents: Documents) -> set[str]:
    """Return the playbooks that those at *paths* import."""
    found: set[str] = set()
    for path in paths:
        try:
            document = documents.read(path)
        except ReadError:
            continue
        names = (
            [imported_playbook(entry) for entry in document] if isinstance(document, list) else []
        )
        found.update(relative_to_file(path, name) for name in names if name)
    return found
