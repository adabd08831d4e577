"""The rules of a whole Argo CD: argocd-cm among what the repository declares."""

from collections.abc import Awaitable, Callable

import pytest

from exporter.declared.argocd.reader import Followed
from exporter.declared.argocd.rules import Filter, Rules, parse
from exporter.declared.rendered import Manifest
from exporter.domain.declaration import ApplicationKey
from exporter.domain.errors import ReadError, Reason
from exporter.domain.items import ItemState
from exporter.domain.json import JsonObject
from exporter.domain.provenance import Place, Source

Follow = Callable[..., Awaitable[Followed]]
PLACE = Place(Source.ARGOCD, "argocd-cm.yaml", 1)
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: store}
  source: {repoURL: https://git.example.org/platform/gitops.git, path: web}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {team: a}}
spec: {replicas: 1, template: {spec: {containers: [{name: a, image: b}]}}}
"""


def config(data: str) -> str:
    return f"""\
apiVersion: v1
kind: ConfigMap
metadata: {{name: argocd-cm, namespace: argocd, labels: {{app.kubernetes.io/part-of: argocd}}}}
data:
{data}
"""


def rules(**data: str) -> Rules:
    named = {key.replace("__", "."): text for key, text in data.items()}
    content: JsonObject = {"kind": "ConfigMap", "metadata": {"name": "argocd-cm"}, "data": named}
    return parse(Manifest(content=content, place=PLACE))


@pytest.mark.parametrize(
    ("data", "ignored"),
    [
        pytest.param(
            "  resource.customizations.ignoreDifferences.apps_Deployment: |\n"
            "    jsonPointers: [/spec/replicas]",
            ("/spec/replicas",),
            id="pointer",
        ),
        pytest.param(
            "  resource.customizations.ignoreDifferences.apps_Deployment: |\n"
            "    jqPathExpressions: ['.spec.template.spec.containers[] | select(.name == \"a\")']",
            ("/spec/template/spec/containers/0",),
            id="jq",
        ),
        pytest.param(
            "  resource.customizations.ignoreDifferences.all: |\n"
            "    jsonPointers: [/metadata/labels/team]",
            ("/metadata/labels/team",),
            id="all",
        ),
        pytest.param(
            "  resource.customizations: |\n    apps/Deployment:\n"
            "      ignoreDifferences: |\n        jsonPointers: [/spec/replicas]",
            ("/spec/replicas",),
            id="in one text",
        ),
        pytest.param(
            "  resource.customizations.ignoreDifferences.apps_StatefulSet: |\n"
            "    jsonPointers: [/spec/replicas]",
            (),
            id="another kind",
        ),
        pytest.param(
            "  application.instanceLabelKey: example.org/app\n"
            "  application.resourceTrackingMethod: label",
            ("/metadata/labels/example.org~1app",),
            id="label",
        ),
        pytest.param(
            "  application.instanceLabelKey: example.org/app\n"
            "  application.resourceTrackingMethod: annotation",
            (),
            id="no label",
        ),
    ],
)
async def test_what_holds_for_all_applications_is_ignored(
    follow: Follow, data: str, ignored: tuple[str, ...]
) -> None:
    files = {"apps/a.yaml": APPLICATION, "apps/cm.yaml": config(data), "web/d.yaml": DEPLOYMENT}

    followed = await follow(files, "apps")

    (workload,) = followed.reading.workloads
    assert workload.ignored == ignored


async def test_rules_that_an_application_delivers_hold_for_all(follow: Follow) -> None:
    data = (
        "  resource.customizations.ignoreDifferences.apps_Deployment: |\n"
        "    jsonPointers: [/spec/replicas]"
    )
    argocd = APPLICATION.replace("shop", "argocd").replace("path: web", "path: argocd")
    files = {
        "apps/a.yaml": APPLICATION,
        "apps/z.yaml": argocd,
        "argocd/cm.yaml": config(data),
        "web/d.yaml": DEPLOYMENT,
    }

    followed = await follow(files, "apps")

    assert [one.ignored for one in followed.reading.workloads] == [("/spec/replicas",)]


async def test_what_argo_cd_passes_over_is_out_of_scope(follow: Follow) -> None:
    data = "  resource.exclusions: |\n    - {apiGroups: [apps], kinds: [Deployment]}"
    files = {"apps/a.yaml": APPLICATION, "apps/cm.yaml": config(data), "web/d.yaml": DEPLOYMENT}

    followed = await follow(files, "apps")

    assert followed.reading.workloads == ()
    states = {one.subject.kind: one.state for one in followed.reading.items}
    assert states["Deployment"] is ItemState.OUT_OF_SCOPE


async def test_what_only_a_run_can_tell_of_the_rules_is_an_item(follow: Follow) -> None:
    data = (
        "  resource.customizations.ignoreDifferences.apps_Deployment: |\n"
        "    managedFieldsManagers: [hpa]"
    )
    files = {"apps/a.yaml": APPLICATION, "apps/cm.yaml": config(data), "web/d.yaml": DEPLOYMENT}

    followed = await follow(files, "apps")

    (item,) = [one for one in followed.reading.items if one.state is ItemState.UNRESOLVED]
    assert "field manager" in item.message


async def test_rules_that_make_no_sense_are_a_failure_and_harm_nothing_else(
    follow: Follow,
) -> None:
    data = "  resource.exclusions: 'a: ['"
    files = {"apps/a.yaml": APPLICATION, "apps/cm.yaml": config(data), "web/d.yaml": DEPLOYMENT}

    followed = await follow(files, "apps")

    assert [one.reason for one in followed.reading.failures] == [Reason.MALFORMED]
    assert len(followed.reading.workloads) == 1


@pytest.mark.parametrize(
    ("given", "kind", "api_group", "fits"),
    [
        pytest.param(Filter(), "Deployment", "apps", True, id="any"),
        pytest.param(Filter(groups=("apps",)), "Deployment", "apps", True, id="group"),
        pytest.param(Filter(groups=("*.io",)), "A", "b.io", True, id="pattern"),
        pytest.param(Filter(groups=("",)), "Pod", "", True, id="core"),
        pytest.param(Filter(groups=("",)), "Deployment", "apps", False, id="not core"),
        pytest.param(Filter(kinds=("*",)), "Pod", "", True, id="any kind"),
        pytest.param(Filter(kinds=("Po*",)), "Pod", "", False, id="kinds are no patterns"),
        pytest.param(Filter(clusters=("*",)), "Pod", "", True, id="any cluster"),
        pytest.param(Filter(clusters=("https://other",)), "Pod", "", False, id="other cluster"),
    ],
)
def test_a_filter_fits_as_in_argo_cd(given: Filter, kind: str, api_group: str, fits: bool) -> None:  # noqa: FBT001 - a case
    assert given.fits(api_group, kind) is fits


def test_what_is_not_included_is_passed_over() -> None:
    found = Rules(inclusions=(Filter(kinds=("Pod",)),), exclusions=(Filter(groups=("x",)),))

    assert not found.passes_over({"apiVersion": "v1", "kind": "Pod"})
    assert found.passes_over({"apiVersion": "x/v1", "kind": "Pod"})
    assert found.passes_over({"apiVersion": "v1", "kind": "Service"})


def test_the_usual_label_is_left_to_the_check() -> None:
    usual = rules(application__instanceLabelKey="app.kubernetes.io/instance")

    assert usual.written(ApplicationKey("argocd", "a")) == ()


@pytest.mark.parametrize("text", ["[", "a", "{apiGroups: apps}"])
def test_malformed_exclusions_are_an_error(text: str) -> None:
    with pytest.raises(ReadError):
        rules(resource__exclusions=text)


@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    ("data", "failures"),
    [
        pytest.param("  kustomize.buildOptions: --enable-helm", 1, id="restricted"),
        pytest.param(
            "  kustomize.buildOptions: --load-restrictor LoadRestrictionsNone", 0, id="not"
        ),
    ],
)
async def test_kustomize_takes_files_from_anywhere_where_argo_cd_tells_it_so(
    follow: Follow, data: str, failures: int
) -> None:
    files = {
        "apps/a.yaml": APPLICATION,
        "apps/cm.yaml": config(data),
        "web/kustomization.yaml": "resources: [../shared/d.yaml]",
        "shared/d.yaml": DEPLOYMENT,
    }

    followed = await follow(files, "apps")

    assert len(followed.reading.failures) == failures
    assert len(followed.reading.workloads) == 1 - failures
