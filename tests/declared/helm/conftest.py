from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.helm import ChartRenderer, Charts
from exporter.declared.options import HelmOptions
from exporter.declared.rendered import Rendered
from exporter.domain.provenance import Source
from tests.programs import tool

Lay = Callable[[Mapping[str, str | bytes]], Checkout]


class Render(Protocol):
    async def __call__(
        self, files: Mapping[str, str | bytes], *, charts: Charts | None = ..., **options: Any
    ) -> Rendered: ...


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Write files below a folder ``repository`` and return the checkout that holds them."""

    def write(files: Mapping[str, str | bytes]) -> Checkout:
        root = tmp_path / "repository"
        root.mkdir(exist_ok=True)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Checkout.at(root)

    return write


@pytest.fixture(params=["3", "4"])
def version(request: pytest.FixtureRequest) -> str:
    """Both versions of helm that Argo CD ships; a test is skipped without them."""
    found: str = request.param
    tool(f"helm-{found}")
    return found


@pytest.fixture
def render(lay: Lay, version: str) -> Render:
    """Render the chart in the folder ``chart`` by helm itself."""

    async def run(
        files: Mapping[str, str | bytes], *, charts: Charts | None = None, **options: Any
    ) -> Rendered:
        known = Charts(helm=version, kube_version="1.31.2", api_versions=())
        renderer = ChartRenderer(lay(files), charts or known, Source.ARGOCD)
        told = HelmOptions(**{"owner": "argocd/shop/0", "release": "shop", **options})
        return await renderer.render("chart", told)

    return run
