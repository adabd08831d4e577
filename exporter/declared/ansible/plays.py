"""For which hosts plays run: those of the inventory, and those that no inventory has."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from exporter.declared.ansible.names import TaskNames, World
from exporter.declared.ansible.steps import Surroundings
from exporter.declared.ansible.templates import ExhaustedError
from exporter.declared.ansible.values import UnresolvedError
from exporter.declared.ansible.variables import Host
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Place, Source

_ADVICE = "name the inventory that has them in declared.ansible.inventory, or the hosts in it"


@dataclass(frozen=True, slots=True)
class Audience:
    """The hosts of a play; *unknown* tells why there may be others, or is empty.

    *state* is that of the item which stands for such a play.
    """

    hosts: tuple[Host, ...] = ()
    unknown: str = ""
    state: ItemState = ItemState.NO_HOST


@dataclass(slots=True)
class Plays:
    """Finds the hosts of plays; where the inventory is not *complete*, it may lack some."""

    world: World
    complete: bool
    _items: dict[Subject, Item] = field(default_factory=dict)

    def audience(self, around: Surroundings) -> Audience:
        """Return for which hosts the play around a task runs."""
        try:
            pattern = self._pattern(around)
            hosts = tuple(self.world.host(name) for name in self.world.population.match(pattern))
            unknown = self.world.population.unknown(pattern)
        except ExhaustedError:
            raise
        except UnresolvedError as error:
            return Audience(unknown=str(error), state=ItemState.UNRESOLVED)
        if unknown:
            return Audience(hosts, f"no inventory has {', '.join(unknown)[:200]}")
        if not hosts and not self.complete:
            return Audience(hosts, "its hosts may be among those that the inventory lacks")
        return Audience(hosts)

    def _pattern(self, around: Surroundings) -> str:
        names = TaskNames(world=self.world, host=None, above=around.above, below=around.below)
        pattern = self.world.templates.expand(around.hosts, self.world.templates.scope(names))
        if isinstance(pattern, list) and all(isinstance(one, str) for one in pattern):
            pattern = ",".join(pattern)
        if not isinstance(pattern, str):
            raise UnresolvedError("its hosts are no pattern")
        return pattern

    def note(self, around: Surroundings, audience: Audience) -> None:
        """Note that a play says something of nodes, for hosts that nobody knows."""
        place = around.place or Place(Source.ANSIBLE, around.playbook)
        subject = Subject("Play", "", f"{place.path}:{around.play or place.line}")
        self._items[subject] = Item(
            source=Source.ANSIBLE,
            subject=subject,
            state=audience.state,
            place=place,
            layers=(Layer.CONFIGURATION,),
            message=(
                f"hosts unknown: {audience.unknown}; what it says of nodes by their names counts, "
                "unless a play with hosts says otherwise"
            ),
            advice=_ADVICE,
        )

    def items(self) -> Iterator[Item]:
        """Yield what stands for plays whose hosts nobody knows."""
        yield from self._items.values()
