"""What differs between renderings of one chart, and so is what nobody declared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from exporter.declared.helm.output import Printed, differing
from exporter.declared.kinds import is_declaration

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


CHANCE: Final = "is otherwise each time it is rendered"
CLUSTER: Final = "depends on the version or the APIs of the cluster, which nobody says"


_HOW: Final = {
    CHANCE: "its name or content is otherwise each time it is rendered",
    CLUSTER: f"whether it is there, or how, {CLUSTER}",
}


def unsettled(
    printed: Sequence[Sequence[Printed]], *, why: str = CHANCE
) -> tuple[tuple[Printed, ...], Unsettled]:
    """Return the objects that are in all renderings, and what of them differs, and *why*.

    Only what is compared counts: that a Secret has another password each time is no concern.
    """
    first, others = printed[0], [{one.identity: one for one in each} for each in printed[1:]]
    kept = tuple(one for one in first if all(_is_settled(one, other) for other in others))
    pointers = {one.identity: found for one in kept if (found := _pointers(one, others))}
    unknown = {
        key: f"{why}: {_shown(found)}"
        for key, found in pointers.items()
        if any(one.startswith(_DECIDING) for one in found)
    }
    told = (*_told_of_objects(printed, kept, why), *_told_of_values(kept, pointers, why))
    return kept, Unsettled(pointers, unknown, told)


def _is_settled(one: Printed, other: Mapping[Identity, Printed]) -> bool:
    found = other.get(one.identity)
    if found is None:
        return False
    return not is_declaration(one.content) or one.content == found.content


def _pointers(one: Printed, others: Iterable[Mapping[Identity, Printed]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for other in others:
        found |= dict.fromkeys(differing(one.content, other[one.identity].content))
    if len(found) <= _MAX_POINTERS:
        return tuple(found)
    return tuple(f"/{key}" for key in one.content if key not in {"apiVersion", "kind"})


def _told_of_objects(
    printed: Sequence[Sequence[Printed]], kept: Iterable[Printed], why: str
) -> Iterator[tuple[Identity, str, str]]:
    """Yield the objects that are not in all renderings.

    By chance an object has another name each time: then those of the first one stand for all.
    """
    settled = {one.identity for one in kept}
    looked_at = printed if why == CLUSTER else printed[:1]
    missing = {
        one.identity: one for each in looked_at for one in each if one.identity not in settled
    }
    for identity, one in missing.items():
        yield identity, one.template, f"{_HOW[why]}"


def _told_of_values(
    kept: Iterable[Printed], pointers: Mapping[Identity, tuple[str, ...]], why: str
) -> Iterator[tuple[Identity, str, str]]:
    for one in kept:
        found = pointers.get(one.identity)
        if found:
            yield one.identity, one.template, f"{why}: {_shown(found)}"


def _shown(pointers: Sequence[str]) -> str:
    more = len(pointers) - _MAX_SHOWN
    return ", ".join(pointers[:_MAX_SHOWN]) + (f" and {more} more" if more > 0 else "")
