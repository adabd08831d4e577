"""For which hosts plays run: those of the inventory, and those that no inventory has."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from exporter.declared.ansible.errors import UnresolvedError
from exporter.declared.ansible.inventory_variables import Host
from exporter.declared.ansible.task_context import TaskContext
from exporter.declared.ansible.task_variables import TaskVariables, VariableEnvironment
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Place, Source

_ADVICE = "name the inventory that has them in declared.ansible.inventory, or the hosts in it"


@dataclass(frozen=True, slots=True)
class PlayHosts:
    """The hosts of a play; *unknown* is why there may be others, or empty.

    *state* is that of the item which stands for such a play.
    """

    hosts: tuple[Host, ...] = ()
    unknown: str = ""
    state: ItemState = ItemState.NO_HOST


@dataclass(slots=True)
class PlayHostFinder:
    """Finds the hosts of plays; where the inventory is not *complete*, it may lack some."""

    environment: VariableEnvironment
    complete: bool
    _items: dict[Subject, Item] = field(default_factory=dict)

    def play_hosts(self, context: TaskContext) -> PlayHosts:
        """Return for which hosts the play around a task runs."""
        try:
            pattern = self._pattern(context)
            hosts = tuple(
                self.environment.host(name)
                for name in self.environment.host_patterns.match(pattern)
            )
            unknown = self.environment.host_patterns.unknown(pattern)
        except UnresolvedError as error:
            return PlayHosts(unknown=str(error), state=ItemState.UNRESOLVED)
        if unknown:
            return PlayHosts(hosts, f"no inventory has {', '.join(unknown)[:200]}")
        if not hosts and not self.complete:
            return PlayHosts(hosts, "its hosts may be among those that the inventory lacks")
        return PlayHosts(hosts)

    def _pattern(self, context: TaskContext) -> str | list[str]:
        names = TaskVariables(
            environment=self.environment,
            host=None,
            overrides=context.overrides,
            defaults=context.defaults,
        )
        pattern = self.environment.templates.expand(
            context.hosts, self.environment.templates.scope(names)
        )
        if isinstance(pattern, list) and all(isinstance(part, str) for part in pattern):
            return pattern
        if not isinstance(pattern, str):
            raise UnresolvedError("its hosts are no pattern")
        return pattern

    def note(self, context: TaskContext, play_hosts: PlayHosts) -> None:
        """Note that a play with unknown hosts sets something on nodes."""
        place = context.place or Place(Source.ANSIBLE, context.playbook)
        subject = Subject("Play", "", f"{place.path}:{context.play or place.line}")
        self._items[subject] = Item(
            source=Source.ANSIBLE,
            subject=subject,
            state=play_hosts.state,
            place=place,
            layers=(Layer.CONFIGURATION,),
            message=(
                f"hosts unknown: {play_hosts.unknown}; what it says of nodes by their names "
                "counts, unless a play with hosts says otherwise"
            ),
            advice=_ADVICE,
        )

    def items(self) -> Iterator[Item]:
        """Yield an item for each play with unknown hosts."""
        yield from self._items.values()
