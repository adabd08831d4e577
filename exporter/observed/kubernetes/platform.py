"""What an API server says of itself, and of Argo CD's rules, asked for again and again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from exporter.domain.errors import ParseError, Reason
from exporter.domain.platform import Platform, RulesData
from exporter.foreign.guard import unfailing
from exporter.observed.kubernetes.api import Api
from exporter.observed.kubernetes.backoff import Backoff
from exporter.observed.kubernetes.errors import WatchError
from exporter.observed.platform import (
    MAX_APIS,
    RULES,
    Discovery,
    chosen,
    parse_discovery,
    parse_rules,
    parse_version,
    served_in,
)

PAUSE: Final = 300.0
"""Seconds between two rounds of questions."""

_DISCOVERY: Final = "application/json;g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList"
AGGREGATED: Final = f"{_DISCOVERY.format('v2')},{_DISCOVERY.format('v2beta1')},application/json"
MAX_GROUPS: Final = 1000


@dataclass(slots=True, kw_only=True)
class PlatformPoller:
    """Keeps *known* up to date; what cannot be asked for now stays as it was told last.

    *settled* once everything was asked for. ``argocd-cm`` is asked for in *namespaces*, or in all.
    """

    api: Api
    namespaces: tuple[str, ...]
    changed: Callable[[], None]
    known: Platform = field(default_factory=Platform)
    settled: bool = False

    async def run(self) -> None:
        """Ask until cancelled."""
        backoff = Backoff(self.api.limits)
        await unfailing(
            self._rounds, name="look at the platform", pause=backoff.next, broke=self._settle
        )

    async def _rounds(self) -> None:
        while True:
            await self.ask()
            await asyncio.sleep(PAUSE)

    async def ask(self) -> None:
        """Ask everything once."""
        last = self.known
        rules, refused = await self._rules(last)
        found = Platform(
            kube_version=await self._version() or last.kube_version,
            api_versions=await self._apis() or last.api_versions,
            rules=rules,
            refused=refused,
        )
        if found != last:
            self.known = found
        if found != last or not self.settled:
            self._settle()

    def _settle(self) -> None:
        self.settled = True
        self.changed()

    async def _version(self) -> str:
        try:
            return parse_version(await self.api.get("/version"))
        except (WatchError, ParseError):
            return ""

    async def _apis(self) -> tuple[str, ...]:
        """Return what is served, or nothing where not all of it can be told."""
        found: set[str] = set()
        try:
            for root in ("/api", "/apis"):
                async for document in self._documents(root):
                    found.update(served_in(document))
        except (WatchError, ParseError):
            return ()
        return tuple(sorted(found)) if len(found) <= MAX_APIS else ()

    async def _documents(self, root: str) -> AsyncIterator[Discovery]:
        body = await self.api.get(root, accept=AGGREGATED)
        document = parse_discovery(body)
        if document.kind == "APIGroupDiscoveryList":
            yield document
            return
        for version in document.served_versions[:MAX_GROUPS]:
            yield parse_discovery(await self.api.get(f"{root}/{quote(version)}"))

    async def _rules(self, last: Platform) -> tuple[RulesData | None, str]:
        found: list[RulesData] = []
        query = {"fieldSelector": f"metadata.name={RULES}"}
        try:
            for namespace in self.namespaces or ("",):
                within = f"/namespaces/{quote(namespace, safe='')}" if namespace else ""
                body = await self.api.get(f"/api/v1{within}/configmaps", query=query)
                found += parse_rules(body)
        except WatchError as error:
            if error.reason is Reason.FORBIDDEN:
                return None, f"nobody lets us look: grant list on configmaps named {RULES}"
            if error.reason is Reason.MISSING:
                return None, ""
            return last.rules, last.refused or error.message
        except ParseError as error:
            return last.rules, f"{RULES} {error.message}"
        return chosen(found)
