from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exporter.registries.fetcher import ChartFetcher
from exporter.registries.store import Store
from exporter.settings.charts import RegistrySettings
from tests.clocks import Time

MakeFetcher = Callable[..., ChartFetcher]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask servers on loopback without a proxy that this machine may have."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of charts."""
    return tmp_path / "charts"


@pytest.fixture
def fetcher(tmp_path: Path, folder: Path, time: Time) -> MakeFetcher:
    """Make what fetches from one registry."""

    def make(
        url: str, *, limit: int = 1 << 30, patience: float = 60, **settings: Any
    ) -> ChartFetcher:
        return ChartFetcher(
            registries=(RegistrySettings(url=url, **settings),),
            folder=tmp_path,
            store=Store(folder, limit),
            refresh=timedelta(minutes=10),
            clock=time.clock,
            patience=patience,
        )

    return make
