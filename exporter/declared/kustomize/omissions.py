"""What a graph of kustomizations is built without: what is remote, charts and plugins.

What only adds objects is left out by itself. What may change the others leaves these, too, but
their values are not known any more. What would have to change an object that was left out goes
with it, as kustomize refuses a patch without a target.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from exporter.declared.kustomize.charts import FIELD, Inflated, file_of
from exporter.declared.kustomize.graph import Graph
from exporter.declared.kustomize.kustomization import HELM
from exporter.declared.kustomize.layer import Layer
from exporter.declared.kustomize.naming import HASHED, NAMED
from exporter.declared.kustomize.pruning import Drops
from exporter.declared.kustomize.references import Reference
from exporter.declared.kustomize.remainder import Remainder
from exporter.declared.mounts import RemoteBase
from exporter.declared.options import NotPlannedError
from exporter.declared.rendered import LeftOut
from exporter.declared.repository import without_credentials
from exporter.domain.finding import Subject
from exporter.domain.items import ItemState
from exporter.domain.json import as_list, as_object, as_text
from exporter.domain.provenance import Place
from exporter.foreign.yaml import YamlList

ALLOW: Final = "let it be fetched with declared.allow_remote_bases"
NAME_IT: Final = "name a checkout of {} in declared.repositories, or " + ALLOW
_ADDING: Final = frozenset({"resources", "bases", "generators", *HELM})
"""The fields whose entries add objects, and change no others."""

_FILES: Final = (".yaml", ".yml", ".json")
_AFFIXES: Final = ("namePrefix", "nameSuffix")
_HARMLESS: Final = frozenset({"validators"})
_SHOWN: Final = 200


@dataclass(slots=True)
class Omissions:
    """What is left out of a graph, and how.

    *drops* has the entries to remove, by the path of their kustomization. *changed* says why the
    values of all that is left may be otherwise, if so. *renamed* are the kinds of objects that
    may be called otherwise by what refers to them: kustomize adds hashes, prefixes and suffixes to
    references, but only to those of objects that it knows.
    """

    left_out: list[LeftOut] = field(default_factory=list)
    drops: dict[str, Drops] = field(default_factory=dict)
    changed: str = ""
    renamed: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.left_out)

    def edited(self, graph: Graph) -> Mapping[str, bytes]:
        """Return the kustomizations without what is left out, by path.

        Raises :exc:`ReadError` where one cannot be written anew.
        """
        return {
            path: drops.applied(graph.layers[path].kustomization)
            for path, drops in self.drops.items()
        }


def omissions(
    graph: Graph,
    *,
    allow_remote: bool,
    place: Callable[[str, int], Place],
    inflated: Inflated | None = None,
) -> Omissions:
    """Return what *graph* has to be built without; *inflated* are charts that were rendered."""
    found = _Finder(graph, allow_remote=allow_remote, place=place)
    found.inflated = inflated or Inflated()
    for path, layer in graph.layers.items():
        found.look(path, layer)
    if found.omissions:
        if any(
            layer.kustomization.content.get(name)
            for layer in graph.layers.values()
            for name in _AFFIXES
        ):
            found.omissions.renamed |= NAMED
        found.follow()
    return found.omissions


class _Finder:
    def __init__(
        self, graph: Graph, *, allow_remote: bool, place: Callable[[str, int], Place]
    ) -> None:
        self.graph = graph
        self.allow_remote = allow_remote
        self.place = place
        self.omissions = Omissions()
        self.inflated = Inflated()

    def look(self, path: str, layer: Layer) -> None:
        """Note what of one kustomization cannot be had."""
        if layer.moved:
            self.drop(path).moved = layer.moved
        for name in HELM:
            self.charts(path, layer, name)
        for reference in layer.plugins:
            name = _name(reference)
            self.leave(path, reference, ItemState.NOT_RENDERED, f"the plugin {name} is not run")
        for reference in () if self.allow_remote else layer.remote:
            if reference.known:
                named = _name(reference)
                message = f"{reference.field}: the checkout is at another revision than {named}"
                self.leave(path, reference, ItemState.OTHER_REVISION, message, ALLOW)
            elif reference.remote:
                message = f"{reference.field}: {_name(reference)} lies in no checkout"
                advice = NAME_IT.format(RemoteBase.parse(reference.text).repository[:_SHOWN])
                self.leave(path, reference, ItemState.OTHER_REPOSITORY, message, advice)
            else:
                message = f"{reference.text} is a directory of plugins, which may fetch"
                self.leave(path, reference, ItemState.NOT_RENDERED, message, ALLOW)

    def charts(self, path: str, layer: Layer, name: str) -> None:
        content = layer.kustomization.content
        entries = content.get(name)
        if not entries:
            return
        self.drop(path).fields.add(name)
        lines = entries.lines if isinstance(entries, YamlList) else [content.line_of(name)]
        for index, (line, entry) in enumerate(
            zip(lines, as_list(entries) or [entries], strict=False)
        ):
            if name == FIELD and (path, index) in self.inflated.texts:
                self.drop(path).resources.append(file_of(index))
                continue
            chart = as_text(as_object(entry).get("name")) or as_text(
                as_object(entry).get("chartName")
            )
            text = f"{name}: {chart[:_SHOWN]}"
            message = f"the Helm chart {chart[:_SHOWN]} is not rendered"
            known = self.inflated.reasons.get((path, index)) if name == FIELD else None
            why = known or NotPlannedError(ItemState.NOT_RENDERED, message)
            self.add(path, line, why.state, text=text, message=why.message, advice=why.advice)

    def leave(
        self,
        path: str,
        reference: Reference,
        state: ItemState,
        message: str,
        advice: str = "",
    ) -> None:
        """Leave out the entry that holds *reference*, once."""
        drop = self.drop(path)
        entry = (reference.field, reference.entry or reference.text)
        if entry in drop.entries:
            return
        drop.entries.add(entry)
        line = reference.line
        self.add(path, line, state, text=_name(reference), message=message, advice=advice)
        if reference.field not in _ADDING | _HARMLESS:
            self.change(path, line, message)
        if reference.field in _ADDING and not reference.text.endswith(_FILES):
            self.omissions.renamed |= HASHED  # a kustomization may generate them

    def add(
        self, path: str, line: int, state: ItemState, *, text: str, message: str, advice: str = ""
    ) -> None:
        folder = path.rpartition("/")[0]
        self.omissions.left_out.append(
            LeftOut(
                place=self.place(path, line),
                state=state,
                message=message,
                advice=advice,
                subject=Subject("Source", "", f"{folder or '.'}#{text}"),
            )
        )

    def drop(self, path: str) -> Drops:
        return self.omissions.drops.setdefault(path, Drops())

    def change(self, path: str, line: int, message: str) -> None:
        where = self.place(path, line).where
        self.omissions.changed = self.omissions.changed or f"{where}: {message}"

    def follow(self) -> None:
        """Drop what is about objects that were left out; the rest may miss it, too."""
        lacking = [path for path, drops in self.omissions.drops.items() if drops.removes]
        remainder = Remainder(self.graph, lacking)
        for path, layer in self.graph.layers.items():
            for name, entry, line in remainder.dangling(path, layer):
                self.drop(path).items.append((name, entry))
                self.change(path, line, f"{name} changes what was left out")


def _name(reference: Reference) -> str:
    """Return how an entry is called: by its address or path, or where it stands itself."""
    text = reference.entry if reference.entry and not reference.remote else reference.text
    if "\n" in text:
        return f"{reference.field}:{reference.line}"
    return without_credentials(text)[:_SHOWN]
