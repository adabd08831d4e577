"""Tasks expanded: blocks, includes and roles, with what surrounds each task."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.expanded_playbooks import ExpandedPlaybooks
from exporter.declared.ansible.include_candidates import included_files
from exporter.declared.ansible.located_data import LocatedList, LocatedMap, as_items
from exporter.declared.ansible.paths import join_path
from exporter.declared.ansible.play_variables import PlayVariables, without_folders
from exporter.declared.ansible.referenced_files import ReferencedFiles
from exporter.declared.ansible.relevance import EVALUATED_MODULES, argument_text, is_relevant
from exporter.declared.ansible.roles import Role, RoleFinder
from exporter.declared.ansible.task_context import TaskContext, conditions_of, loop_of
from exporter.declared.ansible.task_file_scanner import TaskFileScanner
from exporter.declared.ansible.tasks import Task, facts_set, may_be_notified, module_of, never_runs
from exporter.declared.ansible.unknown_tasks import UnknownTasks
from exporter.declared.ansible.unread_file import UnreadFile
from exporter.declared.ansible.variable_files import VariableFiles
from exporter.declared.ansible.variable_layer import VariableLayer, layer_of
from exporter.domain.errors import ReadError, Reason
from exporter.domain.finding import Subject
from exporter.domain.provenance import Place

MAX_DEPTH = 24
MAX_STEPS = 50_000
_INCLUDES = frozenset({"include_tasks", "import_tasks", "include"})
_ROLE_INCLUDES = frozenset({"include_role", "import_role"})
_NOTIFIED = "a handler runs only when it is notified"
_RESCUE = "it is done only where the block before it fails"


class TaskExpander:
    """Expands blocks, includes and roles; tasks that concern us are collected in *expanded*."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self.variable_files = VariableFiles(documents)
        self.expanded = ExpandedPlaybooks(failures=self.variable_files.failures)
        self.variables = PlayVariables(self.variable_files, self.expanded)
        self._roles = RoleFinder(self.variable_files)
        self._referenced = ReferencedFiles(documents)
        scanner = TaskFileScanner(documents, self._roles, self._referenced)
        self._unknown = UnknownTasks(scanner, self.variables, self.expanded)
        self._handlers: dict[str, TaskContext] = {}
        self._notified: set[str] = set()
        self._open = 0
        self._left = MAX_STEPS

    @contextmanager
    def note_unread(self, path: str, context: TaskContext) -> Iterator[None]:
        """Turn what cannot be read inside into a failure of the file at *path*."""
        try:
            yield
        except ReadError as error:
            self._unknown.note_unread(error, path=path, context=context)

    def spend(self, path: str) -> None:
        """Count a play, role or task; raises :exc:`ReadError` where there are too many."""
        self._left -= 1
        if self._left < 0:
            raise ReadError(
                f"leads to more than {MAX_STEPS} tasks", reason=Reason.TOO_LARGE, path=path
            )

    def named_roles(self, entry: Any, place: Place, context: TaskContext) -> list[Role]:
        """Find and load the role that *entry* names; note one that is not in the repository."""
        options = entry if isinstance(entry, dict) else {}
        name = options.get("role", options.get("name")) if options else entry
        if not isinstance(name, str):
            return []
        if "{" in name:
            self._unknown.note_candidate_roles(name, context=context, place=place)
            return []
        role = self._roles.find(name, folders=context.folders)
        if role is None:
            subject = Subject("Role", "", name[:253])
            if subject not in self.expanded.absent:
                message = f"the role {name[:80]!r} is not in the repository"
                self.expanded.note_absent(subject, place=place, message=message)
            return []
        return [self._loaded(role, options=options, context=context, place=place)]

    def _loaded(self, role: Role, *, options: Any, context: TaskContext, place: Place) -> Role:
        role = self._roles.load(role, options=options)
        self.variables.usage.add((*role.variables, *role.defaults))
        self.variables.expose(role)
        if role.broken is not None:
            self._unknown.note_unread(role.broken, path=role.folder, context=context)
        given = options.get("tasks_from")
        if isinstance(given, str) and "{" in given:
            path = join_path(role.folder, "tasks/main.yml")
            self._unknown.note_candidate_files(given, path=path, context=context, place=place)
            return replace(role, tasks="")
        return role

    def with_parameters(self, entry: Any, context: TaskContext) -> TaskContext:
        """Return the context of the tasks of an entry of ``roles``; its parameters override."""
        if not isinstance(entry, LocatedMap):
            return context
        inside = self.within(entry, context)
        return replace(
            inside,
            overrides=(layer_of(entry, checkout=self.documents.checkout), *inside.overrides),
            loops=context.loops,  # an entry of roles has none: with_x is a parameter as any other
        )

    def run_role(self, role: Role, context: TaskContext, outside: TaskContext) -> None:
        """Expand a role; what *context* adds to *outside* overrides the role's variables."""
        if context.depth > MAX_DEPTH:
            raise ReadError("roles nest too deeply", reason=Reason.MALFORMED, path=role.folder)
        self.spend(role.folder)
        given = (
            _names_of(role, self.documents),
            *context.overrides[: len(context.overrides) - len(outside.overrides)],
        )
        inside = replace(
            context,
            folders=(join_path(role.folder, "tasks"), *context.folders[-1:]),
            overrides=(*given, *role.variables, *outside.overrides),
            defaults=(*role.defaults, *context.defaults),
            depth=context.depth + 1,
        )
        for entry in role.dependencies:
            line = entry.line if isinstance(entry, LocatedMap) else 1
            place = self.documents.place(join_path(role.folder, "meta/main.yml"), line)
            for dependency in self.named_roles(entry, place, inside):
                self.run_role(dependency, self.with_parameters(entry, inside), inside)
                inside = replace(
                    inside,
                    overrides=(*inside.overrides, *dependency.variables),
                    defaults=(*inside.defaults, *dependency.defaults),
                )
        if role.tasks:
            self._task_file(role.tasks, inside)
        if role.handlers:
            self._handlers.setdefault(role.handlers, inside)

    def begin_play(self) -> None:
        """Begin with the tasks of another play."""
        self._handlers, self._notified, self._open = {}, set(), self._unknown.count()

    def handlers(self, own: Any, path: str, context: TaskContext) -> None:
        """Expand the handlers of a play, its *own* in *path* and those of its roles.

        One that no task notifies never runs, where all tasks are known.
        """
        known = self._unknown.count() == self._open
        notified = frozenset(self._notified) if known else None
        with self.note_unread(path, context):
            self.tasks(own, path, replace(context, uncertainty=_NOTIFIED, notified=notified))
        for file, inside in self._handlers.items():
            self._task_file(file, replace(inside, uncertainty=_NOTIFIED, notified=notified))

    def _task_file(self, path: str, context: TaskContext) -> None:
        """Expand a task file; one that includes itself, to try again, adds nothing new."""
        if path not in context.files:
            inside = replace(context, files=(*context.files, path))
            with self.note_unread(path, inside):
                self.tasks(self.documents.read(path), path, inside)

    def tasks(self, tasks: Any, path: str, context: TaskContext) -> None:
        """Expand a list of tasks; raises :exc:`ReadError` where it is none."""
        if tasks is None:
            return
        if not isinstance(tasks, LocatedList):
            raise ReadError("holds no list of tasks", reason=Reason.MALFORMED, path=path, line=1)
        if context.depth > MAX_DEPTH:
            raise ReadError("includes nest too deeply", reason=Reason.MALFORMED, path=path)
        for task in tasks:
            self.spend(path)
            if isinstance(task, LocatedMap) and not never_runs(task):
                self._task(task, path, context)

    def _task(self, task: LocatedMap, path: str, outside: TaskContext) -> None:
        if outside.notified is not None and not may_be_notified(task, outside.notified):
            return
        context = replace(self.within(task, outside), notified=None)
        if "block" in task:
            inside = replace(context, depth=context.depth + 1)
            self.tasks(task["block"], path, inside)
            self.tasks(task.get("rescue"), path, replace(inside, uncertainty=_RESCUE))
            self.tasks(task.get("always"), path, inside)
            return
        key, module, arguments = module_of(task)
        place = self.documents.place(path, task.line_of(key))
        self._note_set_at_run_time(task, module, arguments, context)
        if module == "include_vars":
            self.variables.include(arguments, place=place, context=context)
        if module in _INCLUDES:
            self._include(arguments, place, context)
        elif module in _ROLE_INCLUDES:
            for role in self.named_roles(arguments, place, context):
                self.run_role(role, context, outside)
        else:
            self._plain_task(task, module, arguments, place, context)

    def _plain_task(
        self, task: LocatedMap, module: str, arguments: Any, place: Place, context: TaskContext
    ) -> None:
        self.expanded.object_tasks.note(module, arguments, place=place)
        text = self._referenced.of(module, arguments, folders=context.folders)
        if is_relevant(module, arguments, text=text):
            self.variables.usage.evaluated.append(argument_text(task))
            self.expanded.steps.append(
                Task(
                    module=module,
                    arguments=arguments,
                    path=place.path,
                    line=place.line,
                    context=replace(
                        context, overrides=(*self.variables.exposed, *context.overrides)
                    ),
                    text=None if text.unreadable else text.text,
                )
            )
            if module not in EVALUATED_MODULES:
                self.variables.usage.others.append(f"{argument_text(task)}\n{text.text}")

    def within(self, entry: LocatedMap, context: TaskContext) -> TaskContext:
        """Return the context inside *entry*, a task, block, import or entry of ``roles``."""
        self._notified.update(map(str, as_items(entry.get("notify"))))
        return replace(
            context,
            overrides=(*self.variables.of_entry(entry), *context.overrides),
            conditions=(*context.conditions, *conditions_of(entry)),
            loops=(*context.loops, *loop_of(entry)),
            once=context.once or entry.get("run_once") is True,
        )

    def _note_set_at_run_time(
        self, task: LocatedMap, module: str, arguments: Any, context: TaskContext
    ) -> None:
        """Note the variables that *task* sets while it runs."""
        if isinstance(name := task.get("register"), str):
            self.expanded.set_at_run_time.add(name)
        facts = facts_set(arguments) if module == "set_fact" else []
        self.expanded.set_at_run_time.update(filter(None, facts))
        if "" in facts:
            place = self.documents.place(task.path, task.line)
            message = "only a run would tell which variable set_fact sets"
            self.variables.hide(context, [VariableLayer.hidden(UnreadFile(place, message))])

    def _include(self, arguments: Any, place: Place, context: TaskContext) -> None:
        name = arguments.get("file") if isinstance(arguments, dict) else arguments
        if not isinstance(name, str) or not name.strip():
            return
        folders = (PurePosixPath(place.path).parent.as_posix(), *context.folders)
        literal = name if "{" in name else name.split()[0]
        inside = replace(context, depth=context.depth + 1)
        if found := self.variables.find([literal], folders):
            self._task_file(found, inside)
        elif "{" in name:
            self._include_one_of(name, place, folders=folders, context=inside)
        else:
            self._unknown.note_absent(f"the tasks {name[:80]!r} are not in the repository", place)

    def _include_one_of(
        self, name: str, place: Place, *, folders: Sequence[str], context: TaskContext
    ) -> None:
        """Expand each file that a templated *name* may mean, on the condition that it does."""
        candidates = included_files(
            without_folders(name),
            folders=folders,
            find=lambda evaluated: self.variables.find([evaluated], folders),
            documents=self.documents,
        )
        if context.loops:  # turn by turn, which is another order than file by file
            candidates = []
        for file in candidates:
            self._task_file(file.path, replace(context, conditions=(*context.conditions, file)))
        if not candidates:
            self._unknown.note_candidate_files(name, path=place.path, context=context, place=place)


def _names_of(role: Role, documents: Documents) -> VariableLayer:
    """Return what a role's tasks are told of it."""
    name = PurePosixPath(role.folder).name
    values = dict.fromkeys(("role_name", "ansible_role_name"), name)
    return VariableLayer(values=values, place=documents.place(join_path(role.folder, "tasks"), 1))
