"""Playbooks expanded into the tasks that they run: imported playbooks and plays."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.expanded_playbooks import ExpandedPlaybooks
from exporter.declared.ansible.located_data import LocatedList, LocatedMap, as_items
from exporter.declared.ansible.paths import relative_to_file
from exporter.declared.ansible.playbooks import imported_playbook, imports_of
from exporter.declared.ansible.roles import Role
from exporter.declared.ansible.task_context import TaskContext
from exporter.declared.ansible.task_expander import TaskExpander
from exporter.declared.ansible.tasks import Task, never_runs
from exporter.domain.errors import ReadError, Reason
from exporter.domain.finding import Subject


class PlaybookExpander:
    """Expands playbooks; a file that cannot be read becomes a failure, and the rest goes on."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._expander = TaskExpander(documents)
        self._variables = self._expander.variables
        self._expanded = self._expander.expanded
        self._followed: set[str] = set()

    def expand(self, paths: Sequence[str]) -> ExpandedPlaybooks:
        """Expand the playbooks at *paths*; one that another imports is not expanded again."""
        imported = imports_of(paths, documents=self._documents)
        for path in sorted(paths, key=imported.__contains__):
            if path not in self._followed:
                context = TaskContext(playbook=path, hosts=None, folders=())
                with self._expander.note_unread(path, context):
                    self._playbook(path, context)
        variable_files = self._expander.variable_files.paths
        self._expanded.unread_files -= variable_files
        self._expanded.steps = [
            step
            for step in self._expanded.steps
            if isinstance(step, Task) or step.place.path not in variable_files
        ]
        return self._expanded

    def _playbook(self, path: str, context: TaskContext) -> None:
        if path in context.files:
            raise ReadError("imports itself", reason=Reason.MALFORMED, path=path)
        self._followed.add(path)
        document = self._documents.read(path)
        if document is None:
            return
        if not isinstance(document, LocatedList):
            raise ReadError("is no list of plays", reason=Reason.MALFORMED, path=path, line=1)
        for index, entry in enumerate(document):
            self._expander.spend(path)
            with self._expander.note_unread(path, context):
                self._entry(entry, path, document.lines[index], context)

    def _entry(self, entry: Any, path: str, line: int, context: TaskContext) -> None:
        """Follow a play, or the import of a playbook."""
        name = imported_playbook(entry)
        if not isinstance(entry, LocatedMap) or not (name or "hosts" in entry):
            raise ReadError(
                "is no play: it has no hosts", reason=Reason.MALFORMED, path=path, line=line
            )
        if never_runs(entry):
            return
        if not name:
            place = self._documents.place(path, line)
            named = str(entry.get("name") or line)
            self._play(entry, path, replace(context, play=named, place=place))
        elif "{" in name or (name.count(".") > 1 and not name.endswith((".yml", ".yaml"))):
            place = self._documents.place(path, line)
            message = f"the playbook {name[:80]!r} is not in the repository"
            self._expanded.note_absent(
                Subject("Playbook", "", name[:253]), place=place, message=message
            )
        else:
            inside = replace(self._expander.within(entry, context), files=(*context.files, path))
            with self._expander.note_unread(path, inside):
                self._playbook(relative_to_file(path, name), inside)

    def _play(self, play: LocatedMap, path: str, context: TaskContext) -> None:
        folder = PurePosixPath(path).parent.as_posix()
        self._variables.begin()
        self._expander.begin_play()
        prompts = [entry for entry in as_items(play.get("vars_prompt")) if isinstance(entry, dict)]
        self._expanded.set_at_run_time.update(
            str(prompt.get("name")) for prompt in prompts if prompt.get("default") is None
        )
        own = replace(
            context,
            hosts=play["hosts"],
            folders=(folder,),
            overrides=(
                *context.overrides,
                *self._variables.of_vars_files(play, folder),
                *self._variables.of_prompts(play),
                *self._variables.of_entry(play),
            ),
        )
        roles = list(self._roles_of_play(play, path, own))
        self._variables.expose(None)
        all_roles = [role for _, role in roles]
        inside = replace(
            own,
            overrides=(*(layer for role in all_roles for layer in role.variables), *own.overrides),
            defaults=tuple(layer for role in reversed(all_roles) for layer in role.defaults),
        )
        self._section(play, "pre_tasks", path, inside)
        for entry, role in roles:
            given = self._expander.with_parameters(entry, inside)
            with self._expander.note_unread(path, inside):
                self._expander.run_role(role, given, inside)
        self._section(play, "tasks", path, inside)
        self._section(play, "post_tasks", path, inside)
        self._expander.handlers(play.get("handlers"), path, inside)
        self._expanded.add_used(self._variables.usage)

    def _section(self, play: LocatedMap, name: str, path: str, context: TaskContext) -> None:
        with self._expander.note_unread(path, context):
            self._expander.tasks(play.get(name), path, context)

    def _roles_of_play(
        self, play: LocatedMap, path: str, context: TaskContext
    ) -> Iterator[tuple[Any, Role]]:
        entries = as_items(play.get("roles"))
        lines = entries.lines if isinstance(entries, LocatedList) else [play.line] * len(entries)
        for entry, line in zip(entries, lines, strict=True):
            place = self._documents.place(path, line)
            for role in self._expander.named_roles(entry, place, context):
                yield entry, role
