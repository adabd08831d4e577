"""Which version of a group serves a kind, under which name, and whether it has namespaces.

Source: Kubernetes API, discovery (``APIGroup``, ``APIResourceList``).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
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

_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Version(Struct, gc=False):
    version: str


class _Group(Struct, rename="camel", gc=False):
    versions: list[_Version] = []
    preferred_version: _Version | None = None


class _Resource(Struct, gc=False):
    name: str
    kind: str
    namespaced: bool = False
    verbs: list[str] = []


class _Resources(Struct, gc=False):
    resources: list[_Resource] | None = None


_GROUP = msgspec.json.Decoder(_Group)
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
    found = _decoded(_GROUP, body)
    preferred = [found.preferred_version.version] if found.preferred_version else []
    versions = (*preferred, *(served.version for served in found.versions))
    return [version for version in dict.fromkeys(versions) if _NAME.fullmatch(version)]


def _in_order(served: Iterable[str], declared: Sequence[str]) -> list[str]:
    known = list(served)
    return [*(version for version in declared if version in known), *known]


async def _find(api: Answering, kind: GroupKind, version: str) -> Served | None:
    root = f"/apis/{quote(kind.group, safe='')}" if kind.group else "/api"
    body = await api.get(f"{root}/{quote(version, safe='')}")
    return parse_resources(body, kind=kind.kind, version=version)


def parse_resources(body: bytes, *, kind: str, version: str) -> Served | None:
    """Return how an ``APIResourceList`` says that a *kind* is served; raises :exc:`WatchError`."""
    for resource in _decoded(_RESOURCES, body).resources or ():
        if resource.kind == kind and _NAME.fullmatch(resource.name):
            return Served(
                version=version,
                plural=resource.name,
                namespaced=resource.namespaced,
                listed={"list", "watch"} <= set(resource.verbs),
            )
    return None


def _decoded(decoder: msgspec.json.Decoder[_T], body: bytes) -> _T:
    try:
        return decoder.decode(body)
    except _BROKEN as error:
        raise malformed(f"what came is no discovery document: {error}") from None
