"""Applications that deploy charts of the repository, rendered as Argo CD does."""

from collections.abc import Awaitable, Callable, Mapping

import pytest

from exporter.declared.argocd.reader import Followed
from exporter.domain.errors import Reason
from exporter.domain.items import ItemState
from exporter.domain.json import dig

Follow = Callable[..., Awaitable[Followed]]
URL = "https://git.example.org/platform/gitops.git"
CHART = {
    "apps/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "apps/web/values.yaml": "tag: '1'\ncount: 1\n",
    "apps/web/templates/web.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  annotations:
    at: "{{ .Release.Namespace }}"
spec:
  replicas: {{ .Values.count }}
  template:
    spec:
      containers:
        - name: web
          image: "example.org/web:{{ .Values.tag }}"
""",
}


@pytest.fixture(autouse=True)
def _helm(helm: str) -> None:
    del helm


def application(source: str, *, name: str = "shop", more: str = "") -> dict[str, str]:
    text = f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  destination: {{server: https://kubernetes.default.svc, namespace: store}}
  source: {{repoURL: {URL}, path: apps/web, targetRevision: main{source}}}
{more}"""
    return {"root.yaml": text}


def workload(followed: Followed) -> Mapping[str, object]:
    assert followed.reading.failures == ()
    (one,) = followed.reading.workloads
    containers = dig(one.manifest, "spec", "template", "spec", "containers")
    assert isinstance(containers, list)
    return {
        "key": str(one.key),
        "at": dig(one.manifest, "metadata", "annotations", "at"),
        "count": dig(one.manifest, "spec", "replicas"),
        "image": containers[0]["image"],
    }


DEFAULT = {
    "key": "Deployment store/shop",
    "at": "store",
    "count": 1,
    "image": "example.org/web:1",
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("", {}, id="nothing"),
        pytest.param(", helm: {}", {}, id="empty"),
        pytest.param(
            ", helm: {releaseName: my}", {"key": "Deployment store/my"}, id="release name"
        ),
        pytest.param(", helm: {namespace: other}", {"at": "other"}, id="namespace"),
        pytest.param(", helm: {valueFiles: [prod.yaml]}", {"count": 3}, id="file"),
        pytest.param(", helm: {valueFiles: ['*d.yaml']}", {"count": 3}, id="pattern"),
        pytest.param(", helm: {values: 'count: 4'}", {"count": 4}, id="values"),
        pytest.param(", helm: {valuesObject: {count: 5}}", {"count": 5}, id="object"),
        pytest.param(
            ", helm: {values: 'count: 4', valuesObject: {tag: x}}",
            {"image": "example.org/web:x"},
            id="the object stands in for the text",
        ),
        pytest.param(
            ", helm: {valueFiles: [prod.yaml], values: 'count: 4'}",
            {"count": 4},
            id="values over files",
        ),
        pytest.param(
            ", helm: {valuesObject: {count: 5}, parameters: [{name: count, value: '6'}]}",
            {"count": 6},
            id="parameters over all",
        ),
        pytest.param(
            ", helm: {parameters: [{name: tag, value: '2', forceString: true}]}",
            {"image": "example.org/web:2"},
            id="as a text",
        ),
        pytest.param(
            ", helm: {parameters: [{name: tag, value: $ARGOCD_APP_NAME}]}",
            {"image": "example.org/web:shop"},
            id="variable",
        ),
        pytest.param(
            ", helm: {fileParameters: [{name: tag, path: tag.txt}]}",
            {"image": "example.org/web:from-a-file"},
            id="file parameter",
        ),
    ],
)
async def test_a_chart_is_rendered_with_the_options_of_its_application(
    follow: Follow, source: str, expected: Mapping[str, object]
) -> None:
    files = {"apps/web/prod.yaml": "count: 3\n", "apps/web/tag.txt": "from-a-file"}

    followed = await follow({**application(source), **CHART, **files}, "root.yaml")

    assert workload(followed) == {**DEFAULT, **expected}


async def test_files_over_the_source_change_it_in_their_order(follow: Follow) -> None:
    files = {
        "apps/web/.argocd-source.yaml": "helm: {parameters: [{name: tag, value: a}]}\n",
        "apps/web/.argocd-source-shop.yaml": """\
helm: {parameters: [{name: tag, value: b}], values: null}
targetRevision: none
""",
        "apps/web/.argocd-source-other.yaml": "helm: {parameters: [{name: tag, value: c}]}\n",
    }
    source = ", helm: {values: 'count: 9'}"

    followed = await follow({**application(source), **CHART, **files}, "root.yaml")

    # What a file takes away stays, as Argo CD reads the outcome into what it had.
    assert workload(followed) == {**DEFAULT, "image": "example.org/web:b", "count": 9}


