"""Charts of registries, from a folder of what somebody fetched."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from exporter.app import check_once
from exporter.declared.helm import Archives, ChartRenderer, Charts
from exporter.declared.helm.archives import is_exact, opened
from exporter.declared.options import HelmOptions
from exporter.declared.rendered import Rendered
from exporter.domain.errors import ReadError, Reason
from exporter.domain.items import ItemState
from exporter.domain.json import dig
from exporter.domain.provenance import Place, Source
from exporter.settings.load import load
from tests.declared.helm.conftest import Lay
from tests.declared.helm.features import chart, packed, show

REGISTRY = "https://charts.example.org/stable"
PLACE = Place(Source.ARGOCD, "root.yaml", 7)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "charts"
    made.mkdir()
    return made


def shop(shown: str = ".Values.a") -> bytes:
    files = {
        **chart("shop", at="shop"),
        "shop/values.yaml": "a: 1",
        "shop/prod.yaml": "a: 2",
        "shop/templates/x.yaml": show(shown),
    }
    return packed(files)


async def render(lay: Lay, folder: Path, helm: str, /, **options: object) -> Rendered:
    charts = Charts(helm=helm, archives=Archives(folder))
    told: dict[str, object] = {
        "owner": "argocd/shop/0",
        "release": "shop",
        "chart": "shop",
        "repository": REGISTRY,
        "version": "1.2.3",
        "place": PLACE,
    }
    checkout = lay({"env/p.yaml": "a: 3"})
    told["references"] = (("v", checkout),)
    renderer = ChartRenderer(checkout, charts, Source.ARGOCD)
    return await renderer.render("", HelmOptions(**{**told, **options}))  # type: ignore[arg-type] # as told above


def shown(rendered: Rendered) -> object:
    assert (rendered.failures, rendered.left_out) == ((), ())
    (one,) = rendered.manifests
    assert one.place == PLACE
    return dig(one.content, "metadata", "annotations", "shown")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        pytest.param({}, "1", id="its own values"),
        pytest.param({"value_files": ("prod.yaml",)}, "2", id="a file in the chart"),
        pytest.param({"value_files": ("/prod.yaml",)}, "2", id="from the top of the chart"),
        pytest.param({"value_files": ("p*.yaml",)}, "2", id="pattern"),
        pytest.param(
            {"value_files": ("prod.yaml", "$v/env/p.yaml")},
            "3",
            id="a file of the repository",
        ),
        pytest.param({"version": "v1.2.3"}, "1", id="with a v"),
    ],
)
async def test_a_chart_in_the_folder_is_rendered(
    lay: Lay, folder: Path, version: str, options: dict[str, object], expected: str
) -> None:
    (folder / "shop-1.2.3.tgz").write_bytes(shop())

    assert shown(await render(lay, folder, version, **options)) == expected


async def test_a_folder_named_like_the_registry_counts_first(
    lay: Lay, folder: Path, version: str
) -> None:
    (folder / "shop-1.2.3.tgz").write_bytes(shop())
    own = folder / "charts.example.org" / "stable"
    own.mkdir(parents=True)
    (own / "shop-1.2.3.tgz").write_bytes(shop("8"))

    assert shown(await render(lay, folder, version)) == "8"


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        pytest.param({"version": "1.2.4"}, "declared.charts.cache", id="another version"),
        pytest.param({"version": "1.x"}, "name one version", id="range"),
        pytest.param({"version": "*"}, "name one version", id="any"),
        pytest.param({"chart": "../shop"}, "declared.charts.cache", id="another chart"),
    ],
)
async def test_a_chart_that_is_not_there_says_what_to_do(
    lay: Lay, folder: Path, version: str, options: dict[str, object], advice: str
) -> None:
    (folder / "other-1.2.3.tgz").write_bytes(shop())

    rendered = await render(lay, folder, version, **options)

    assert rendered.whole is not None
    assert rendered.whole.state is ItemState.NOT_RENDERED
    assert advice in rendered.whole.advice


async def test_what_is_wrong_with_it_stands_where_it_is_asked_for(
    lay: Lay, folder: Path, version: str
) -> None:
    (folder / "shop-1.2.3.tgz").write_bytes(shop('fail "never"'))

    rendered = await render(lay, folder, version)

    (failure,) = rendered.failures
    assert (failure.place, failure.reason) == (PLACE, Reason.MALFORMED)
    assert "shop 1.2.3: templates/x.yaml: helm says" in failure.message


async def test_dependencies_are_taken_from_the_folder(lay: Lay, folder: Path, version: str) -> None:
    (folder / "sub-1.2.3.tgz").write_bytes(
        packed({**chart("sub", at="sub"), "sub/templates/s.yaml": show("5")})
    )
    more = f"dependencies: [{{name: sub, version: 1.x, repository: {REGISTRY}}}]\n"
    lock = f"dependencies: [{{name: sub, version: 1.2.3, repository: {REGISTRY}}}]\n"
    checkout = lay({**chart(more=more), "chart/Chart.lock": lock})
    charts = Charts(helm=version, archives=Archives(folder))

    rendered = await ChartRenderer(checkout, charts, Source.ARGOCD).render(
        "chart", HelmOptions(owner="o", release="shop")
    )

    (one,) = rendered.manifests
    assert dig(one.content, "metadata", "annotations", "shown") == "5"


@pytest.mark.parametrize(
    ("version", "exact"),
    [
        ("1.2.3", True),
        ("v1.2.3", True),
        ("1.2.3-rc.1+5", True),
        ("1.2", False),
        ("^1.2.3", False),
        (">=1.2.3", False),
        ("HEAD", False),
        ("", False),
    ],
)
def test_only_a_whole_version_is_one(version: str, exact: bool) -> None:  # noqa: FBT001 - a case
    assert is_exact(version) is exact


@pytest.mark.parametrize(
    "files", [{"a.txt": "no chart"}, {"a/../Chart.yaml": "x"}, {"Chart.yaml": "x"}]
)
def test_what_is_no_packed_chart_is_refused(files: dict[str, str]) -> None:
    with pytest.raises(ReadError):
        opened(packed(files), name="a.tgz")


async def test_an_application_of_a_registry_is_compared(folder: Path, version: str) -> None:
    (folder / "shop-1.2.3.tgz").write_bytes(shop())
    root = folder.parent / "work"
    (root / "repository" / "applications").mkdir(parents=True)
    (root / "snapshot").mkdir()
    (root / "snapshot" / "deployments.json").write_text('{"kind": "List", "items": []}')
    (root / "repository" / "applications" / "shop.yaml").write_text(f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: shop, namespace: argocd}}
spec:
  destination: {{server: https://kubernetes.default.svc, namespace: web}}
  source: {{repoURL: {REGISTRY}, chart: shop, targetRevision: 1.2.3}}
""")
    (root / "conformance.yaml").write_text(f"""\
repository: repository
declared: {{argocd: [applications], charts: {{cache: ../charts, helm: "{version}"}}}}
observed: {{snapshot: snapshot}}
""")

    outcome = await check_once(load(root / "conformance.yaml"), at=datetime(2026, 1, 1, tzinfo=UTC))

    found = {(one.check, one.subject.name) for one in outcome.findings}
    assert ("workload_present", "x") in found
    assert not any(one.check == "declaration_compared" for one in outcome.findings)
