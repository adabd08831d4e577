"""A simulated server for the tests of itself."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.apiserver.client import Client
from tests.apiserver.server import ApiServer


@pytest.fixture
async def api() -> AsyncIterator[ApiServer]:
    """A server whose seconds are short."""
    async with ApiServer(second=0.05) as server:
        yield server


@pytest.fixture
async def client(api: ApiServer) -> AsyncIterator[Client]:
    """A client of the server."""
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield Client(api, session)
