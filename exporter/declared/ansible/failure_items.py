"""Items for the files that could not be read, by what is hidden in them."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

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


def account_for_failures(
    reading: Reading, *, inventory: Sequence[Failure], task_files: AbstractSet[str]
) -> Reading:
    """Return *reading* with an item for each file that could not be read.

    A vaulted file is as it shall be, so it is no failure: nothing would ever end it. Where nothing
    is hidden in it, it is only mentioned. Failures of the *inventory* stay failures in any case,
    as without it no host is known. *task_files* may declare objects, too.
    """
    vaulted: list[Failure] = []
    failures: list[Failure] = []
    for failure in reading.failures:
        is_vaulted = failure.message == VAULTED and failure not in inventory
        (vaulted if is_vaulted else failures).append(failure)
    items = {
        unreadable_subject(failure): _item(failure, hidden)
        for failure in reading.failures
        if (hidden := _hidden_by(failure, reading)) or failure not in vaulted
    }
    tasks = {failure.place.path: failure for failure in reading.failures}
    objects = [unread_tasks_item(tasks[path]) for path in tasks if path in task_files]
    mentioned = (Unresolved(failure.place, failure.message) for failure in vaulted)
    return replace(
        reading,
        failures=tuple(failures),
        unresolved=(*reading.unresolved, *mentioned),
        items=(*reading.items, *items.values(), *objects),
    )


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
