"""Playbooks unfolded into the tasks that they run: plays, blocks, imports, includes and roles."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.extent import Extents
from exporter.declared.ansible.found import Unfolded
from exporter.declared.ansible.interest import EVALUATED, argument_text, concerns_us
from exporter.declared.ansible.play_variables import PlayVariables
from exporter.declared.ansible.playbooks import beside_file, imported_playbook, imports_of
from exporter.declared.ansible.referred import Referred
from exporter.declared.ansible.roles import Role, RoleFinder
from exporter.declared.ansible.steps import (
    Surroundings,
    Task,
    conditions_of,
    loop_of,
    module_of,
    never_runs,
)
from exporter.declared.ansible.unknown_tasks import UnknownTasks
from exporter.declared.ansible.values import (
    PlacedList,
    PlacedMap,
    beside,
    items_of,
    layer_of,
)
from exporter.declared.ansible.variable_files import VariableFiles
from exporter.domain.errors import ReadError, Reason
from exporter.domain.finding import Subject
from exporter.domain.provenance import Place

MAX_DEPTH = 24
MAX_STEPS = 50_000
_INCLUDES = frozenset({"include_tasks", "import_tasks", "include"})
_ROLE_INCLUDES = frozenset({"include_role", "import_role"})
_NOTIFIED = "a handler runs only when it is notified"
_RESCUE = "it is done only where the block before it fails"


class Unfolder:
    """Follows playbooks; what is wrong with one of their files becomes a value."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._checkout = documents.checkout
        self._variable_files = VariableFiles(documents)
        self._roles = RoleFinder(self._variable_files)
        self._referred = Referred(documents)
        self.found = Unfolded(failures=self._variable_files.failures)
        self._variables = PlayVariables(self._variable_files, self.found)
        extents = Extents(documents, self._roles, self._referred)
        self._unknown = UnknownTasks(extents, self._variables, self.found)
        self._followed: set[str] = set()
        self._left = MAX_STEPS

    def unfold(self, paths: Sequence[str]) -> Unfolded:
        """Follow the playbooks at *paths*; one that another imports is not followed again."""
        imported = imports_of(paths, documents=self._documents)
        for path in sorted(paths, key=lambda one: one in imported):
            if path not in self._followed:
                around = Surroundings(playbook=path, hosts=None, folders=())
                self._guarded(path, around, self._playbook, path, around)
        variables = self._variable_files.paths
        self.found.lost -= variables
        self.found.steps = [
            one
            for one in self.found.steps
            if isinstance(one, Task) or one.place.path not in variables
        ]
        return self.found

    def _guarded(
        self, path: str, around: Surroundings, follow: Callable[..., object], *arguments: Any
    ) -> None:
        """Call *follow*; what it cannot read is a failure, and the rest goes on."""
        try:
            follow(*arguments)
        except ReadError as error:
            self._unknown.lost(error, path=path, around=around)

    def _spend(self, path: str) -> None:
        self._left -= 1
        if self._left < 0:
            raise ReadError(
                f"leads to more than {MAX_STEPS} tasks", reason=Reason.TOO_LARGE, path=path
            )

    def _playbook(self, path: str, around: Surroundings) -> None:
        if path in around.files:
            raise ReadError("imports itself", reason=Reason.MALFORMED, path=path)
        self._followed.add(path)
        document = self._documents.read(path)
        if document is None:
            return
        if not isinstance(document, PlacedList):
            raise ReadError("is no list of plays", reason=Reason.MALFORMED, path=path, line=1)
        for index, entry in enumerate(document):
            self._spend(path)
            self._guarded(path, around, self._entry, entry, path, document.lines[index], around)

    def _entry(self, entry: Any, path: str, line: int, around: Surroundings) -> None:
        """Follow a play, or the import of a playbook."""
        name = imported_playbook(entry)
        if not isinstance(entry, PlacedMap) or not (name or "hosts" in entry):
            raise ReadError(
                "is no play: it has no hosts", reason=Reason.MALFORMED, path=path, line=line
            )
        if never_runs(entry):
            return
        if not name:
            place = self._documents.place(path, line)
            named = str(entry.get("name") or line)
            self._play(entry, path, replace(around, play=named, place=place))
        elif "{" in name or (name.count(".") > 1 and not name.endswith((".yml", ".yaml"))):
            place = self._documents.place(path, line)
            message = f"the playbook {name[:80]!r} is not in the repository"
            self.found.lacks(Subject("Playbook", "", name[:253]), place=place, message=message)
        else:
            inside = replace(self._within(entry, around), files=(*around.files, path))
            self._guarded(path, inside, self._playbook, beside_file(path, name), inside)

    def _play(self, play: PlacedMap, path: str, around: Surroundings) -> None:
        folder = PurePosixPath(path).parent.as_posix()
        self._variables.begin()
        prompts = [one for one in items_of(play.get("vars_prompt")) if isinstance(one, dict)]
        self.found.volatile.update(str(one.get("name")) for one in prompts)
        own = replace(
            around,
            hosts=play["hosts"],
            folders=(folder,),
            above=(
                *around.above,
                *self._variables.of_files(play, folder),
                *self._variables.of_entry(play),
            ),
        )
        roles = list(self._roles_of_play(play, path, own))
        self._variables.expose(None)
        all_roles = [role for _, role in roles]
        inside = replace(
            own,
            above=(*(layer for role in all_roles for layer in role.variables), *own.above),
            below=tuple(layer for role in reversed(all_roles) for layer in role.defaults),
        )
        self._guarded(path, inside, self._tasks, play.get("pre_tasks"), path, inside)
        for entry, role in roles:
            given = self._with_parameters(entry, inside)
            self._guarded(path, inside, self._run_role, role, given, inside)
        for section in ("tasks", "post_tasks"):
            self._guarded(path, inside, self._tasks, play.get(section), path, inside)
        notified = replace(inside, doubt=_NOTIFIED)
        self._guarded(path, inside, self._tasks, play.get("handlers"), path, notified)
        self.found.use(self._variables.consumers)

    def _roles_of_play(
        self, play: PlacedMap, path: str, around: Surroundings
    ) -> Iterator[tuple[Any, Role]]:
        entries = items_of(play.get("roles"))
        lines = entries.lines if isinstance(entries, PlacedList) else [play.line] * len(entries)
        for entry, line in zip(entries, lines, strict=True):
            place = self._documents.place(path, line)
            for role in self._named_roles(entry, place, around):
                yield entry, role

    def _named_roles(self, entry: Any, place: Place, around: Surroundings) -> list[Role]:
        """Find and load the role that *entry* names; say so where it is not here."""
        options = entry if isinstance(entry, dict) else {}
        name = options.get("role", options.get("name")) if options else entry
        if not isinstance(name, str):
            return []
        if "{" in name:
            self._unknown.possible_roles(name, around=around, place=place)
            return []
        role = self._roles.find(name, folders=around.folders)
        if role is None:
            subject = Subject("Role", "", name[:253])
            if subject not in self.found.absent:
                message = f"the role {name[:80]!r} is not in the repository"
                self.found.lacks(subject, place=place, message=message)
            return []
        return [self._loaded(role, options=options, around=around, place=place)]

    def _loaded(self, role: Role, *, options: Any, around: Surroundings, place: Place) -> Role:
        role = self._roles.load(role, options=options)
        self._variables.consumers.add((*role.variables, *role.defaults))
        self._variables.expose(role)
        if role.broken is not None:
            self._unknown.lost(role.broken, path=role.folder, around=around)
        given = options.get("tasks_from")
        if isinstance(given, str) and "{" in given:
            path = beside(role.folder, "tasks/main.yml")
            self._unknown.possible_files(given, path=path, around=around, place=place)
            return replace(role, tasks="")
        return role

    def _with_parameters(self, entry: Any, around: Surroundings) -> Surroundings:
        """Return what surrounds the tasks of a role in ``roles``; its parameters override."""
        if not isinstance(entry, PlacedMap):
            return around
        inside = self._within(entry, around)
        return replace(inside, above=(layer_of(entry, checkout=self._checkout), *inside.above))

    def _run_role(self, role: Role, around: Surroundings, outside: Surroundings) -> None:
        """Follow a role; what *around* adds to *outside* overrides the role's variables."""
        if around.depth > MAX_DEPTH:
            raise ReadError("roles nest too deeply", reason=Reason.MALFORMED, path=role.folder)
        self._spend(role.folder)
        given = around.above[: len(around.above) - len(outside.above)]
        inside = replace(
            around,
            folders=(beside(role.folder, "tasks"), *around.folders[-1:]),
            above=(*given, *role.variables, *outside.above),
            below=(*role.defaults, *around.below),
            depth=around.depth + 1,
        )
        for entry in role.dependencies:
            line = entry.line if isinstance(entry, PlacedMap) else 1
            place = self._documents.place(beside(role.folder, "meta/main.yml"), line)
            for one in self._named_roles(entry, place, inside):
                self._run_role(one, self._with_parameters(entry, inside), inside)
                inside = replace(
                    inside,
                    above=(*inside.above, *one.variables),
                    below=(*inside.below, *one.defaults),
                )
        if role.tasks:
            self._task_file(role.tasks, inside)

    def _task_file(self, path: str, around: Surroundings) -> None:
        """Follow a file of tasks; one that includes itself, to try again, says nothing new."""
        if path not in around.files:
            inside = replace(around, files=(*around.files, path))
            self._guarded(path, inside, self._read_tasks, path, inside)

    def _read_tasks(self, path: str, around: Surroundings) -> None:
        self._tasks(self._documents.read(path), path, around)

    def _tasks(self, tasks: Any, path: str, around: Surroundings) -> None:
        if tasks is None:
            return
        if not isinstance(tasks, PlacedList):
            raise ReadError("holds no list of tasks", reason=Reason.MALFORMED, path=path, line=1)
        if around.depth > MAX_DEPTH:
            raise ReadError("includes nest too deeply", reason=Reason.MALFORMED, path=path)
        for task in tasks:
            self._spend(path)
            if isinstance(task, PlacedMap) and not never_runs(task):
                self._task(task, path, around)

    def _task(self, task: PlacedMap, path: str, outside: Surroundings) -> None:
        around = self._within(task, outside)
        if "block" in task:
            inside = replace(around, depth=around.depth + 1)
            self._tasks(task["block"], path, inside)
            self._tasks(task.get("rescue"), path, replace(inside, doubt=_RESCUE))
            self._tasks(task.get("always"), path, inside)
            return
        key, module, arguments = module_of(task)
        place = self._documents.place(path, task.line_of(key))
        self._note_volatile(task, module, arguments)
        if module == "include_vars":
            self._variables.include(arguments, place=place, around=around)
        if module in _INCLUDES:
            self._include(arguments, place, around)
        elif module in _ROLE_INCLUDES:
            for role in self._named_roles(arguments, place, around):
                self._run_role(role, around, outside)
        else:
            self._plain_task(task, module, arguments, place, around)

    def _plain_task(
        self, task: PlacedMap, module: str, arguments: Any, place: Place, around: Surroundings
    ) -> None:
        self.found.objects.note(module, arguments, place=place)
        text = self._referred.of(module, arguments, folders=around.folders)
        if concerns_us(module, arguments, text=text):
            self._variables.consumers.evaluated.append(argument_text(task))
            self.found.steps.append(
                Task(
                    module=module,
                    arguments=arguments,
                    path=place.path,
                    line=place.line,
                    around=replace(around, above=(*self._variables.exposed, *around.above)),
                    text=None if text.unreadable else text.text,
                )
            )
            if module not in EVALUATED:
                self._variables.consumers.others.append(f"{argument_text(task)}\n{text.text}")

    def _within(self, entry: PlacedMap, around: Surroundings) -> Surroundings:
        """Return what surrounds what *entry* (a task, block, import or role entry) holds."""
        return replace(
            around,
            above=(*self._variables.of_entry(entry), *around.above),
            conditions=(*around.conditions, *conditions_of(entry)),
            loops=(*around.loops, *loop_of(entry)),
            once=around.once or entry.get("run_once") is True,
        )

    def _note_volatile(self, task: PlacedMap, module: str, arguments: Any) -> None:
        """Note the variables that *task* sets while it runs."""
        if isinstance(name := task.get("register"), str):
            self.found.volatile.add(name)
        if module == "set_fact" and isinstance(arguments, dict):
            self.found.volatile.update(str(key) for key in arguments)

    def _include(self, arguments: Any, place: Place, around: Surroundings) -> None:
        name = arguments.get("file") if isinstance(arguments, dict) else arguments
        if not isinstance(name, str) or not name.strip():
            return
        folders = (PurePosixPath(place.path).parent.as_posix(), *around.folders)
        literal = name if "{" in name else name.split()[0]
        if found := self._variables.find([literal], folders):
            self._task_file(found, replace(around, depth=around.depth + 1))
        elif "{" in name:
            self._unknown.possible_files(name, path=place.path, around=around, place=place)
        else:
            self._unknown.absent(f"the tasks {name[:80]!r} are not in the repository", place)