async def test_values_of_another_source_count(follow: Follow) -> None:
    sources = f"""\
  sources:
    - repoURL: {URL}
      path: apps/web
      helm: {{valueFiles: [$v/env/p.yaml]}}
    - {{repoURL: {URL}, targetRevision: main, ref: v}}
"""
    files = {**application("", more=sources), **CHART, "env/p.yaml": "count: 7"}

    followed = await follow(files, "root.yaml")

    assert workload(followed) == {**DEFAULT, "count": 7}


async def test_values_in_another_repository_leave_the_source_open(follow: Follow) -> None:
    sources = f"""\
  sources:
    - {{repoURL: {URL}, targetRevision: main, path: apps/web, helm: {{valueFiles: [$v/p.yaml]}}}}
    - {{repoURL: https://git.example.org/other.git, targetRevision: main, ref: v}}
"""

    followed = await follow({**application("", more=sources), **CHART}, "root.yaml")

    states = {one.subject.name: one.state for one in followed.reading.items}
    assert states == {"shop": ItemState.COMPARED, "shop/0": ItemState.OTHER_REPOSITORY}


@pytest.mark.parametrize(
    ("files", "tool_used"),
    [
        pytest.param({"apps/web/kustomization.yaml": "resources: []"}, "kustomize", id="both"),
        pytest.param({}, "helm", id="chart"),
    ],
)
async def test_the_files_say_which_tool_renders(
    follow: Follow, kustomize: str, files: dict[str, str], tool_used: str
) -> None:
    del kustomize
    followed = await follow({**application(""), **CHART, **files}, "root.yaml")

    assert len(followed.reading.workloads) == (1 if tool_used == "helm" else 0)
    assert followed.reading.failures == ()


async def test_options_for_two_tools_are_refused(follow: Follow) -> None:
    source = ", helm: {releaseName: a}, kustomize: {namePrefix: b}"

    followed = await follow({**application(source), **CHART}, "root.yaml")

    assert [one.reason for one in followed.reading.failures] == [Reason.MALFORMED]


async def test_a_hook_of_helm_is_out_of_scope_and_a_resource_policy_is_not(
    follow: Follow,
) -> None:
    hook = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: h, annotations: {helm.sh/%s}}\n"
    files = {
        "apps/web/templates/hook.yaml": hook % "hook: pre-install" + "spec: {}\n",
        "apps/web/templates/web.yaml": hook % "resource-policy: keep" + "spec: {}\n",
    }

    followed = await follow({**application(""), **CHART, **files}, "root.yaml")

    assert [one.state for one in followed.reading.items if one.subject.kind == "Deployment"] == [
        ItemState.COMPARED,
        ItemState.OUT_OF_SCOPE,
    ]


async def test_applications_out_of_a_chart_are_followed(follow: Follow, kustomize: str) -> None:
    del kustomize
    root = f"""\
{{{{ range .Values.apps }}}}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {{{{ . }}}}
spec:
  destination: {{server: https://kubernetes.default.svc, namespace: {{{{ . }}}}}}
  source: {{repoURL: {URL}, path: apps/web, targetRevision: main}}
{{{{ end }}}}
"""
    files = {
        "root.yaml": application("")["root.yaml"].replace("apps/web", "root"),
        "root/Chart.yaml": "apiVersion: v2\nname: root\nversion: 1.0.0\n",
        "root/values.yaml": "apps: [a, b]\n",
        "root/templates/apps.yaml": root,
        **CHART,
    }

    followed = await follow(files, "root.yaml")

    assert sorted(one.key.name for one in followed.reading.applications) == ["a", "b", "shop"]
    assert sorted(str(one.key) for one in followed.reading.workloads) == [
        "Deployment a/a",
        "Deployment b/b",
    ]


async def test_a_chart_without_helm_is_a_source_that_nobody_renders(
    follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CONFORMANCE_HELM", "CONFORMANCE_HELM_3", "CONFORMANCE_HELM_4"):
        monkeypatch.setenv(name, "/nowhere/helm")

    followed = await follow({**application(""), **CHART}, "root.yaml")

    states = {one.subject.name: one.state for one in followed.reading.items}
    assert states == {"shop": ItemState.COMPARED, "shop/0": ItemState.NOT_RENDERED}


async def test_a_chart_that_asks_for_an_unknown_cluster_is_unresolved(follow: Follow) -> None:
    files = {"apps/web/templates/n.yaml": "{{ .Capabilities.APIVersions.Has .Values.tag }}"}

    followed = await follow({**application(""), **CHART, **files}, "root.yaml")

    (source,) = [one for one in followed.reading.items if one.subject.kind == "Source"]
    assert source.state is ItemState.UNRESOLVED
    assert "declared.charts.kube_version" in source.advice
