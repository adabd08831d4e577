"""What a reading could not read, accounted for by what it could say; vaulted files fail nothing."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from exporter.declared.ansible.object_tasks import unread_tasks_item
from exporter.declared.ansible.vault import VAULT_ADVICE, VAULTED
from exporter.domain.declaration import (
    Failure,
    Reading,
    Unresolved,
    unreadable_subject,
)
from exporter.domain.finding import Layer
from exporter.domain.items import Item, ItemState


@dataclass(frozen=True, slots=True)
class Account:
    """Accounts for the failures of a reading.

    Those of the *inventory* are failures in any case, as without it there is nothing to go by.
    Files of *tasks* may declare objects, too.
    """

    inventory: Sequence[Failure]
    tasks: AbstractSet[str]

    def of(self, reading: Reading) -> Reading:
        """Return *reading* with an item for each file that could not be read.

        A vaulted file is as it shall be, so it is no failure: nothing would ever end it. Where it
        could say nothing, it is only mentioned.
        """
        vaulted = [
            failure
            for failure in reading.failures
            if failure.message == VAULTED and failure not in self.inventory
        ]
        items = {
            unreadable_subject(failure): _item(failure, hidden)
            for failure in reading.failures
            if (hidden := _hidden_by(failure, reading)) or failure not in vaulted
        }
        return replace(
            reading,
            failures=tuple(failure for failure in reading.failures if failure not in vaulted),
            unresolved=(
                *reading.unresolved,
                *(Unresolved(failure.place, failure.message) for failure in vaulted),
            ),
            items=(*reading.items, *items.values(), *self._objects(reading.failures)),
        )

    def _objects(self, failures: Iterable[Failure]) -> Iterator[Item]:
        found = {
            failure.place.path: failure for failure in failures if failure.place.path in self.tasks
        }
        yield from (unread_tasks_item(failure) for failure in found.values())


def _item(failure: Failure, attributes: frozenset[str]) -> Item:
    named = (Layer.INFRASTRUCTURE,) if attributes else ()  # it may have named further nodes
    return Item(
        source=failure.place.source,
        subject=unreadable_subject(failure),
        state=ItemState.UNREADABLE,
        place=failure.place,
        layers=(Layer.CONFIGURATION, *named),
        message=failure.message,
        advice=VAULT_ADVICE if failure.message == VAULTED else failure.advice,
        broken=failure.is_broken,
    )


def _hidden_by(failure: Failure, reading: Reading) -> frozenset[str]:
    """Return the attributes of nodes that are not known because of *failure*."""
    of_it = (
        gap.attributes
        for gap in reading.gaps
        if gap.place == failure.place and gap.message.startswith(failure.message)
    )
    return frozenset().union(*of_it)
