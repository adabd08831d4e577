import ctypes
import gc
import logging
import warnings
from collections.abc import AsyncIterator, Iterator

import pytest
from hypothesis import settings

from exporter.declared.confined import Workers
from exporter.foreign.supervisor import Supervisor, supervised
from tests.programs import tool

settings.register_profile("any machine", deadline=None)  # how long an example takes proves nothing
settings.load_profile("any machine")

gc.set_threshold(20_000, 20, 20)  # a tenth of the time went by looking through what tests leave


@pytest.fixture(scope="session")
def kustomize() -> str:
    """The kustomize binary; without it the test is skipped, except in CI, where it fails."""
    return tool("kustomize")


@pytest.fixture(scope="session")
def helm() -> str:
    """The helm binary of the newer version; without it the test is skipped, as for kustomize."""
    return tool("helm-4")


@pytest.fixture(scope="session")
def landlock() -> None:
    """Rules of the kernel for files; the test is skipped where it has none."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(444, None, ctypes.c_size_t(0), 1) < 1:
        pytest.skip("this kernel has no Landlock")


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    """Start root tasks that end with the test."""
    async with supervised() as supervisor:
        yield supervisor


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    """Processes in which readers read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of the tests stay behind
        workers = Workers.start()
    yield workers
    workers.template.stop()


@pytest.fixture
def log_restored() -> Iterator[None]:
    """Put the log back as it was, after a test that configures it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
