"""What is observed of Argo CD and its cluster, as it enters a rendering."""

from pathlib import Path

import pytest

from exporter.declared.argocd import READER
from exporter.declared.checkout import Checkout
from exporter.declared.declare import Declarations
from exporter.declared.reader import Inputs
from exporter.domain.declaration import Reading, WorkloadKey
from exporter.domain.json import dig
from exporter.domain.platform import Platform, RulesData, argocd_version
from exporter.domain.workloads import ObservedWorkload
from exporter.settings.load import parse
from tests.declared.argocd.conftest import Lay
from tests.programs import tool

SETTINGS = """\
repository: {path: ., url: "https://git.example.org/platform/gitops.git"}
declared:
  argocd: [root.yaml]
  charts: {%s}
observed: {kubernetes: {}}
"""
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: store}
  source: {repoURL: https://git.example.org/platform/gitops.git, path: web, targetRevision: main}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    kube: "{{ .Capabilities.KubeVersion.Version }}"
    monitors: "{{ .Capabilities.APIVersions.Has "monitoring.coreos.com/v1/ServiceMonitor" }}"
    helm: "{{ .Capabilities.HelmVersion.Version }}"
spec: {replicas: 2, template: {spec: {containers: [{name: a, image: b}]}}}
"""
PLAIN = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 2, template: {spec: {containers: [{name: a, image: b}]}}}
"""
CHART = {
    "root.yaml": APPLICATION,
    "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "web/templates/web.yaml": DEPLOYMENT,
}
IGNORING = {
    "resource.customizations.ignoreDifferences.apps_Deployment": "jsonPointers: [/spec/replicas]"
}
CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cm, namespace: argocd}
data: {resource.exclusions: "[]"}
"""


async def reading(checkout: Checkout, platform: Platform, *, charts: str = "") -> Reading:
    loaded = parse(SETTINGS % charts, name="conformance.yaml", folder=Path(checkout.root))
    git = Declarations(loaded).git
    return await READER.read(Inputs(loaded=loaded, checkout=checkout, git=git, platform=platform))


def remarks(found: Reading) -> list[str]:
    return [f"{one.place.where}: {one.message}" for one in found.unresolved]


def annotations(found: Reading) -> dict[str, object]:
    (workload,) = found.workloads
    return {
        key: dig(workload.manifest, "metadata", "annotations", key)
        for key in ("kube", "monitors", "helm")
    }


@pytest.mark.usefixtures("helm")
async def test_charts_are_rendered_for_the_cluster_that_is_observed(lay: Lay) -> None:
    platform = Platform(
        kube_version="1.31.2",
        api_versions=("monitoring.coreos.com/v1", "monitoring.coreos.com/v1/ServiceMonitor"),
    )

    found = await reading(lay(CHART), platform)

    assert annotations(found) | {"helm": ""} == {"kube": "v1.31.2", "monitors": "true", "helm": ""}
    assert remarks(found) == [
        "cluster: charts are rendered for Kubernetes 1.31.2 and its 2 APIs, as observed"
    ]


@pytest.mark.usefixtures("helm")
async def test_the_settings_count_more_than_what_is_observed(lay: Lay) -> None:
    platform = Platform(kube_version="1.31.2", api_versions=("a.example.org/v1",))
    charts = 'kube_version: "1.29.0", api_versions: []'

    found = await reading(lay(CHART), platform, charts=charts)

    assert annotations(found)["kube"] == "v1.29.0"
    assert remarks(found) == []


@pytest.mark.usefixtures("helm")
@pytest.mark.parametrize(
    ("version", "kube", "helm"),
    [
        pytest.param("3.5.1", "v1.31.2", "v4.", id="a whole version, and helm 4"),
        pytest.param("3.4.0", "v1.31.2", "v3.", id="a whole version, and helm 3"),
        pytest.param("3.3.2", "v1.31", "v3.", id="none but major and minor"),
    ],
)
async def test_argo_cds_version_decides_what_helm_is_told_and_which(
    lay: Lay, version: str, kube: str, helm: str
) -> None:
    tool(f"helm-{helm[1]}")
    platform = Platform(kube_version="1.31.2", api_versions=(), argocd_version=version)

    found = await reading(lay(CHART), platform)

    assert annotations(found)["kube"] == kube
    assert str(annotations(found)["helm"]).startswith(helm)
    assert any(f"as Argo CD {version} has it" in one for one in remarks(found))


@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    ("version", "remark"),
    [
        pytest.param("3.5.1", "5.8.1, as Argo CD 3.5.1 has it", id="the same"),
        pytest.param(
            "3.3.0",
            "5.8.1, and Argo CD 3.3.0 has 5.8.0, which may build some otherwise",
            id="another",
        ),
    ],
)
async def test_which_kustomize_builds_is_said_beside_that_of_argo_cd(
    lay: Lay, version: str, remark: str
) -> None:
    files = {"root.yaml": APPLICATION, "web/web.yaml": PLAIN}

    found = await reading(lay(files), Platform(argocd_version=version))

    assert f"cluster: kustomizations are built by kustomize {remark}" in remarks(found)


async def test_rules_of_the_cluster_count_where_the_repository_has_none(lay: Lay) -> None:
    rules = RulesData(where="argocd/argocd-cm", data=IGNORING)
    files = {"root.yaml": APPLICATION, "web/web.yaml": PLAIN}

    found = await reading(lay(files), Platform(rules=rules))

    (workload,) = found.workloads
    assert workload.ignored == ("/spec/replicas",)
    assert remarks(found) == [
        "ConfigMap argocd/argocd-cm: has Argo CD's rules here, as the repository declares none"
    ]


async def test_rules_of_the_repository_count_more_and_what_differs_is_told(lay: Lay) -> None:
    rules = RulesData(where="argocd/argocd-cm", data=IGNORING)
    files = {"root.yaml": f"{APPLICATION}---\n{CONFIG}", "web/web.yaml": PLAIN}

    found = await reading(lay(files), Platform(rules=rules))

    (workload,) = found.workloads
    assert workload.ignored == ()
    assert remarks(found) == [
        (
            "ConfigMap argocd/argocd-cm: differs in resource.customizations.ignoreDifferences."
            "apps_Deployment, resource.exclusions from root.yaml:8, which counts as it is declared"
        )
    ]


@pytest.mark.parametrize(
    ("data", "seconds"),
    [
        pytest.param({}, None, id="nothing said"),
        pytest.param({"timeout.reconciliation": "180s"}, 240, id="with the usual jitter"),
        pytest.param({"timeout.reconciliation": "1h30m"}, 5460, id="hours and minutes"),
        pytest.param(
            {"timeout.reconciliation": "60s", "timeout.reconciliation.jitter": "0"},
            60,
            id="without jitter",
        ),
        pytest.param({"timeout.reconciliation": "0s"}, 0, id="never"),
        pytest.param({"timeout.reconciliation": "soon"}, 180, id="no duration: the usual one"),
    ],
)
async def test_how_often_argo_cd_compares_is_what_its_rules_say(
    lay: Lay, data: dict[str, str], seconds: float | None
) -> None:
    rules = RulesData(where="argocd/argocd-cm", data=data)
    files = {"root.yaml": APPLICATION, "web/web.yaml": PLAIN}

    found = await reading(lay(files), Platform(rules=rules))

    assert found.deliveries.refresh == seconds


async def test_malformed_rules_of_the_cluster_are_told_and_hold_for_nothing(lay: Lay) -> None:
    rules = RulesData(where="argocd/argocd-cm", data={"resource.exclusions": "{"})
    files = {"root.yaml": APPLICATION, "web/web.yaml": PLAIN}

    found = await reading(lay(files), Platform(rules=rules))

    assert found.failures == ()
    assert [one for one in remarks(found) if "is malformed" in one]


def repo_server(
    image: str, *, name: str = "argocd-repo-server", version: str = ""
) -> ObservedWorkload:
    labels = {"app.kubernetes.io/part-of": "argocd", "app.kubernetes.io/version": version}
    template = {"spec": {"containers": [{"name": "a", "image": image}]}}
    return ObservedWorkload(
        key=WorkloadKey("argocd", "Deployment", name),
        manifest={"metadata": {"labels": labels}, "spec": {"template": template}},
    )


@pytest.mark.parametrize(
    ("workloads", "version"),
    [
        pytest.param([repo_server("quay.io/argoproj/argocd:v3.5.1")], "3.5.1", id="by its tag"),
        pytest.param(
            [repo_server("mirror.example.org/x/argocd:v3.4.0@sha256:" + 64 * "a")],
            "3.4.0",
            id="mirror",
        ),
        pytest.param(
            [repo_server("example.org/own:latest", version="v3.3.1")], "3.3.1", id="label"
        ),
        pytest.param([repo_server("example.org/own:latest")], "", id="no version"),
        pytest.param(
            [
                repo_server("a.example.org/argocd:v3.5.1"),
                repo_server("a.example.org/argocd:v3.4.0"),
            ],
            "",
            id="two of them",
        ),
        pytest.param([repo_server("quay.io/argoproj/argocd:v3.5.1", name="web")], "", id="another"),
    ],
)
def test_argo_cds_version_is_that_of_its_repo_server(
    workloads: list[ObservedWorkload], version: str
) -> None:
    assert argocd_version(workloads) == version
