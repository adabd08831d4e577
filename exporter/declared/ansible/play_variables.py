"""The variables of a play: its own, those of its files and roles, those that its tasks load."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from exporter.declared.ansible.documents import Documents
from exporter.declared.ansible.found import Consumers, Unfolded
from exporter.declared.ansible.possible import possible_files
from exporter.declared.ansible.roles import Role
from exporter.declared.ansible.steps import Surroundings
from exporter.declared.ansible.values import Layer, PlacedMap, beside, items_of, layer_of, normal
from exporter.declared.ansible.variable_files import VariableFiles
from exporter.domain.provenance import Place


class PlayVariables:
    """Finds the variables of one play after the other, and what stands in for unreadable ones."""

    def __init__(self, files: VariableFiles, found: Unfolded) -> None:
        self.consumers = Consumers()
        self.exposed: tuple[Layer, ...] = ()
        self._files = files
        self._found = found
        self._documents: Documents = files.documents
        self._checkout = files.documents.checkout
        self._paths: dict[tuple[str, ...], str] = {}

    def begin(self) -> None:
        """Begin with another play."""
        self.consumers = Consumers()

    def expose(self, role: Role | None = None) -> None:
        """Let what *role* may set, unknown to us, reach the rest of the play; None ends that.

        Those of a play's own roles stand among the variables of its tasks, in their order.
        """
        hidden = role.variables if role else ()
        kept = self.exposed if role else ()
        self.exposed = (*kept, *(one for one in hidden if one.unread is not None))

    def of_entry(self, entry: PlacedMap) -> tuple[Layer, ...]:
        """Return the ``vars`` of a play, block, task or role entry."""
        parts = [one for one in items_of(entry.get("vars")) if isinstance(one, PlacedMap)]
        layers = tuple(layer_of(one, checkout=self._checkout) for one in parts)
        self._found.layers += layers
        return layers

    def of_files(self, play: PlacedMap, folder: str) -> tuple[Layer, ...]:
        """Return the variables of ``vars_files``, the overriding ones first."""
        place = self._documents.place(play.path, play.line_of("vars_files"))
        found: list[Layer] = []
        for entry in reversed(items_of(play.get("vars_files"))):
            names = [one for one in items_of(entry) if isinstance(one, str)]
            found += self._named(names, folders=(folder,), place=place)
        self.consumers.add(found)
        return tuple(found)

    def include(self, arguments: Any, *, place: Place, around: Surroundings) -> None:
        """Note what ``include_vars`` sets: it may have another value before."""
        options = arguments if isinstance(arguments, dict) else {"file": arguments}
        folder, name = options.get("dir"), options.get("file")
        names = [name] if isinstance(name, str) else []
        names += [beside(folder, "{{ any }}")] if isinstance(folder, str) else []
        folders = [*around.folders, *(normal(beside(one, "../vars")) for one in around.folders)]
        layers = self._named(names, folders=folders, place=place)
        self.consumers.add(layers)
        self._found.volatile.update(name for layer in layers for name in layer.values)
        self.hide(around, (one for one in layers if one.unread is not None))

    def hide(self, around: Surroundings, layers: Iterable[Layer]) -> None:
        """Note variables that tasks of a playbook may set while they run, unknown to us."""
        known = self._found.included.get(around.playbook, ())
        self._found.included[around.playbook] = (*known, *layers)

    def find(self, names: Sequence[str], folders: Sequence[str]) -> str:
        """Return the first file that *names* mean in *folders*, as far as a name is literal."""
        key = (*names, "", *folders)
        if key not in self._paths:
            places = _places(names, folders)
            self._paths[key] = next((one for one in places if self._checkout.is_file(one)), "")
        return self._paths[key]

    def _named(self, names: Sequence[str], *, folders: Sequence[str], place: Place) -> list[Layer]:
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
            for path in possible_files(name, path=beside(folder, "_"), checkout=self._checkout)
        ]
        if possible:
            return [self._files.any_of(possible, place)]
        message = f"the variables {names[:1]} are not in the repository"
        self._found.note(place, message)
        return [self._files.absent(place, message)]


def _places(names: Sequence[str], folders: Sequence[str]) -> Iterator[str]:
    """Yield where Ansible would look for the first of *names* that exists."""
    for name in names:
        plain = name.replace("{{ playbook_dir }}/", "").replace("{{ role_path }}/", "../")
        for folder in folders if plain and "{" not in plain else ():
            yield normal(beside(folder, plain))
