"""Fixtures of the reference cluster; what it declares is read once for all."""

import asyncio
import os
from pathlib import Path

import pytest

from exporter.app import declare_once
from exporter.domain.errors import ReadError
from exporter.domain.state import State
from exporter.foreign.command import find_tool
from exporter.settings.load import load
from tests.e2e.reference import Reference


@pytest.fixture(scope="session", autouse=True)
def kustomize() -> None:
    """Skip where kustomize is missing, loudly; in CI that is a failure."""
    try:
        find_tool("kustomize", advice="make test fetches it")
    except ReadError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def declared(tmp_path_factory: pytest.TempPathFactory) -> State:
    """What the unchanged example declares."""
    example = Reference.copy(tmp_path_factory.mktemp("declared") / "example")
    return asyncio.run(declare_once(load(example.settings)))


@pytest.fixture
def reference(tmp_path: Path) -> Reference:
    """A copy of the example that may be changed."""
    return Reference.copy(tmp_path / "example")
