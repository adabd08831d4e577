"""Declared objects at which nobody lets us look: items with that reason, and no findings."""

from dataclasses import dataclass, field
from functools import partial

from msgspec.structs import replace

from exporter.domain.facts import Facts
from exporter.domain.finding import Subject
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.memory import Memory
from exporter.domain.objects import DeclaredObjects, ObservedObjects, refused_items

ADVICE = (
    "let the exporter list and watch the kind (cluster-conformance config rbac prints the rules), "
    "or put it into the dump"
)


@dataclass(slots=True)
class Refused:
    """Tells the items that nobody lets us look at; the very same ones as long as they are equal."""

    _memory: Memory = field(default_factory=Memory)
    _made_of: tuple[DeclaredItems, dict[Subject, str]] | None = None
    _items: DeclaredItems = field(default_factory=DeclaredItems)

    def known(self, facts: Facts) -> Facts:
        """Return *facts*, in whose items each such object has the state ``refused``."""
        items, declared = facts.find(DeclaredItems), facts.find(DeclaredObjects)
        observed = facts.find(ObservedObjects)
        if items is None or declared is None or observed is None:
            return facts
        make = partial(_refused, declared, observed)
        refused = self._memory.once("refused", (declared, observed), make)
        self._memory.next_round()
        if not refused:
            return facts
        last = self._made_of
        if last is None or last[0] is not items or last[1] != refused:
            told = (_item(item, refused.get(item.subject, "")) for item in items.items)
            self._made_of, self._items = (items, refused), DeclaredItems(tuple(told))
        return facts.and_those(Facts({DeclaredItems: self._items}))


def _refused(declared: DeclaredObjects, observed: ObservedObjects) -> dict[Subject, str]:
    return dict(refused_items(declared, observed))


def _item(item: Item, why: str) -> Item:
    if not why or item.state is not ItemState.COMPARED:
        return item
    return replace(item, state=ItemState.REFUSED, message=why, advice=ADVICE)
