"""Prometheus' own tools; without one its tests are skipped, except in CI, where they fail."""

import pytest

from tests.programs import tool


@pytest.fixture(params=["promtool", "promtool-bookworm"], ids=["debian13", "debian12"])
def promtool(request: pytest.FixtureRequest) -> str:
    """The rules' checker of two versions of Prometheus."""
    return tool(str(request.param))


@pytest.fixture(params=["amtool", "amtool-bookworm"], ids=["debian13", "debian12"])
def amtool(request: pytest.FixtureRequest) -> str:
    """The checker of the configuration of two versions of Alertmanager."""
    return tool(str(request.param))
