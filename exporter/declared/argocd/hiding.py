"""Which sources that nobody renders may declare Applications of this repository.

Without them nobody can say that an Application is declared nowhere.
"""

import posixpath
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from exporter.declared.checkout import Checkout
from exporter.declared.located import LocatedTree
from exporter.domain.declaration import ApplicationSource
from exporter.domain.errors import ReadError
from exporter.domain.items import ItemState

_ADDRESS: Final = "repoURL"
"""The field without which no Application can name a repository."""

_ELSEWHERE: Final = frozenset({ItemState.OTHER_REPOSITORY, ItemState.OTHER_REVISION})


def may_hide(
    state: ItemState,
    options: LocatedTree,
    *,
    sources: Sequence[ApplicationSource],
    index: int,
    checkout: Checkout,
    hidden: Callable[[str], int],
) -> bool:
    """Tell whether the source *index* of *sources* may declare Applications of this repository.

    *options* are the source as it is declared, *hidden* counts what looks like an Application
    below a path. What goes to another cluster is followed there.
    """
    source = sources[index]
    if source.packed:
        # A chart of others cannot know this repository, unless its values name it.
        helm = options.fields.get("helm", LocatedTree(None, options.place))
        return _ADDRESS in str(helm.plain()) or any(_values(helm, sources, checkout))
    if state in _ELSEWHERE:
        return True
    return state.is_reason and source.local and hidden(source.path) > 0


def _values(
    helm: LocatedTree, sources: Sequence[ApplicationSource], checkout: Checkout
) -> Iterator[bool]:
    """Yield of each file of values whether it may name a repository."""
    local = {one.reference for one in sources if one.reference and one.local}
    entries = helm.fields["valueFiles"].items if helm.has("valueFiles") else ()
    for entry in entries:
        name = entry.content if isinstance(entry.content, str) else ""
        reference, _, path = name.removeprefix("$").partition("/")
        if not name.startswith("$"):
            yield False  # it is the chart's own
        elif reference not in local:
            yield True
        else:
            try:
                yield _ADDRESS in checkout.read_text(posixpath.normpath(path))
            except ReadError:
                yield True
