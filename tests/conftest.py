import logging
import os
from collections.abc import Iterator

import pytest

from exporter.domain.errors import ReadError
from exporter.foreign.command import find_tool


@pytest.fixture(scope="session")
def kustomize() -> str:
    """The kustomize binary; without it the test is skipped, except in CI, where it fails."""
    try:
        return find_tool("kustomize", advice="install it, or set CONFORMANCE_KUSTOMIZE to its path")
    except ReadError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture
def log_restored() -> Iterator[None]:
    """Put the log back as it was, after a test that configures it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
