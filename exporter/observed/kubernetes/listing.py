"""A complete list, page by page."""

import asyncio
from dataclasses import dataclass, field

from exporter.domain.errors import Reason
from exporter.observed.kubernetes.api import Api
from exporter.observed.kubernetes.backoff import Backoff
from exporter.observed.kubernetes.content import Content
from exporter.observed.kubernetes.errors import TooManyError, WatchError, malformed
from exporter.observed.kubernetes.messages import Page
from exporter.observed.kubernetes.slicing import sliced
from exporter.observed.kubernetes.store import Store

PAGE_TRIES = 5
"""How often a page is asked for before the whole list is begun anew."""


MOST_BARREN = 10
"""How many pages of a list may bring no object that others had not brought."""


async def read_list(api: Api, store: Store, *, page_items: int) -> tuple[Content, str]:
    """Return all objects of a kind, and the version of which they are; raises :exc:`WatchError`.

    All pages are of one version: where the server no longer has it (410), the list is none. One
    that does not end is given up.
    """
    content, way = Content(store.kind), _Way()
    following = ""
    while True:
        page = await _page(api, store, items=page_items, following=following)
        async for item in sliced(page.items, seconds=api.limits.slice):
            content.put(item)
        if not page.following:
            return content, page.version
        content.check_size()
        way.go(page.following, size=content.size)
        following = page.following


@dataclass(slots=True)
class _Way:
    """The way that a list has gone so far: its tokens, by a hash, and its pages without use."""

    tokens: set[int] = field(default_factory=set)
    size: int = 0
    barren: int = 0

    def go(self, token: str, *, size: int) -> None:
        """Go on; raises :exc:`WatchError` where that leads nowhere."""
        self.barren += size == self.size
        self.size = size
        if hash(token) in self.tokens:
            raise malformed("a list goes round in circles")
        if self.barren > MOST_BARREN:
            raise TooManyError("a list goes on and on without another object")
        self.tokens.add(hash(token))


async def _page(api: Api, store: Store, *, items: int, following: str) -> Page:
    """Get one page; an overloaded server is asked again before the pages so far are lost."""
    kind = store.kind
    path, query = store.kind.path(store.namespace), {"limit": str(items)}
    if not following:
        return await api.page(path, query, kind=kind)
    query["continue"] = following
    backoff = Backoff(api.limits)
    for _ in range(PAGE_TRIES - 1):
        try:
            return await api.page(path, query, kind=kind)
        except WatchError as error:
            if error.reason is not Reason.UNAVAILABLE:
                raise
            store.interrupted(error)
            await asyncio.sleep(backoff.next(error.retry_after))
    return await api.page(path, query, kind=kind)
