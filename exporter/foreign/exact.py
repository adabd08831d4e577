"""What programs read differently in YAML, and is refused where one judges it and another uses it.

kustomize is written in Go, whose parsers pass over tags that they do not know, decode ``!!binary``,
take ``! null`` for a text, and let ``<<`` overrule a key that stands before it. So a path under any
of these would be nothing, or another one, for whoever looks at the file before.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any, Final

from exporter.domain.errors import ParseError
from exporter.foreign.scalars import TAG

_TAGS: Final = frozenset(
    {None, *(TAG + one for one in ("str", "int", "float", "bool", "map", "seq"))}
)
"""The tags that say nothing which others could miss."""
_MAX_SHOWN: Final = 100


def check_tag(tag: str | None, line: int) -> None:
    """Refuse a *tag* that is not that of a plain text, number or collection."""
    if tag not in _TAGS:
        shown = str(tag).replace(TAG, "!!")[:_MAX_SHOWN]
        message = f"the tag {shown} may hide what it stands before; remove it"
        raise ParseError(message, line=line)


def check_merge(bases: Iterable[Any], before: Sequence[Container[str]], line: int) -> Iterator[str]:
    """Yield the keys that ``<<`` brings; refuse one that stands *before* it."""
    for base in bases:
        for key in base if isinstance(base, dict) else ():
            if any(key in one for one in before):
                message = f"the key {key!r} stands before the << that brings it; move << up"
                raise ParseError(message, line=line)
            yield key
