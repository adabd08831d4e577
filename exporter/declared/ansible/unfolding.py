"""Playbooks unfolded into the tasks that they run: plays, blocks, imports, includes and roles."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.playbooks import beside_file, imported_playbook, imports_of
from exporter.declared.ansible.possible import possible_files, possible_roles
from exporter.declared.ansible.roles import Role, RoleFinder
from exporter.declared.ansible.steps import (
    Surroundings,
    Task,
    concerns_us,
    conditions_of,
    loop_of,
    module_of,
    never_runs,
)
from exporter.declared.ansible.values import (
    Layer,
    PlacedList,
    PlacedMap,
    beside,
    items_of,
    layer_of,
    normal,
)
from exporter.domain.declaration import Failure, Unresolved
from exporter.domain.errors import ReadError, Reason
from exporter.domain.provenance import Place, Source

MAX_DEPTH = 24
MAX_STEPS = 50_000
_INCLUDES = frozenset({"include_tasks", "import_tasks", "include"})
_ROLE_INCLUDES = frozenset({"include_role", "import_role"})
_NOTIFIED = "a handler runs only when it is notified"
_RESCUE = "it is done only where the block before it fails"


@dataclass(slots=True)
class Unfolded:
    """All tasks of some playbooks in their order, and what could not be followed.

    *volatile* are the names of variables that tasks set while they run; *layers* are the
    variables of plays, files and roles that were met on the way.
    """

    tasks: list[Task] = field(default_factory=list)
    volatile: set[str] = field(default_factory=set)
    layers: dict[int, Layer] = field(default_factory=dict)
    unresolved: dict[Unresolved, None] = field(default_factory=dict)
    failures: dict[Failure, None] = field(default_factory=dict)


class Unfolder:
    """Follows playbooks; what is wrong with one of their files becomes a value."""

    def __init__(self, documents: Documents) -> None:
        self.found = Unfolded()
        self._documents = documents
        self._checkout = documents.checkout
        self._roles = RoleFinder(documents)
        self._found: dict[tuple[str, ...], str] = {}
        self._followed: set[str] = set()
        self._missing_roles: set[str] = set()
        self._left = MAX_STEPS

    def unfold(self, paths: Sequence[str]) -> Unfolded:
        """Follow the playbooks at *paths*; one that another imports is not followed again."""
        imported = imports_of(paths, documents=self._documents)
        for path in sorted(paths, key=lambda one: one in imported):
            if path not in self._followed:
                around = Surroundings(playbook=path, hosts=None, folders=())
                self._guarded(path, self._playbook, path, around)
        return self.found

    def _guarded(self, path: str, follow: Any, *arguments: Any) -> None:
        """Call *follow*; what it cannot read is a failure, and the rest goes on."""
        try:
            follow(*arguments)
        except ReadError as error:
            part = error.path or path
            failure = self._checkout.failure(Source.ANSIBLE, error, path=path, part=part)
            self.found.failures[failure] = None

    def _spend(self, path: str) -> None:
        self._left -= 1
        if self._left < 0:
            raise ReadError(
                f"leads to more than {MAX_STEPS} tasks", reason=Reason.TOO_LARGE, path=path
            )

    def _note(self, place: Place, message: str) -> None:
        self.found.unresolved[Unresolved(place, message)] = None

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
            self._guarded(path, self._entry, entry, path, document.lines[index], around)

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
            self._play(entry, path, around)
        elif "{" in name or (name.count(".") > 1 and not name.endswith((".yml", ".yaml"))):
            place = self._documents.place(path, line)
            self._note(place, f"the playbook {name[:80]!r} is not in the repository")
        else:
            inside = replace(self._within(entry, around), files=(*around.files, path))
            self._guarded(path, self._playbook, beside_file(path, name), inside)

    def _play(self, play: PlacedMap, path: str, around: Surroundings) -> None:
        folder = PurePosixPath(path).parent.as_posix()
        prompts = [one for one in items_of(play.get("vars_prompt")) if isinstance(one, dict)]
        self.found.volatile.update(str(one.get("name")) for one in prompts)
        own = replace(
            around,
            hosts=play["hosts"],
            folders=(folder,),
            above=(*around.above, *self._variable_files(play, folder), *self._variables(play)),
        )
        roles = list(self._roles_of_play(play, path, own))
        all_roles = [role for _, role in roles]
        inside = replace(
            own,
            above=(*(layer for role in all_roles for layer in role.variables), *own.above),
            below=tuple(layer for role in reversed(all_roles) for layer in role.defaults),
        )
        self._guarded(path, self._tasks, play.get("pre_tasks"), path, inside)
        for entry, role in roles:
            given = self._with_parameters(entry, inside)
            self._guarded(path, self._run_role, role, given, inside)
        for section in ("tasks", "post_tasks"):
            self._guarded(path, self._tasks, play.get(section), path, inside)
        notified = replace(inside, doubt=_NOTIFIED)
        self._guarded(path, self._tasks, play.get("handlers"), path, notified)

    def _variables(self, entry: PlacedMap) -> tuple[Layer, ...]:
        """Return the ``vars`` of a play, block, task or role entry."""
        parts = [one for one in items_of(entry.get("vars")) if isinstance(one, PlacedMap)]
        layers = tuple(layer_of(one, checkout=self._checkout) for one in parts)
        self.found.layers.update(zip(map(id, parts), layers, strict=True))
        return layers

    def _variable_files(self, play: PlacedMap, folder: str) -> tuple[Layer, ...]:
        """Return the variables of ``vars_files``, the overriding ones first."""
        found: list[Layer] = []
        for entry in reversed(items_of(play.get("vars_files"))):
            names = [one for one in items_of(entry) if isinstance(one, str)]
            if path := self._find(names, (folder,)):
                self._guarded(path, self._add_layer, path, found)
            else:
                place = self._documents.place(play.path, play.line_of("vars_files"))
                self._note(place, f"the variables {names[:1]} are not in the repository")
        return tuple(found)

    def _find(self, names: Sequence[str], folders: Sequence[str]) -> str:
        """Return the first file that *names* mean in *folders*, as far as a name is literal."""
        key = (*names, "", *folders)
        if key not in self._found:
            places = _places(names, folders)
            self._found[key] = next((one for one in places if self._checkout.is_file(one)), "")
        return self._found[key]

    def _add_layer(self, path: str, found: list[Layer]) -> None:
        found.append(self._documents.layer(path))
        self.found.layers[id(found[-1].values)] = found[-1]

    def _roles_of_play(
        self, play: PlacedMap, path: str, around: Surroundings
    ) -> Iterator[tuple[Any, Role]]:
        entries = items_of(play.get("roles"))
        lines = entries.lines if isinstance(entries, PlacedList) else [play.line] * len(entries)
        for entry, line in zip(entries, lines, strict=True):
            found: list[Role] = []
            place = self._documents.place(path, line)
            self._guarded(path, self._add_role, entry, place, around, found)
            yield from ((entry, role) for role in found)

    def _add_role(self, entry: Any, place: Place, around: Surroundings, found: list[Role]) -> None:
        """Find and load the role that *entry* names; say so where it is not here."""
        options = entry if isinstance(entry, dict) else {}
        name = options.get("role", options.get("name")) if options else entry
        if not isinstance(name, str):
            return
        if "{" in name:
            for one in possible_roles(
                name, folders=around.folders, finder=self._roles, checkout=self._checkout
            ):
                self._note(place, f"only a run would tell whether the role {one} is used")
            return
        role = self._roles.find(name, folders=around.folders)
        if role is None:
            if name not in self._missing_roles:
                self._missing_roles.add(name)
                self._note(place, f"the role {name[:80]!r} is not in the repository")
            return
        found.append(self._roles.load(role, options=options))
        for layer in (*found[-1].variables, *found[-1].defaults):
            self.found.layers[id(layer.values)] = layer

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
            needed: list[Role] = []
            line = entry.line if isinstance(entry, PlacedMap) else 1
            place = self._documents.place(beside(role.folder, "meta/main.yml"), line)
            self._add_role(entry, place, inside, needed)
            for one in needed:
                self._run_role(one, self._with_parameters(entry, inside), inside)
        if role.tasks:
            self._task_file(role.tasks, inside)

    def _task_file(self, path: str, around: Surroundings) -> None:
        """Follow a file of tasks; one that includes itself, to try again, says nothing new."""
        if path not in around.files:
            inside = replace(around, files=(*around.files, path))
            self._guarded(path, self._read_tasks, path, inside)

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
        self._note_volatile(task, module, arguments, around)
        line = task.line_of(key)
        if module in _INCLUDES:
            self._include(arguments, self._documents.place(path, line), around)
        elif module in _ROLE_INCLUDES:
            found: list[Role] = []
            place = self._documents.place(path, line)
            self._add_role(arguments, place, around, found)
            for role in found:
                self._run_role(role, around, outside)
        elif concerns_us(module, arguments):
            self.found.tasks.append(
                Task(module=module, arguments=arguments, path=path, line=line, around=around)
            )

    def _within(self, entry: PlacedMap, around: Surroundings) -> Surroundings:
        """Return what surrounds what *entry* (a task, block, import or role entry) holds."""
        return replace(
            around,
            above=(*self._variables(entry), *around.above),
            conditions=(*around.conditions, *conditions_of(entry)),
            loops=(*around.loops, *loop_of(entry)),
            once=around.once or entry.get("run_once") is True,
        )

    def _note_volatile(
        self, task: PlacedMap, module: str, arguments: Any, around: Surroundings
    ) -> None:
        """Note the variables that *task* sets while it runs."""
        if isinstance(name := task.get("register"), str):
            self.found.volatile.add(name)
        if module == "set_fact" and isinstance(arguments, dict):
            self.found.volatile.update(str(key) for key in arguments)
        if module == "include_vars":
            given = arguments.get("file") if isinstance(arguments, dict) else arguments
            folders = [*around.folders, *(beside(one, "../vars") for one in around.folders)]
            layers: list[Layer] = []
            if path := self._find([given] if isinstance(given, str) else [], folders):
                self._guarded(path, self._add_layer, path, layers)
            self.found.volatile.update(name for layer in layers for name in layer.values)

    def _include(self, arguments: Any, place: Place, around: Surroundings) -> None:
        name = arguments.get("file") if isinstance(arguments, dict) else arguments
        if not isinstance(name, str) or not name.strip():
            return
        folders = (PurePosixPath(place.path).parent.as_posix(), *around.folders)
        literal = name if "{" in name else name.split()[0]
        if found := self._find([literal], folders):
            self._task_file(found, replace(around, depth=around.depth + 1))
        elif "{" in name:
            for one in possible_files(name, path=place.path, checkout=self._checkout):
                self._note(place, f"only a run would tell whether {one} is included")
        else:
            self._note(place, f"the tasks {name[:80]!r} are not in the repository")


def _places(names: Sequence[str], folders: Sequence[str]) -> Iterator[str]:
    """Yield where Ansible would look for the first of *names* that exists."""
    for name in names:
        plain = name.replace("{{ playbook_dir }}/", "").replace("{{ role_path }}/", "../")
        for folder in folders if plain and "{" not in plain else ():
            yield normal(beside(folder, plain))
