"""What of an object goes into a dump: all of it, but for what nobody uses, or nobody shall see."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from msgspec import Raw, Struct

from exporter.domain.fingerprint import MASKED
from exporter.domain.json import as_list
from exporter.observed.kubernetes.errors import malformed
from exporter.observed.lenient import BROKEN

WRITTEN_BY_CONTROLLERS: Final = frozenset({"Pod", "ReplicaSet", "EndpointSlice", "Endpoints"})
"""Kinds that nobody writes by hand, so that nobody asks who did."""
LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
"""An annotation that repeats the object, env values included."""
_CONTAINERS: Final = ("containers", "initContainers", "ephemeralContainers")


class ListMetadata(Struct, rename="camel", gc=False):
    """What a list says of itself: where it goes on, if it does."""

    following: str = msgspec.field(default="", name="continue")


class Page(Struct, gc=False):
    """A page of a list."""

    metadata: ListMetadata = msgspec.field(default_factory=ListMetadata)
    items: list[Raw] | None = None


_PAGE = msgspec.json.Decoder(Page)


def parse_page(body: bytes) -> Page:
    """Return a page of a list; raises :exc:`WatchError`."""
    try:
        return _PAGE.decode(body)
    except BROKEN as error:
        raise malformed(f"what came is no list: {error}") from None


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of the objects of a *kind*: *mask* replaces the values of environments."""

    kind: str
    mask: bool = False

    def of(self, item: Raw) -> bytes:
        """Return the object as the dump has it; raises :exc:`WatchError` where it is none."""
        drops = self.kind in WRITTEN_BY_CONTROLLERS and b'"managedFields"' in bytes(item)
        if not drops and not self.mask:
            return bytes(item)
        try:
            content = msgspec.json.decode(item)
        except BROKEN as error:
            raise malformed(f"what came is no object: {error}") from None
        if self.kind in WRITTEN_BY_CONTROLLERS:
            _metadata(content).pop("managedFields", None)
        if self.mask:
            _mask(content)
        return msgspec.json.encode(content)


def _metadata(content: Any) -> dict[str, Any]:
    metadata = content.get("metadata") if isinstance(content, dict) else None
    return metadata if isinstance(metadata, dict) else {}


def _mask(content: Any) -> None:
    """Replace the values of environments in place, wherever a template of pods stands."""
    annotations = _metadata(content).get("annotations")
    if isinstance(annotations, dict):
        annotations.pop(LAST_APPLIED, None)
    for container in _containers(content):
        env = container.get("env")
        if isinstance(env, dict):  # as custom resources may have it
            env.update(dict.fromkeys(env, MASKED))
        for variable in as_list(env):
            if isinstance(variable, dict) and variable.get("value"):
                variable["value"] = MASKED


def _containers(content: Any) -> Iterator[dict[str, Any]]:
    """Yield every container in an object, of a pod or of a template of any depth."""
    if isinstance(content, list):
        for item in content:
            yield from _containers(item)
    elif isinstance(content, dict):
        for key, value in content.items():
            if key in _CONTAINERS and isinstance(value, list):
                yield from (one for one in value if isinstance(one, dict))
            else:
                yield from _containers(value)
