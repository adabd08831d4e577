"""What we are allowed to do, and how to say what is missing."""

from collections.abc import Iterable

from exporter.domain.errors import Reason
from exporter.domain.watches import Restart
from exporter.observed.kubernetes.api import Api
from exporter.observed.kubernetes.errors import WatchError
from exporter.observed.kubernetes.store import Store

VERBS = ("list", "watch")
"""What following a kind takes."""


async def review(api: Api, store: Store) -> bool:
    """Ask whether we may follow a kind; tell whether there was an answer.

    No answer is no refusal, as the requests themselves will tell. Raises :exc:`WatchError` where
    something is not granted.
    """
    missing = []
    for verb in VERBS:
        try:
            allowed = await api.allows(verb, store.kind, namespace=store.namespace)
        except WatchError:
            return False
        if not allowed:
            missing.append(verb)
    if missing:
        raise forbidden(store, missing)
    return True


def forbidden(store: Store, verbs: Iterable[str] = VERBS) -> WatchError:
    """Return the error that says which *verbs* are to be granted."""
    asked = f"grant {' and '.join(verbs)} on {store.name}"
    return WatchError(
        f"{store.kind.resource} is forbidden: {asked}",
        restart=Restart.FORBIDDEN,
        reason=Reason.FORBIDDEN,
    )
