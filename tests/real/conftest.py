"""Clusters to follow: the simulated one always, a real one where its programs are at hand."""

import os
import shutil
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from exporter.foreign.supervisor import supervised
from exporter.observed.kinds import FACTS
from exporter.observed.kubernetes.live import Live
from exporter.settings.observed import KubernetesSettings
from tests.apiserver.kubeconfig import write_kubeconfig
from tests.apiserver.server import ApiServer
from tests.apiserver.tls import server_context
from tests.real.clusters import Cluster, Real, Requests, Simulated
from tests.real.following import LIMITS, Following
from tests.real.processes import ADMIN_TOKEN, Etcd, KubeApiServer

VARIABLE = "KUBEBUILDER_ASSETS"
PROGRAMS = ("etcd", "kube-apiserver")
HOW = (
    f"{VARIABLE} is not set: no real API server was asked. It names a folder with "
    f"{' and '.join(PROGRAMS)}; setup-envtest downloads one, no package registry has it whole "
    "(see CONTRIBUTING.md, 'A real API server')"
)


@pytest.fixture(scope="session")
def assets() -> Path:
    """The folder with the programs; without it the tests of a real server are skipped."""
    named = os.environ.get(VARIABLE)
    if not named:
        pytest.skip(HOW)
    folder = Path(named)
    missing = [name for name in PROGRAMS if not shutil.which(name, path=folder)]
    if missing:
        pytest.fail(f"{VARIABLE} is {folder}, where {' and '.join(missing)} cannot be run")
    return folder


@pytest.fixture(scope="session")
def etcd(assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcd]:
    """An etcd for the whole run."""
    program = Etcd(assets / "etcd", tmp_path_factory.mktemp("etcd"))
    try:
        program.start()
        yield program
    finally:
        program.stop()


@pytest.fixture(scope="session")
def kube_apiserver(
    assets: Path, etcd: Etcd, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KubeApiServer]:
    """A kube-apiserver for the whole run."""
    folder = tmp_path_factory.mktemp("kube-apiserver")
    program = KubeApiServer(assets / "kube-apiserver", folder, etcd)
    try:
        program.start()
        yield program
    finally:
        program.stop()


@pytest.fixture(scope="session")
def plain_apiserver(
    assets: Path, etcd: Etcd, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KubeApiServer]:
    """A kube-apiserver over the same etcd without streaming lists, which forgets quickly.

    It has no cache of its own, so that what the etcd forgot is forgotten.
    """
    options = {
        "watch-cache": "false",
        "feature-gates": "WatchList=false",
        "etcd-compaction-interval": "1s",
    }
    folder = tmp_path_factory.mktemp("plain-apiserver")
    program = KubeApiServer(assets / "kube-apiserver", folder, etcd, options)
    try:
        program.start()
        yield program
    finally:
        program.stop()


@asynccontextmanager
async def asking(url: str, authority: Path) -> AsyncIterator[Requests]:
    """Ask a server that a certificate vouches for."""
    trust = ssl.create_default_context(cafile=str(authority))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as session:
        yield Requests(url, session)


@asynccontextmanager
async def using(server: KubeApiServer) -> AsyncIterator[Real]:
    """Use a real server for one test, and take away what that made."""
    async with asking(server.url, server.authority) as requests:
        cluster = Real(server, requests)
        await cluster.begin()
        try:
            yield cluster
        finally:
            await cluster.end()


@pytest.fixture
async def simulated(tmp_path: Path) -> AsyncIterator[Simulated]:
    """The simulated server, whose seconds are short."""
    authority = tmp_path / "ca.crt"
    async with (
        ApiServer(tls=server_context(tmp_path), second=0.25) as api,
        asking(api.url, authority) as requests,
    ):
        yield Simulated(api, authority, requests)


@pytest.fixture
async def real(kube_apiserver: KubeApiServer) -> AsyncIterator[Real]:
    """A real server."""
    async with using(kube_apiserver) as cluster:
        yield cluster


@pytest.fixture
async def plain(plain_apiserver: KubeApiServer) -> AsyncIterator[Real]:
    """A real server without streaming lists, which forgets quickly."""
    async with using(plain_apiserver) as cluster:
        yield cluster


@pytest.fixture(params=["simulated", "real"])
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """Both, one after the other."""
    found: Cluster = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def streaming(cluster: Cluster) -> Cluster:
    """Both, unless the real one cannot stream lists because of its etcd."""
    path = (
        "/api/v1/nodes?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&timeoutSeconds=1"
    )
    answer = await cluster.requests.ask("GET", f"{path}&resourceVersionMatch=NotOlderThan")
    if b"RequestWatchProgress" in answer.body:
        pytest.skip("this etcd is too old for streaming lists; 3.5.8 is not")
    return cluster


@pytest.fixture
def following(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Following:
    """Follows a cluster; keywords are settings where they are known there, else limits."""
    monkeypatch.setenv("no_proxy", "*")

    @asynccontextmanager
    async def follow(
        cluster: Cluster,
        *,
        needed: frozenset[type] = frozenset(FACTS),
        token: str | Path = ADMIN_TOKEN,
        **changes: Any,
    ) -> AsyncIterator[Live]:
        kubeconfig = tmp_path / "kubeconfig"
        write_kubeconfig(kubeconfig, url=cluster.url, token=token, authority=cluster.authority)
        known = KubernetesSettings.__struct_fields__
        settings = {k: v for k, v in changes.items() if k in known}
        limits = replace(LIMITS, **{k: v for k, v in changes.items() if k not in known})
        live = Live(
            KubernetesSettings(kubeconfig=str(kubeconfig), **settings),
            needed=needed,
            limits=limits,
        )
        async with supervised() as supervisor:
            live.start(supervisor)
            try:
                yield live
            finally:
                await live.stop()

    return follow
