"""Charts of registries, from an address to what is compared: readers ask, and main fetches."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exporter.app.conformance import declare_once
from exporter.declared.confined import Workers
from exporter.domain.applications import DeclaredApplications
from exporter.domain.declaration import ApplicationKey
from exporter.domain.items import DeclaredItems, Item, ItemState
from exporter.domain.state import State
from exporter.domain.workloads import DeclaredWorkloads
from exporter.settings.load import Loaded, load
from tests.programs import tool
from tests.registries.server import Artifacts, Server, archive, status


@pytest.fixture(autouse=True)
def helm() -> str:
    tool("helm-3")
    return "3"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server().serving() as found:
        yield found


@pytest.fixture
async def artifacts() -> AsyncIterator[Artifacts]:
    async with Artifacts().serving() as found:
        yield found


def settings(root: Path, registry: str, source: str, *, fetch: str = "", more: str = "") -> Loaded:
    (root / "repository" / "applications").mkdir(parents=True, exist_ok=True)
    (root / "snapshot").mkdir(exist_ok=True)
    (root / "repository" / "applications" / "shop.yaml").write_text(f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: shop, namespace: argocd}}
spec:
  destination: {{server: https://kubernetes.default.svc, namespace: web}}
  source: {{repoURL: "{registry}", {source}}}
""")
    (root / "conformance.yaml").write_text(f"""\
repository: repository
declared:
  argocd: [applications]
  charts: {{cache: charts, helm: "3", fetch: [{{url: "{fetch or registry}"{more}}}]}}
observed: {{snapshot: snapshot}}
""")
    return load(root / "conformance.yaml")


def names(state: State) -> list[str]:
    found = state.facts.find(DeclaredWorkloads)
    return sorted(one.name for one in (found.workloads if found else ()))


def version(state: State) -> str:
    found = state.facts.get(DeclaredApplications)
    return found.applications[ApplicationKey("argocd", "shop")].sources[0].resolved


def left_out(state: State) -> list[Item]:
    return [one for one in state.facts.get(DeclaredItems).items if one.state.is_reason]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("1.2.3", "1.2.3"),
        ("1.x", "1.3.0"),
        ("~1.2", "1.2.4"),
        (">=1.2 <2", "1.3.0"),
        ("*", "2.0.0"),
    ],
)
async def test_a_chart_of_a_repository_is_fetched_and_rendered(
    tmp_path: Path, server: Server, wanted: str, found: str
) -> None:
    versions = ("1.2.3", "1.2.4", "1.3.0", "2.0.0", "2.1.0-rc.1")
    server.add(*(("shop", one, archive(version=one)) for one in versions))

    state = await declare_once(
        settings(tmp_path, server.url, f"chart: shop, targetRevision: '{wanted}'")
    )

    assert (names(state), version(state), left_out(state)) == (["x"], found, [])
    assert server.paths == ["/index.yaml", f"/shop-{found}.tgz"]


@pytest.mark.parametrize("address", ["{host}/charts", "oci://{host}/charts"])
@pytest.mark.parametrize("wanted", ["1.2.3", "^1"])
async def test_a_chart_of_an_oci_registry_is_fetched_and_rendered(
    tmp_path: Path, artifacts: Artifacts, address: str, wanted: str
) -> None:
    artifacts.push("charts/shop", "1.2.3", archive())
    loaded = settings(
        tmp_path,
        address.format(host=artifacts.host),
        f"chart: shop, targetRevision: '{wanted}'",
        fetch=f"oci://{artifacts.host}/charts/",
        more=", plain_http: true",
    )

    state = await declare_once(loaded)

    assert (names(state), version(state), left_out(state)) == (["x"], "1.2.3", [])


async def test_an_artifact_may_be_all_that_an_address_names(
    tmp_path: Path, artifacts: Artifacts
) -> None:
    artifacts.push("charts/shop", "1.2.3", archive())
    address = f"oci://{artifacts.host}/charts"
    loaded = settings(
        tmp_path,
        f"{address}/shop",
        "path: ., targetRevision: 1.2.3",
        fetch=address,
        more=", plain_http: true",
    )

    state = await declare_once(loaded)

    assert (names(state), left_out(state)) == (["x"], [])


