"""Objects that are not all of what their kind asks for, read as far as they can be.

Only what the typed decoder refuses comes here, so it may take ten times as long.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin

import msgspec
from msgspec import Raw, Struct

from exporter.domain.errors import ParseError
from exporter.observed.records import SPARE

R = TypeVar("R", bound=Struct)

BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises."""

MAX_MESSAGE = 300

_FIELDS = msgspec.json.Decoder(dict[str, Raw])
_ITEMS = msgspec.json.Decoder(list[Raw])


@dataclass(frozen=True, slots=True)
class Partial(Generic[R]):
    """A *record* without what cannot be read; *lost* says why, by path (``status.phase``).

    What is marked as spare may lack, too, but is not told as lost.
    """

    record: R
    lost: Mapping[str, str] = field(default_factory=dict)

    def lacks(self, *paths: str) -> bool:
        """Tell whether anything of one of these *paths* is lost."""
        return any(_overlap(lost, path) for lost in self.lost for path in paths)


def read(raw: bytes | Raw, kind: type[R]) -> Partial[R]:
    """Return what *raw*, the JSON of an object, holds of a record of this *kind*.

    Raises :exc:`ParseError` where what has no default cannot be read.
    """
    lost: dict[str, str] = {}
    try:
        return Partial(_struct(Raw(raw), kind, "", lost), lost)
    except BROKEN as error:
        raise ParseError(message_of(error)) from None


def message_of(error: Exception) -> str:
    """Return in words what decoding raised."""
    message = "is nested too deeply" if isinstance(error, RecursionError) else str(error)
    return message[:MAX_MESSAGE]


def _struct(raw: Raw, kind: type[R], path: str, lost: dict[str, str]) -> R:
    given = _FIELDS.decode(raw)
    found: dict[str, Any] = {}
    for attribute in msgspec.structs.fields(kind):
        name = attribute.encode_name
        if name not in given:
            if attribute.required:
                raise msgspec.ValidationError(f"Object missing required field `{name}`")
            continue
        where = f"{path}.{name}" if path else name
        within = {} if _is_spare(attribute.type) else lost
        try:
            found[attribute.name] = _value(given[name], attribute.type, where, within)
        except BROKEN as error:
            if attribute.required:
                raise
            within[where] = message_of(error)
    return kind(**found)


def _value(raw: Raw, kind: Any, path: str, lost: dict[str, str]) -> Any:
    """Return *raw* as a *kind*; of a struct or list what can be read of it."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except BROKEN:
        bare = _bare(kind)
        if isinstance(bare, type) and issubclass(bare, Struct):
            return _struct(raw, bare, path, lost)
        if get_origin(bare) is list:
            return list(_items(raw, get_args(bare)[0], path, lost))
        raise


def _items(raw: Raw, kind: Any, path: str, lost: dict[str, str]) -> Iterable[Any]:
    for index, item in enumerate(_ITEMS.decode(raw)):
        where = f"{path}[{index}]"
        try:
            yield _value(item, kind, where, lost)
        except BROKEN as error:
            lost[where] = message_of(error)


def _is_spare(kind: Any) -> bool:
    return get_origin(kind) is Annotated and SPARE in kind.__metadata__


def _bare(kind: Any) -> Any:
    """Return what a field's type is where it is neither null nor annotated."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) is UnionType:
        (bare,) = (get_arg for get_arg in get_args(kind) if get_arg is not type(None))
        return _bare(bare)
    return kind


def _overlap(path: str, other: str) -> bool:
    """Tell whether one of two paths holds the other, or is the same."""
    shorter, longer = sorted((path, other), key=len)
    return longer.startswith(shorter) and longer[len(shorter) :][:1] in {"", ".", "["}
