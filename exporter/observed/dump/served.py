"""Which kinds an API server lists, as discovery says it.

Source: Kubernetes API, discovery (``APIGroupList``, ``APIResourceList``).
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final
from urllib.parse import quote

from exporter.domain.objectkeys import GroupKind
from exporter.observed.kubernetes.discovery import (
    Answering,
    is_plain,
    parse_groups,
    resources_in,
)
from exporter.observed.kubernetes.errors import WatchError
from exporter.observed.objects import NEVER_READ, UNDECLARED

MAX_GROUPS: Final = 1000
AT_ONCE: Final = 4
"""How many questions are asked beside each other."""


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class ServedKind:
    """A kind and the path at which its objects are listed, or that nobody serves."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True
    served: bool = True

    @property
    def resource(self) -> str:
        """The name that RBAC and kubectl use, which is that of the file: ``deployments.apps``."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def api_version(self) -> str:
        """``apps/v1``."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def plain(self) -> bool:
        """Whether it may be part of a path: a declaration may name anything a kind."""
        return is_plain(group=self.group, version=self.version, plural=self.plural, kind=self.kind)

    def path(self, namespace: str = "") -> str:
        """Return the path of all objects, or of those of one namespace."""
        root = "/api/v1" if not self.group else f"/apis/{self.group}/{self.version}"
        within = f"/namespaces/{quote(namespace, safe='')}" if namespace else ""
        return f"{root}{within}/{self.plural}"


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
    versions = await _versions(cluster)
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


async def _versions(cluster: Answering) -> list[tuple[str, str]]:
    """Return each group with the version that the server prefers, the core's first."""
    groups = parse_groups(await cluster.get("/apis"))
    return [("", "v1"), *islice(groups, MAX_GROUPS)]


def kinds_in(body: bytes, *, group: str, version: str) -> Iterator[ServedKind]:
    """Yield the kinds that can be listed, without those that a dump never holds.

    Raises :exc:`WatchError` where *body* is no ``APIResourceList``.
    """
    for resource in resources_in(body):
        kind = GroupKind(group, resource.kind)
        if resource.listed and kind not in NEVER_READ | UNDECLARED:
            yield ServedKind(
                group=group,
                version=version,
                plural=resource.name,
                kind=resource.kind,
                namespaced=resource.namespaced,
            )
