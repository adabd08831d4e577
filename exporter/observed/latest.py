"""Values by key, of which the newest counts."""

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

MAX_TOMBSTONES = 10_000
"""How many of the keys that went are remembered; late news of older ones is not to be expected."""


class Tombstones(Generic[K]):
    """Keys that went, the last of them, each with the version at which it did.

    News of an older version that comes late must not bring a key back.
    """

    __slots__ = ("_versions",)

    def __init__(self) -> None:
        self._versions: dict[K, int] = {}

    def add(self, key: K, version: int) -> None:
        """Remember that *key* went at *version*; an unknown one (-1) tells nothing."""
        if version < 0:
            return
        self._versions[key] = max(version, self._versions.pop(key, -1))
        if len(self._versions) > MAX_TOMBSTONES:
            del self._versions[next(iter(self._versions))]

    def covers(self, key: K, version: int) -> bool:
        """Tell whether this *version* of *key* is from before it went."""
        return 0 <= version <= self._versions.get(key, -1)


class Latest(Generic[K, V]):
    """Values by key; a value gives way to one of the same or a newer version.

    Versions are numbers that grow, or -1 where none is known; then the later value counts.
    """

    __slots__ = ("_known", "_tombstones")

    def __init__(self) -> None:
        self._known: dict[K, tuple[int, V]] = {}
        self._tombstones: Tombstones[K] = Tombstones()

    def __len__(self) -> int:
        return len(self._known)

    def put(self, key: K, value: V, version: int) -> bool:
        """Keep *value*, unless a newer one is known; tell whether that changed anything."""
        known = self._known.get(key)
        if known is None and self._tombstones.covers(key, version):
            return False
        if known is not None and 0 <= version < known[0]:
            return False
        self._known[key] = (version, value)
        return known is None or known[1] != value

    def drop(self, key: K, version: int = -1) -> bool:
        """Forget *key*, unless a newer version than *version* is known; tell if it was known."""
        known = self._known.get(key)
        if known is not None and 0 <= version < known[0]:
            return False
        self._tombstones.add(key, version)
        return self._known.pop(key, None) is not None

    def values(self) -> dict[K, V]:
        """Return all values by their key."""
        return {key: value for key, (_, value) in self._known.items()}
