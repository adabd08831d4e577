"""Items: everything that the code declares, each compared or with the reason why it is not."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from msgspec import Struct

from exporter.domain.finding import Layer, Subject
from exporter.domain.provenance import Place, Source


class ItemState(StrEnum):
    """What becomes of an item. The values are label values: a public contract.

    All but the first three are reasons why nobody compares it.
    """

    COMPARED = "compared"
    ACCEPTED = "accepted"
    OUT_OF_SCOPE = "out_of_scope"
    NOT_RENDERED = "not_rendered"
    UNRESOLVED = "unresolved"
    UNREADABLE = "unreadable"
    UNSUPPORTED = "unsupported"
    OTHER_CLUSTER = "other_cluster"
    OTHER_REPOSITORY = "other_repository"
    OTHER_REVISION = "other_revision"
    NO_HOST = "no_host"
    REFUSED = "refused"

    @property
    def is_unread(self) -> bool:
        """Whether an item counts as declared, and not as judged."""
        return self not in {ItemState.COMPARED, ItemState.OUT_OF_SCOPE}

    @property
    def is_reason(self) -> bool:
        """Whether it says why an item is not compared, though it is in scope."""
        return self not in {ItemState.COMPARED, ItemState.ACCEPTED, ItemState.OUT_OF_SCOPE}


class Item(Struct, frozen=True, kw_only=True, gc=False):
    """One thing that *source* declares, at *place*; its kind is that of *subject*.

    *layers* are those whose coverage it lowers where it is not compared, the first one that of
    the finding about it. *message* says why it is not compared, *advice* what to do about it.
    *origin* is the source of objects that delivers it, if one does, and *entry* what of that it
    stands in, as a file. *size* estimates how many items it stands for, where it hides others.
    A *broken* one is left to ``declaration_readable``.
    """

    source: Source
    subject: Subject
    state: ItemState
    place: Place
    layers: tuple[Layer, ...] = (Layer.APPLICATIONS,)
    message: str = ""
    advice: str = ""
    origin: Subject | None = None
    entry: str = ""
    size: int = 1
    broken: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredItems:
    """All items of all sources, and how much each subject weighs in coverage (1 if not named).

    A source of objects weighs 1, however many it delivers: its entries share that equally, and
    what stands in one entry shares the entry's part. So an entry that cannot be read weighs what
    it weighed when it could be.
    """

    items: tuple[Item, ...] = ()
    weights: Mapping[Subject, float] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", _weights(self.items))


def _weights(items: Iterable[Item]) -> dict[Subject, float]:
    shared = [
        item
        for item in items
        if item.origin is not None and item.state is not ItemState.OUT_OF_SCOPE
    ]
    members = Counter((one.origin, one.entry) for one in shared)
    entries = Counter(origin for origin, _ in members)
    weights: dict[Subject, float] = {}
    for one in shared:
        share = 1 / entries[one.origin] / members[one.origin, one.entry]
        weights[one.subject] = weights.get(one.subject, 0.0) + share
    return weights
