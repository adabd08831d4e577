from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import pytest

from exporter.declared.argocd import reader as argocd
from exporter.declared.argocd.application_sets import Made, make
from exporter.declared.argocd.destinations import Cluster
from exporter.declared.argocd.files import Files
from exporter.declared.argocd.reader import Followed
from exporter.declared.argocd.templating import Budget
from exporter.declared.checkout import Checkout
from exporter.declared.kustomize.renderer import Renderer
from exporter.declared.located import LocatedTree, from_yaml
from exporter.declared.remembered import Remembered
from exporter.declared.rendered import Manifest
from exporter.declared.repositories import Home
from exporter.domain.addresses import normalise
from exporter.domain.applications import Overrides
from exporter.domain.declaration import ApplicationKey
from exporter.domain.provenance import Place, Source
from exporter.foreign import yaml
from exporter.settings.charts import RootChart

ADDRESS = "https://git.example.org/platform/gitops.git"
Lay = Callable[[Mapping[str, str]], Checkout]
Locate = Callable[[str], LocatedTree]


class Expand(Protocol):
    def __call__(
        self, manifest: str, files: Mapping[str, str] = ..., *, address: str = ...
    ) -> Made: ...


class Follow(Protocol):
    async def __call__(
        self, files: Mapping[str, str], *patterns: str, address: str = ..., **options: Any
    ) -> Followed: ...


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Write files and return the checkout that holds them."""

    def write(files: Mapping[str, str]) -> Checkout:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", errors="surrogateescape")
        return Checkout.at(tmp_path)

    return write


@pytest.fixture
def locate() -> Locate:
    """Parse YAML as if it stood in the file ``set.yaml``."""

    def parse(text: str) -> LocatedTree:
        return from_yaml(yaml.load(text), Place(Source.ARGOCD, "set.yaml", 1))

    return parse


@pytest.fixture
def expand(lay: Lay, locate: Locate) -> Expand:
    """Make the Applications of an ApplicationSet over a checkout."""

    def run(
        manifest: str, files: Mapping[str, str] | None = None, *, address: str = ADDRESS
    ) -> Made:
        home = Home(lay(files or {}), frozenset({normalise(address)} if address else ()))
        return make(locate(manifest), files=Files(home, Budget()), namespace="argocd")

    return run


@pytest.fixture
def follow(lay: Lay) -> Follow:
    """Read a repository as the exporter does, with the real renderer."""

    async def run(
        files: Mapping[str, str],
        *patterns: str,
        address: str = ADDRESS,
        running: Sequence[Manifest] = (),
        cluster: Cluster | None = None,
        memory: Remembered | None = None,
        overrides: Mapping[ApplicationKey, tuple[Overrides, ...]] | None = None,
        roots: Sequence[RootChart] = (),
        **options: Any,
    ) -> Followed:
        checkout = lay(files)
        renderer = Renderer(checkout, allow_remote=False, source=Source.ARGOCD)
        addresses = frozenset({normalise(address)} if address else ())
        home = Home(checkout, addresses=addresses, **options)
        return await argocd.read(
            patterns,
            home=home,
            render=renderer.render,
            cluster=cluster,
            memory=memory,
            running=running,
            overrides=overrides or {},
            roots=roots,
        )

    return run
