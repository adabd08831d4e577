"""What stands beside nodes in a declaration: objects of the cluster, and what is not known at all.

It is listed by the directory (or state) that holds it, one item for each of these.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from exporter.declared.terraform.collector import Collector
from exporter.declared.terraform.language.values import Origin
from exporter.declared.terraform.resource_types import Role, layer_of, role_of
from exporter.domain.declaration import PRESENT
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Source

LISTED = 20
"""Names of types and modules that a message has before it counts the rest."""
LONGEST = 100
"""Characters of such a name that are kept."""
_ADVICE = (
    "set complete: true for it in declared.terraform if nothing of this makes a node of the "
    "cluster, or name what makes none in not_nodes"
)


@dataclass(slots=True)
class OtherResources:
    """What was met; the blocks of a type are counted once, however often their module is called.

    *holder* is the kind of the subject that holds them: ``Directory`` or ``File``.
    """

    holder: str = "Directory"
    _unknown: dict[str, dict[str, Origin]] = field(default_factory=dict)
    _objects: dict[tuple[str, str], dict[str, Origin]] = field(default_factory=dict)

    def resource(self, within: str, address: str, *, at: Origin) -> None:
        """List a resource, by type and name, of the directory or state *within*, if it is to be."""
        kind = address.partition(".")[0]
        match role_of(kind):
            case Role.OBJECT:
                self._objects.setdefault((within, kind[:LONGEST]), {}).setdefault(address, at)
            case Role.UNKNOWN:
                self.unknown(within, kind, at=at)
            case _:
                pass

    def unknown(self, within: str, what: str, *, at: Origin) -> None:
        """List something that may make nodes."""
        self._unknown.setdefault(within, {}).setdefault(what, at)

    def add_to(self, collector: Collector) -> None:
        """Add all that was listed to what is gathered."""
        for item in self._items(collector):
            collector.item(item)
            if item.state is ItemState.UNSUPPORTED and Layer.INFRASTRUCTURE in item.layers:
                at = Origin(item.place.path, item.place.line)
                collector.notice(at, item.message)
                collector.gap(at, item.message, attributes={PRESENT})

    def _items(self, collector: Collector) -> Iterator[Item]:
        for within, found in sorted(self._unknown.items()):
            decided = collector.settings.complete  # the owner knows: nothing of this makes a node
            yield Item(
                source=Source.TERRAFORM,
                subject=Subject(self.holder, "", within or "."),
                state=ItemState.OUT_OF_SCOPE if decided else ItemState.UNSUPPORTED,
                place=collector.place(_first(found)),
                layers=(Layer.INFRASTRUCTURE,),
                message=f"{_listed(found)}: whether this makes nodes is not known",
                advice=_ADVICE,
            )
        for (within, kind), found in sorted(self._objects.items()):
            yield Item(
                source=Source.TERRAFORM,
                subject=Subject(self.holder, "", f"{within or '.'} ({kind})"),
                state=ItemState.UNSUPPORTED,
                place=collector.place(_first(found)),
                layers=(layer_of(kind),),
                message=f"{_listed(found)}: what Terraform puts into the cluster is not compared",
                size=len(found),
            )


def _first(found: Mapping[str, Origin]) -> Origin:
    return min(found.values())


def _listed(names: Collection[str]) -> str:
    shown = [name[:LONGEST] for name in sorted(names)[:LISTED]]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")
