"""Tasks that are not known: in files that could not be read, or whose name is templated."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from exporter.declared.ansible.expanded_playbooks import ExpandedPlaybooks
from exporter.declared.ansible.include_candidates import candidate_files, candidate_roles
from exporter.declared.ansible.node_keywords import TASK_ATTRIBUTES, sets_variables
from exporter.declared.ansible.play_variables import PlayVariables
from exporter.declared.ansible.task_context import TaskContext
from exporter.declared.ansible.task_file_scanner import TaskFileScanner
from exporter.declared.ansible.tasks import UnreadTasks, facts_set
from exporter.declared.ansible.variable_layer import VariableLayer
from exporter.domain.errors import ReadError
from exporter.domain.provenance import Place, Source


class UnknownTasks:
    """Notes what tasks that are not known may set: attributes of nodes, and variables."""

    def __init__(
        self, scanner: TaskFileScanner, variables: PlayVariables, found: ExpandedPlaybooks
    ) -> None:
        self._scanner = scanner
        self._variables = variables
        self._found = found
        self._documents = scanner.documents
        self._checkout = scanner.documents.checkout
        self.passed_over = 0

    def count(self) -> int:
        """Return how much is known to be unknown so far."""
        unread = sum(isinstance(step, UnreadTasks) for step in self._found.steps)
        return unread + len(self._found.absent) + len(self._found.failures) + self.passed_over

    def note_unread(self, error: ReadError, *, path: str, context: TaskContext) -> None:
        """Note a file that could not be read."""
        part = error.path or path
        failure = self._checkout.failure(Source.ANSIBLE, error, path=path, part=part)
        self._found.failures[failure] = None
        self._found.unread_files.add(part)
        unread = self._documents.unread(error, path=path)
        if part != context.playbook and sets_variables(unread.text):
            self._variables.hide(context, [VariableLayer.hidden(unread)])
        folders = (PurePosixPath(part).parent.as_posix(), *context.folders)
        attributes = self._scanner.attributes_of(unread, folders)
        self._add(attributes, message=unread.message, place=unread.place)

    def note_absent(self, message: str, place: Place) -> None:
        """Note tasks that are not in the repository."""
        self._found.note(place, message)
        self._add(TASK_ATTRIBUTES, message=message, place=place)

    def note_candidate_files(
        self, name: str, *, path: str, context: TaskContext, place: Place
    ) -> None:
        """Note what the files that a templated *name* in *path* may mean could set."""
        self.passed_over += 1
        for candidate in candidate_files(name, path=path, checkout=self._checkout):
            attributes = self._scanner.attributes_of_files([candidate], context.folders)
            message = f"only a run would tell whether {candidate} is included"
            self._doubtful(attributes, message=message, place=place)
            self._note_variables(candidate)

    def note_candidate_roles(self, name: str, *, context: TaskContext, place: Place) -> None:
        """Note what the roles that a templated *name* may mean could set."""
        self.passed_over += 1
        found = candidate_roles(
            name, folders=context.folders, finder=self._scanner.roles, checkout=self._checkout
        )
        for folder in found:
            attributes = self._scanner.attributes_of_role(folder, context.folders)
            message = f"only a run would tell whether the role {folder} is used"
            self._doubtful(attributes, message=message, place=place)
            for path in self._scanner.role_files(folder):
                self._note_variables(path)

    def _doubtful(self, attributes: frozenset[str], *, message: str, place: Place) -> None:
        if attributes:
            self._found.note(place, message)
            self._add(attributes, message=message, place=place)

    def _add(self, attributes: frozenset[str], *, message: str, place: Place) -> None:
        if attributes:
            self._found.steps.append(
                UnreadTasks(place=place, message=message, attributes=attributes)
            )

    def _note_variables(self, path: str) -> None:
        """Note the variables that the tasks of a file may set while they run."""
        try:
            self._found.set_at_run_time.update(variables_set(self._documents.read(path)))
        except ReadError:
            return  # what it could say is noted by its words


def variables_set(value: Any) -> Iterator[str]:
    """Yield the variables that tasks set while they run, wherever in *value* they stand."""
    if isinstance(value, list):
        for item in value:
            yield from variables_set(item)
    if isinstance(value, dict):
        for key, content in value.items():
            if key == "register" and isinstance(content, str):
                yield content
            elif str(key).endswith("set_fact"):
                yield from filter(None, facts_set(content))
            else:
                yield from variables_set(content)
