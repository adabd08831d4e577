"""The words that the modules of this package share: located data, layers, and open questions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from exporter.declared.ansible.unread import Unread
from exporter.declared.checkout import MAX_FILES, Checkout
from exporter.domain.errors import ConformanceError, ReadError, Reason
from exporter.domain.provenance import Place, Source
from exporter.foreign.yaml import Opaque, YamlList, YamlMap

VAULT_HEADER = b"$ANSIBLE_VAULT;"


class UnresolvedError(ConformanceError):
    """A value that only a run of Ansible would tell; the message says why."""


class HiddenError(UnresolvedError):
    """A value that stands, or may stand, where it cannot be read: in *unread*, if in a file."""

    def __init__(self, message: str, unread: Unread | None = None) -> None:
        super().__init__(message)
        self.unread = unread

    @classmethod
    def of(cls, name: str, unread: Unread) -> "HiddenError":
        """Return the error of a variable *name* that may stand in a file."""
        return cls(f"{name} may be set in {unread.place.where}, which is not readable", unread)


class PlacedMap(YamlMap):
    """A YAML mapping that also remembers its file."""

    __slots__ = ("path",)

    def __init__(self, line: int = 0, path: str = "") -> None:
        super().__init__(line)
        self.path = path


class PlacedList(YamlList):
    """A YAML sequence that also remembers its file."""

    __slots__ = ("path",)

    def __init__(self, line: int = 0, path: str = "") -> None:
        super().__init__(line)
        self.path = path


@dataclass(frozen=True, slots=True)
class Layer:
    """Variables of one precedence: *places* has where each one stands, else *place* counts.

    *group* is the group that they are set for, or empty. Of those in an *unread* file nothing is
    known: they may be any, and override what stands below.
    """

    values: Mapping[str, Any]
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict)
    group: str = ""
    unread: Unread | None = None

    @classmethod
    def hidden(cls, unread: Unread, *, group: str = "") -> "Layer":
        """Return the layer of a file that could not be read."""
        return cls(values={}, place=unread.place, group=group, unread=unread)

    def hides(self, name: str) -> bool:
        """Tell whether a variable *name* may be set here, unknown to us."""
        return self.unread is not None and self.unread.may_hold(name)

    def place_of(self, name: str) -> Place:
        """Return where the variable *name* is set."""
        return self.places.get(name, self.place)


def placed(value: Any, path: str) -> Any:
    """Return *value* as read from *path*, every collection knowing that path."""
    return _placed(value, path, {})


def _placed(value: Any, path: str, known: dict[int, Any]) -> Any:
    if id(value) in known:
        return known[id(value)]
    if isinstance(value, YamlMap):
        mapping = known[id(value)] = PlacedMap(value.line, path)
        mapping.lines = value.lines
        mapping.update((key, _placed(one, path, known)) for key, one in value.items())
        return mapping
    if isinstance(value, YamlList):
        items = known[id(value)] = PlacedList(value.line, path)
        items.lines = value.lines
        items.extend(_placed(one, path, known) for one in value)
        return items
    return value


def layer_of(mapping: PlacedMap, *, checkout: Checkout) -> Layer:
    """Return the variables that *mapping* holds."""

    def at(line: int) -> Place:
        return checkout.place(Source.ANSIBLE, mapping.path, line)

    places = {key: at(mapping.line_of(key)) for key in mapping}
    return Layer(values=mapping, place=at(mapping.line), places=places)


def listing(checkout: Checkout, folder: str) -> list[str]:
    """Return the paths of what *folder* holds, sorted, links included; hidden names are not.

    Raises :exc:`ReadError` where it cannot be listed or holds too much.
    """
    try:
        names = [one.name for one in checkout.resolve(folder).iterdir()]
    except OSError as error:
        raise ReadError(
            f"cannot be listed: {error.strerror}", reason=Reason.MISSING, path=folder
        ) from None
    if len(names) > MAX_FILES:
        raise ReadError(f"holds more than {MAX_FILES} files", reason=Reason.TOO_LARGE, path=folder)
    return [beside(folder, name) for name in sorted(names) if not name.startswith(".")]


def beside(folder: str, *parts: str) -> str:
    """Return the path of *parts* in *folder*, which may be the root (``""`` or ``.``)."""
    return PurePosixPath(folder, *parts).as_posix()


def normal(path: str) -> str:
    """Return *path* without ``.`` and ``..`` where they can be taken out."""
    parts: list[str] = []
    for part in PurePosixPath(path).parts:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        else:
            parts.append(part)
    return PurePosixPath(*parts).as_posix()


def items_of(value: Any) -> list[Any]:
    """Return a list as it is, nothing as an empty list, anything else as its only item."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def is_secret(value: object) -> bool:
    """Tell whether *value* is encrypted, as YAML or as ``ansible-inventory`` show it."""
    return isinstance(value, Opaque) or (isinstance(value, dict) and "__ansible_vault" in value)
