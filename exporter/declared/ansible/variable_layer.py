"""Variables of one precedence, as one file, group, host, play or role sets them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from exporter.declared.ansible.located_data import LocatedMap
from exporter.declared.ansible.unread_file import UnreadFile
from exporter.declared.checkout import Checkout
from exporter.domain.provenance import Place, Source


@dataclass(frozen=True, slots=True)
class VariableLayer:
    """Variables of one precedence: *places* has where each one stands, else *place* counts.

    *group* is the group that they are set for, or empty. Of those in an *unread* file nothing is
    known: they may be any, and override what stands below.
    """

    values: Mapping[str, Any]
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict)
    group: str = ""
    unread: UnreadFile | None = None

    @classmethod
    def hidden(cls, unread: UnreadFile, *, group: str = "") -> "VariableLayer":
        """Return the layer of a file that could not be read."""
        return cls(values={}, place=unread.place, group=group, unread=unread)

    def hides(self, name: str) -> bool:
        """Tell whether a variable *name* may be set here, unknown to us."""
        return self.unread is not None and self.unread.may_hold(name)

    def place_of(self, name: str) -> Place:
        """Return where the variable *name* is set."""
        return self.places.get(name, self.place)


def layer_of(mapping: LocatedMap, *, checkout: Checkout) -> VariableLayer:
    """Return the variables that *mapping* holds."""

    def at(line: int) -> Place:
        return checkout.place(Source.ANSIBLE, mapping.path, line)

    places = {key: at(mapping.line_of(key)) for key in mapping}
    return VariableLayer(values=mapping, place=at(mapping.line), places=places)
