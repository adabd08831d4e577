from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from exporter.domain.nodes import ObservedNodes
from exporter.foreign.supervisor import supervised
from exporter.observed.kubernetes.live import Live
from exporter.settings.observed import KubernetesSettings
from tests.apiserver.server import ApiServer
from tests.observed.kubernetes.following import FAST, As, Following


@pytest.fixture
async def api() -> AsyncIterator[ApiServer]:
    async with ApiServer(bookmark_period=0.05) as server:
        yield server


@pytest.fixture
def following(api: ApiServer) -> Following:
    """Follows the server; keywords are settings where they are known there, else limits."""

    @asynccontextmanager
    async def follow(
        *,
        needed: frozenset[type] = frozenset({ObservedNodes}),
        logins: As | None = None,
        **changes: Any,
    ) -> AsyncIterator[Live]:
        known = KubernetesSettings.__struct_fields__
        settings = KubernetesSettings(**{k: v for k, v in changes.items() if k in known})
        limits = replace(FAST, **{k: v for k, v in changes.items() if k not in known})
        live = Live(settings, needed=needed, limits=limits, logins=logins or As(api.url))
        async with supervised() as supervisor:
            live.start(supervisor)
            try:
                yield live
            finally:
                await live.stop()

    return follow
