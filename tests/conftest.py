import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from exporter.foreign.supervisor import Supervisor, supervised
from tests.programs import tool


@pytest.fixture(scope="session")
def kustomize() -> str:
    """The kustomize binary; without it the test is skipped, except in CI, where it fails."""
    return tool("kustomize")


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    """Start root tasks that end with the test."""
    async with supervised() as supervisor:
        yield supervisor


@pytest.fixture
def log_restored() -> Iterator[None]:
    """Put the log back as it was, after a test that configures it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
