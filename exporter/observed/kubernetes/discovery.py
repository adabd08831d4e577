"""Which version of a group serves a kind, under which name, and whether it has namespaces.

Source: Kubernetes API, discovery (``APIGroup``, ``APIResourceList``).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Final, Protocol, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import Struct

from exporter.domain.objectkeys import GroupKind
from exporter.observed.kubernetes.errors import WatchError, malformed

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_T = TypeVar("_T")
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
"""What a resource and a version may be called (RFC 1123, label); both become part of a path."""
_GROUP_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_KIND_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{0,62}")

_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Version(Struct, gc=False):
    version: str


class _Group(Struct, rename="camel", gc=False):
    name: str = ""
    versions: list[_Version] = []
    preferred_version: _Version | None = None

    def names(self) -> list[str]:
        """Return its versions that have a name, the preferred one first."""
        preferred = [self.preferred_version.version] if self.preferred_version else []
        versions = (*preferred, *(served.version for served in self.versions))
        return [version for version in dict.fromkeys(versions) if _NAME.fullmatch(version)]


class _Groups(Struct, gc=False):
    groups: list[_Group] = []


class Resource(Struct, gc=False):
    """A resource as discovery tells of it."""

    name: str
    kind: str
    namespaced: bool = False
    verbs: list[str] = []

    @property
    def listed(self) -> bool:
        """Whether its objects can be listed and watched at all."""
        return {"list", "watch"} <= set(self.verbs)


class _Resources(Struct, gc=False):
    resources: list[Resource] | None = None


_GROUP = msgspec.json.Decoder(_Group)
_GROUPS = msgspec.json.Decoder(_Groups)
_RESOURCES = msgspec.json.Decoder(_Resources)


class Answering(Protocol):
    """Who answers with what stands at a path of the API server."""

    async def get(
        self, path: str, *, query: Mapping[str, str] = NOTHING, accept: str = ""
    ) -> bytes:
        """Return the body; raises :exc:`WatchError`."""

    async def close(self) -> None:
        """End all connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """How a kind is served; *listed* tells whether its objects can be listed and watched at all."""

    version: str
    plural: str
    namespaced: bool
    listed: bool


async def discover(api: Answering, kind: GroupKind, *, declared: Sequence[str]) -> Served | None:
    """Return how a *kind* is served, None where it is not; raises :exc:`WatchError`.

    Of several versions one in which objects are *declared* counts, else the preferred one.
    """
    try:
        versions = await _versions(api, kind.group)
        for version in _in_order(versions, declared):
            found = await _find(api, kind, version)
            if found is not None:
                return found
    except WatchError as error:
        if error.code != HTTPStatus.NOT_FOUND:
            raise
    return None


async def _versions(api: Answering, group: str) -> list[str]:
    """Return the versions of a group, the preferred one first."""
    if not group:
        return ["v1"]
    return parse_group(await api.get(f"/apis/{quote(group, safe='')}"))


def parse_group(body: bytes) -> list[str]:
    """Return the versions that an ``APIGroup`` names; raises :exc:`WatchError`."""
    return _decoded(_GROUP, body).names()


def parse_groups(body: bytes) -> Iterator[tuple[str, str]]:
    """Yield the groups of an ``APIGroupList``, each with the version that the server prefers.

    Raises :exc:`WatchError`.
    """
    for group in _decoded(_GROUPS, body).groups:
        version = next(iter(group.names()), None)
        if version is not None and _GROUP_NAME.fullmatch(group.name):
            yield group.name, version


def _in_order(served: Iterable[str], declared: Sequence[str]) -> list[str]:
    known = list(served)
    return [*(version for version in declared if version in known), *known]


async def _find(api: Answering, kind: GroupKind, version: str) -> Served | None:
    root = f"/apis/{quote(kind.group, safe='')}" if kind.group else "/api"
    body = await api.get(f"{root}/{quote(version, safe='')}")
    return parse_resources(body, kind=kind.kind, version=version)


def resources_in(body: bytes) -> Iterator[Resource]:
    """Yield what an ``APIResourceList`` names, without subresources; raises :exc:`WatchError`."""
    for resource in _decoded(_RESOURCES, body).resources or ():
        if _NAME.fullmatch(resource.name) and _KIND_NAME.fullmatch(resource.kind):
            yield resource


def is_plain(*, group: str, version: str, plural: str, kind: str) -> bool:
    """Tell whether all of these are names, so that they may be parts of a path."""
    named = _NAME.fullmatch(version) and _NAME.fullmatch(plural) and _KIND_NAME.fullmatch(kind)
    return bool(named and (not group or _GROUP_NAME.fullmatch(group)))


def parse_resources(body: bytes, *, kind: str, version: str) -> Served | None:
    """Return how an ``APIResourceList`` says that a *kind* is served; raises :exc:`WatchError`."""
    for resource in resources_in(body):
        if resource.kind == kind:
            return Served(
                version=version,
                plural=resource.name,
                namespaced=resource.namespaced,
                listed=resource.listed,
            )
    return None


def _decoded(decoder: msgspec.json.Decoder[_T], body: bytes) -> _T:
    try:
        return decoder.decode(body)
    except _BROKEN as error:
        raise malformed(f"what came is no discovery document: {error}") from None
