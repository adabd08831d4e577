"""Fixtures of the reference cluster; what it declares is read once for all."""

import asyncio
from pathlib import Path

import pytest

from exporter.app import declare_once
from exporter.domain.state import State
from exporter.settings.load import load
from tests.e2e.reference import Reference


@pytest.fixture(scope="session")
def declared(kustomize: str, tmp_path_factory: pytest.TempPathFactory) -> State:
    """What the unchanged example declares."""
    assert kustomize
    example = Reference.copy(tmp_path_factory.mktemp("declared") / "example")
    return asyncio.run(declare_once(load(example.settings)))


@pytest.fixture
def reference(kustomize: str, tmp_path: Path) -> Reference:
    """A copy of the example that may be changed."""
    assert kustomize
    return Reference.copy(tmp_path / "example")
