"""The variables of a play: its own, those of its files and roles, those that its tasks load."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.expanded_playbooks import ExpandedPlaybooks
from exporter.declared.ansible.include_candidates import candidate_files
from exporter.declared.ansible.located_data import LocatedMap, as_items
from exporter.declared.ansible.paths import join_path, normalize_path
from exporter.declared.ansible.roles import Role
from exporter.declared.ansible.task_context import TaskContext
from exporter.declared.ansible.variable_files import VariableFiles
from exporter.declared.ansible.variable_layer import VariableLayer, layer_of
from exporter.declared.ansible.variable_usage import VariableUsage
from exporter.domain.provenance import Place


class PlayVariables:
    """Finds the variables of one play after the other, and what stands in for unreadable ones."""

    def __init__(self, files: VariableFiles, found: ExpandedPlaybooks) -> None:
        self.usage = VariableUsage()
        self.exposed: tuple[VariableLayer, ...] = ()
        self._files = files
        self._found = found
        self._documents: Documents = files.documents
        self._checkout = files.documents.checkout
        self._paths: dict[tuple[str, ...], str] = {}

    def begin(self) -> None:
        """Begin with another play."""
        self.usage = VariableUsage()

    def expose(self, role: Role | None = None) -> None:
        """Let what *role* may set, unknown to us, reach the rest of the play; None ends that.

        Those of a play's own roles stand among the variables of its tasks, in their order.
        """
        hidden = role.variables if role else ()
        kept = self.exposed if role else ()
        self.exposed = (*kept, *(layer for layer in hidden if layer.unread is not None))

    def of_entry(self, entry: LocatedMap) -> tuple[VariableLayer, ...]:
        """Return the ``vars`` of a play, block, task or role entry."""
        parts = [part for part in as_items(entry.get("vars")) if isinstance(part, LocatedMap)]
        layers = tuple(layer_of(part, checkout=self._checkout) for part in parts)
        self._found.layers += layers
        return layers

    def of_prompts(self, play: LocatedMap) -> tuple[VariableLayer, ...]:
        """Return what ``vars_prompt`` takes where nobody is there to be asked."""
        prompts = [one for one in as_items(play.get("vars_prompt")) if isinstance(one, LocatedMap)]
        layers = tuple(
            VariableLayer(
                values={str(prompt.get("name")): prompt["default"]},
                place=self._documents.place(prompt.path, prompt.line_of("default")),
            )
            for prompt in prompts
            if prompt.get("default") is not None
        )
        self.usage.add(layers)
        return layers

    def of_vars_files(self, play: LocatedMap, folder: str) -> tuple[VariableLayer, ...]:
        """Return the variables of ``vars_files``, the overriding ones first."""
        place = self._documents.place(play.path, play.line_of("vars_files"))
        found: list[VariableLayer] = []
        for entry in reversed(as_items(play.get("vars_files"))):
            names = [name for name in as_items(entry) if isinstance(name, str)]
            found += self._named(names, folders=(folder,), place=place)
        self.usage.add(found)
        return tuple(found)

    def include(self, arguments: Any, *, place: Place, context: TaskContext) -> None:
        """Note what ``include_vars`` sets: it may have another value before."""
        options = arguments if isinstance(arguments, dict) else {"file": arguments}
        folder, name = options.get("dir"), options.get("file")
        names = [name] if isinstance(name, str) else []
        names += [join_path(folder, "{{ any }}")] if isinstance(folder, str) else []
        folders = [
            *context.folders,
            *(normalize_path(join_path(folder, "../vars")) for folder in context.folders),
        ]
        layers = self._named(names, folders=folders, place=place)
        self.usage.add(layers)
        self._found.set_at_run_time.update(name for layer in layers for name in layer.values)
        self.hide(context, (layer for layer in layers if layer.unread is not None))

    def hide(self, context: TaskContext, layers: Iterable[VariableLayer]) -> None:
        """Note variables that tasks of a playbook may set while they run, unknown to us."""
        known = self._found.included.get(context.playbook, ())
        self._found.included[context.playbook] = (*known, *layers)

    def find(self, names: Sequence[str], folders: Sequence[str]) -> str:
        """Return the first file that *names* mean in *folders*, as far as a name is literal."""
        key = (*names, "", *folders)
        if key not in self._paths:
            places = _places(names, folders)
            self._paths[key] = next(
                (place for place in places if self._checkout.is_file(place)), ""
            )
        return self._paths[key]

    def _named(
        self, names: Sequence[str], *, folders: Sequence[str], place: Place
    ) -> list[VariableLayer]:
        """Return the variables of the first file that *names* mean, or what stands in for them."""
        if not names:
            return []
        if path := self.find(names, folders):
            return [self._files.layer(path)]
        possible = [
            path
            for name in names
            for folder in folders
            if "{" in name
            for path in candidate_files(name, path=join_path(folder, "_"), checkout=self._checkout)
        ]
        if possible:
            return [self._files.any_of(possible, place)]
        message = f"the variables {names[:1]} are not in the repository"
        self._found.note(place, message)
        return [self._files.absent(place, message)]


def _places(names: Sequence[str], folders: Sequence[str]) -> Iterator[str]:
    """Yield where Ansible would look for the first of *names* that exists."""
    for name in names:
        plain = without_folders(name)
        for folder in folders if plain and "{" not in plain else ():
            yield normalize_path(join_path(folder, plain))


def without_folders(name: str) -> str:
    """Return the name of a file without the folder that Ansible looks in anyway."""
    return name.replace("{{ playbook_dir }}/", "").replace("{{ role_path }}/", "../")
