"""What an object that makes machines declares, and how others are found that it refers to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from exporter.declared.located import LocatedTree, UnresolvedError
from exporter.declared.machines.values import FILLED_IN
from exporter.domain.declaration import NodeGroup
from exporter.domain.errors import ReadError, Reason
from exporter.domain.finding import Subject
from exporter.domain.provenance import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A *group* of nodes of *cluster*, which is empty where it is the one that the object is in.

    Without a group the object makes machines of which nobody can tell anything, for the reason in
    *message*; one that is *outside* makes none of the cluster's nodes.
    """

    subject: Subject
    place: Place
    group: NodeGroup | None = None
    cluster: str = ""
    message: str = ""
    outside: bool = False


def kind_of(tree: LocatedTree) -> tuple[str, str]:
    """Return the API group and the kind of an object; empty where it is none."""
    version, kind = (tree.fields.get(key) for key in ("apiVersion", "kind"))
    texts = [str(one.content) if one is not None else "" for one in (version, kind)]
    return texts[0].partition("/")[0] if "/" in texts[0] else "", texts[1]


def name_of(tree: LocatedTree) -> str:
    """Return the name of an object; raises :exc:`ReadError` where it has none.

    Raises :exc:`UnresolvedError` where only a tool fills it in.
    """
    metadata = tree.object("metadata")
    name = metadata.text("name")
    if FILLED_IN.search(name):
        message = f"the name of a {kind_of(tree)[1][:40]} is filled in only when it is applied"
        raise UnresolvedError(metadata.place_of("name"), message)
    if not name or len(name) > _LONGEST:
        raise ReadError(
            f"a {kind_of(tree)[1][:40]} has no metadata.name that is one",
            reason=Reason.MALFORMED,
            path=tree.place.path,
            line=tree.place.line,
        )
    return name


_LONGEST = 253


@dataclass(frozen=True, slots=True)
class Objects:
    """Objects that are declared together, by kind and name."""

    trees: tuple[LocatedTree, ...]
    _known: Mapping[tuple[str, str], LocatedTree] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_known", dict(_by_name(self.trees)))

    def referred(self, reference: LocatedTree) -> LocatedTree | None:
        """Return the object that a reference with ``kind`` and ``name`` leads to, if it is here."""
        kind, name = (reference.fields.get(key) for key in ("kind", "name"))
        if kind is None or name is None:
            return None
        return self._known.get((str(kind.content), str(name.content)))

    def of_kind(self, group: str, kind: str) -> Iterator[LocatedTree]:
        """Yield the objects of a kind."""
        return (tree for tree in self.trees if kind_of(tree) == (group, kind))


def _by_name(trees: Iterable[LocatedTree]) -> Iterator[tuple[tuple[str, str], LocatedTree]]:
    for tree in trees:
        metadata = tree.fields.get("metadata")
        name = metadata.fields.get("name") if metadata is not None else None
        if name is not None:
            yield (kind_of(tree)[1], str(name.content)), tree
