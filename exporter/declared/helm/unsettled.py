"""What differs between two renderings of one chart, and so is what nobody declared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from exporter.declared.helm.output import Printed, differing
from exporter.declared.kinds import TRACED, is_declaration

_MAX_SHOWN: Final = 3
_MAX_POINTERS: Final = 1000
_DECIDING: Final = (
    "/spec/selector",
    "/spec/template/metadata/labels",
    "/spec/template/spec/affinity",
    "/spec/template/spec/nodeSelector",
    "/spec/template/spec/tolerations",
)
"""What other checks read than that of single fields: where chance decides it, all is unknown."""

Identity: TypeAlias = tuple[str, str, str, str]
"""Group, kind, namespace and name of an object."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """What of which objects is otherwise each time.

    *pointers* has the values that must not be compared, *unknown* why all of an object must not;
    *told* has, for each of these and for those whose name is left to chance, its template and the
    reason.
    """

    pointers: Mapping[Identity, tuple[str, ...]] = field(default_factory=dict)
    unknown: Mapping[Identity, str] = field(default_factory=dict)
    told: tuple[tuple[Identity, str, str], ...] = ()


def unsettled(
    first: Sequence[Printed], second: Sequence[Printed]
) -> tuple[tuple[Printed, ...], Unsettled]:
    """Return the objects that are in both renderings, and what of them differs.

    Only what is compared counts: that a Secret has another password each time is no concern.
    """
    others = {one.identity: one for one in second}
    kept = tuple(one for one in first if _is_settled(one, others))
    pointers = {one.identity: found for one in kept if (found := _pointers(one, others))}
    unknown = {
        key: f"is otherwise each time: {_shown(found)}"
        for key, found in pointers.items()
        if any(one.startswith(_DECIDING) for one in found)
    }
    told = (*_told_of_names(first, others), *_told_of_values(kept, pointers))
    return kept, Unsettled(pointers, unknown, told)


def _is_settled(one: Printed, others: Mapping[Identity, Printed]) -> bool:
    other = others.get(one.identity)
    if other is None:
        return False
    return not is_declaration(one.content) or one.content == other.content


def _pointers(one: Printed, others: Mapping[Identity, Printed]) -> tuple[str, ...]:
    if one.identity[1] not in TRACED:
        return ()
    found = list(differing(one.content, others[one.identity].content))
    return tuple(found) if len(found) <= _MAX_POINTERS else ("/metadata", "/spec")


def _told_of_names(
    first: Iterable[Printed], others: Mapping[Identity, Printed]
) -> Iterator[tuple[Identity, str, str]]:
    for one in first:
        if not _is_settled(one, others):
            what = "content" if one.identity in others else "name"
            yield one.identity, one.template, f"its {what} is otherwise each time it is rendered"


def _told_of_values(
    kept: Iterable[Printed], pointers: Mapping[Identity, tuple[str, ...]]
) -> Iterator[tuple[Identity, str, str]]:
    for one in kept:
        found = pointers.get(one.identity)
        if found:
            message = f"is otherwise each time it is rendered: {_shown(found)}"
            yield one.identity, one.template, message


def _shown(pointers: Sequence[str]) -> str:
    more = len(pointers) - _MAX_SHOWN
    return ", ".join(pointers[:_MAX_SHOWN]) + (f" and {more} more" if more > 0 else "")
