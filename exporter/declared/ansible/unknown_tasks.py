"""Tasks that nobody can tell: in files that could not be read, or that only a run would name."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from exporter.declared.ansible.extent import Extents
from exporter.declared.ansible.found import Unfolded
from exporter.declared.ansible.play_variables import PlayVariables
from exporter.declared.ansible.possible import possible_files, possible_roles
from exporter.declared.ansible.steps import Surroundings, Untold
from exporter.declared.ansible.values import Layer
from exporter.declared.ansible.words import SETTABLE, sets_variables
from exporter.domain.errors import ReadError
from exporter.domain.provenance import Place, Source


class UnknownTasks:
    """Notes what could be said by tasks that are not known, and which variables they may set."""

    def __init__(self, extents: Extents, variables: PlayVariables, found: Unfolded) -> None:
        self._extents = extents
        self._variables = variables
        self._found = found
        self._documents = extents.documents
        self._checkout = extents.documents.checkout

    def lost(self, error: ReadError, *, path: str, around: Surroundings) -> None:
        """Note a file that could not be read."""
        part = error.path or path
        failure = self._checkout.failure(Source.ANSIBLE, error, path=path, part=part)
        self._found.failures[failure] = None
        self._found.lost.add(part)
        unread = self._documents.unread(error, path=path)
        if part != around.playbook and sets_variables(unread.text):
            self._variables.hide(around, [Layer.hidden(unread)])
        folders = (PurePosixPath(part).parent.as_posix(), *around.folders)
        said = self._extents.of(unread, folders)
        self._add(said, message=unread.message, place=unread.place)

    def absent(self, message: str, place: Place) -> None:
        """Note tasks that are not in the repository."""
        self._found.note(place, message)
        self._add(SETTABLE, message=message, place=place)

    def possible_files(self, name: str, *, path: str, around: Surroundings, place: Place) -> None:
        """Note what the files that a templated *name* in *path* may mean could say."""
        for one in possible_files(name, path=path, checkout=self._checkout):
            said = self._extents.of_files([one], around.folders)
            message = f"only a run would tell whether {one} is included"
            self._doubtful(said, message=message, place=place)
            self._note_variables(one)

    def possible_roles(self, name: str, *, around: Surroundings, place: Place) -> None:
        """Note what the roles that a templated *name* may mean could say."""
        found = possible_roles(
            name, folders=around.folders, finder=self._extents.roles, checkout=self._checkout
        )
        for folder in found:
            said = self._extents.of_role(folder, around.folders)
            message = f"only a run would tell whether the role {folder} is used"
            self._doubtful(said, message=message, place=place)
            for path in self._extents.files(folder):
                self._note_variables(path)

    def _doubtful(self, attributes: frozenset[str], *, message: str, place: Place) -> None:
        if attributes:
            self._found.note(place, message)
            self._add(attributes, message=message, place=place)

    def _add(self, attributes: frozenset[str], *, message: str, place: Place) -> None:
        if attributes:
            self._found.steps.append(Untold(place=place, message=message, attributes=attributes))

    def _note_variables(self, path: str) -> None:
        """Note the variables that the tasks of a file may set while they run."""
        try:
            self._found.volatile.update(variables_set(self._documents.read(path)))
        except ReadError:
            return  # what it could say is noted by its words


def variables_set(value: Any) -> Iterator[str]:
    """Yield the variables that tasks set while they run, wherever in *value* they stand."""
    if isinstance(value, list):
        for one in value:
            yield from variables_set(one)
    if isinstance(value, dict):
        for key, one in value.items():
            if key == "register" and isinstance(one, str):
                yield one
            elif str(key).endswith("set_fact") and isinstance(one, dict):
                yield from (str(name) for name in one)
            else:
                yield from variables_set(one)
