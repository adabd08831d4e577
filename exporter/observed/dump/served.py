"""Which kinds an API server lists, as discovery says it.

Source: Kubernetes API, discovery (``APIGroupList``, ``APIResourceList``).
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import msgspec
from msgspec import Struct

from exporter.domain.objectkeys import GroupKind
from exporter.observed.kubernetes.discovery import Answering
from exporter.observed.kubernetes.errors import WatchError, malformed
from exporter.observed.lenient import BROKEN
from exporter.observed.objects import NEVER_READ, UNDECLARED

MAX_GROUPS: Final = 1000
LISTED: Final = frozenset({"list", "watch"})
AT_ONCE: Final = 4
"""How many questions are asked beside each other."""


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class ServedKind:
    """A kind and the path at which its objects are listed."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True

    @property
    def resource(self) -> str:
        """The name that RBAC and kubectl use, which is that of the file: ``deployments.apps``."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        """``apps/v1``."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str = "") -> str:
        """Return the path of all objects, or of those of one namespace."""
        root = "/api/v1" if not self.group else f"/apis/{self.group}/{self.version}"
        within = f"/namespaces/{quote(namespace, safe='')}" if namespace else ""
        return f"{root}{within}/{self.plural}"


class _Version(Struct, rename="camel", gc=False):
    group_version: str
    version: str


class _Group(Struct, rename="camel", gc=False):
    name: str = ""
    versions: list[_Version] = []
    preferred_version: _Version | None = None


class _Groups(Struct, gc=False):
    groups: list[_Group] = []


class _Resource(Struct, gc=False):
    name: str
    kind: str
    namespaced: bool = False
    verbs: list[str] = []


class _Resources(Struct, gc=False):
    resources: list[_Resource] | None = None


_GROUPS = msgspec.json.Decoder(_Groups)
_RESOURCES = msgspec.json.Decoder(_Resources)


@dataclass(slots=True)
class Discovered:
    """All kinds that are served in the version that the server prefers.

    *documents* are what it said, which a dump keeps; *refused* the groups that do not answer.
    """

    kinds: list[ServedKind]
    documents: list[bytes]
    refused: list[str]


async def discover_all(cluster: Answering) -> Discovered:
    """Ask for every kind; raises :exc:`WatchError` where nobody tells even the groups."""
    versions = [version async for version in _versions(cluster)]
    found = Discovered([], [], [])
    limit = asyncio.Semaphore(AT_ONCE)

    async def ask(group: str, version: str) -> tuple[bytes, list[ServedKind]]:
        root = "/api/v1" if not group else f"/apis/{quote(group)}/{quote(version)}"
        async with limit:
            body = await cluster.get(root)
        return body, list(kinds_in(body, group=group, version=version))

    asked = [ask(*version) for version in versions]
    for (group, _), answer in zip(
        versions, await asyncio.gather(*asked, return_exceptions=True), strict=True
    ):
        if isinstance(answer, WatchError):
            found.refused.append(group or "the core group")
        elif isinstance(answer, BaseException):
            raise answer
        else:
            found.documents.append(answer[0])
            found.kinds += answer[1]
    return found


async def _versions(cluster: Answering) -> AsyncIterator[tuple[str, str]]:
    """Yield each group with the version that the server prefers."""
    yield "", "v1"
    body = await cluster.get("/apis")
    try:
        groups = _GROUPS.decode(body).groups
    except BROKEN as error:
        raise malformed(f"what came is no discovery document: {error}") from None
    for group in groups[:MAX_GROUPS]:
        preferred = group.preferred_version or next(iter(group.versions), None)
        if preferred is not None and group.name:
            yield group.name, preferred.version


def kinds_in(body: bytes, *, group: str, version: str) -> Iterator[ServedKind]:
    """Yield the kinds that can be listed, without those that a dump never holds.

    Raises :exc:`WatchError` where *body* is no ``APIResourceList``.
    """
    try:
        resources = _RESOURCES.decode(body).resources or ()
    except BROKEN as error:
        raise malformed(f"what came is no discovery document: {error}") from None
    for resource in resources:
        kind = GroupKind(group, resource.kind)
        if set(resource.verbs) >= LISTED and kind not in NEVER_READ | UNDECLARED:
            yield ServedKind(
                group=group,
                version=version,
                plural=resource.name,
                kind=resource.kind,
                namespaced=resource.namespaced,
            )