async def test_what_a_chart_depends_on_is_fetched_too(tmp_path: Path, server: Server) -> None:
    server.add(*((name, "1.2.3", archive(name)) for name in ("sub", "other")))
    loaded = settings(tmp_path, "https://git.example.org/x.git", "path: chart", fetch=server.url)
    (tmp_path / "repository" / "chart").mkdir()
    (tmp_path / "repository" / "chart" / "Chart.yaml").write_text(f"""\
apiVersion: v2
name: app
version: 1.0.0
dependencies:
- {{name: sub, version: ">=1", repository: "{server.url}"}}
- {{name: other, version: 1.2.x, repository: "{server.url}"}}
""")

    state = await declare_once(loaded)

    assert (names(state), left_out(state)) == (["x"], [])
    assert sorted(server.paths) == ["/index.yaml", "/other-1.2.3.tgz", "/sub-1.2.3.tgz"]


@pytest.mark.parametrize(
    ("path", "wanted", "message", "advice"),
    [
        ("/index.yaml", "1.2.3", "answered 403 to /index.yaml", "may not read it"),
        ("/shop-1.2.3.tgz", "1.x", "answered 403 to /shop-1.2.3.tgz", "may not read it"),
        ("", "9.9.9", "its index has no such version", "name one that is there"),
        ("", "^9", "is not rendered", "none of 1 versions is in '^9'"),
    ],
)
async def test_a_chart_that_cannot_be_had_says_why_and_what_to_do(
    tmp_path: Path, server: Server, path: str, wanted: str, message: str, advice: str
) -> None:
    server.add(("shop", "1.2.3", archive()))
    server.handlers = {path: status(403)} if path else {}

    state = await declare_once(
        settings(tmp_path, server.url, f"chart: shop, targetRevision: '{wanted}'")
    )

    (item,) = left_out(state)
    assert item.state is ItemState.NOT_RENDERED
    assert message in item.message
    assert server.url in item.message or "127.0.0.1" in item.message
    assert advice in item.advice
    assert state.failures == ()
    registries = next(one for one in state.sources if one.source == "registries")
    assert registries.up is not bool(path)


async def test_a_chart_that_no_index_has_is_said_to_be_in_none(
    tmp_path: Path, server: Server
) -> None:
    server.add(("other", "1.2.3", archive("other")))

    state = await declare_once(settings(tmp_path, server.url, "chart: shop, targetRevision: 1.x"))

    (item,) = left_out(state)
    assert "its index has no such chart" in item.message
    assert server.paths == ["/index.yaml"]


async def test_an_archive_that_is_a_bomb_is_an_error_of_its_application(
    tmp_path: Path, server: Server
) -> None:
    server.add(("shop", "1.2.3", gzip.compress(bytes(100 << 20))))

    state = await declare_once(settings(tmp_path, server.url, "chart: shop, targetRevision: 1.2.3"))

    (failure,) = state.failures
    assert failure.place.path == "applications/shop.yaml"
    assert "holds too much" in failure.message


async def test_nothing_else_is_fetched_than_what_is_allowed(tmp_path: Path, server: Server) -> None:
    server.add(("shop", "1.2.3", archive()))
    loaded = settings(
        tmp_path,
        server.url,
        "chart: shop, targetRevision: 1.2.3",
        fetch="https://charts.example.org",
    )

    state = await declare_once(loaded)

    (item,) = left_out(state)
    assert (server.paths, item.state) == ([], ItemState.NOT_RENDERED)
    assert "declared.charts.fetch" in item.advice


async def test_workers_ask_and_main_fetches(
    tmp_path: Path, server: Server, workers: Workers
) -> None:
    server.add(("shop", "1.2.3", archive()))
    loaded = settings(tmp_path, server.url, "chart: shop, targetRevision: 1.x")

    state = await declare_once(loaded, run=workers.read)

    assert (names(state), version(state), left_out(state)) == (["x"], "1.2.3", [])
