"""Images that Image Updater writes into live Applications, where they ask for it."""

from collections.abc import Awaitable, Callable

import pytest

from exporter.declared.argocd.reader import Followed
from exporter.domain.applications import Overrides
from exporter.domain.declaration import ApplicationKey
from exporter.domain.json import Json, as_list, as_object, dig

Follow = Callable[..., Awaitable[Followed]]
KEY = ApplicationKey("argocd", "shop")
PREFIX = "argocd-image-updater.argoproj.io"
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: shop
  namespace: argocd
  annotations:
%s
spec:
  destination: {server: https://kubernetes.default.svc, namespace: store}
  source: {repoURL: https://git.example.org/platform/gitops.git, path: web%s}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - {name: a, image: "example.org/a:1"}
        - {name: b, image: "example.org/b:1"}
"""
KUSTOMIZED = {"web/kustomization.yaml": "resources: [d.yaml]", "web/d.yaml": DEPLOYMENT}
CHART = {
    "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "web/values.yaml": "image: {name: example.org/a, tag: '1'}\nb: {tag: '1'}\n",
    "web/templates/d.yaml": DEPLOYMENT.replace(
        "example.org/a:1", "{{ .Values.image.name }}:{{ .Values.image.tag }}"
    ).replace("example.org/b:1", "example.org/b:{{ .Values.b.tag }}"),
}


def annotated(*lines: str, source: str = "") -> dict[str, str]:
    text = "\n".join(f"    {PREFIX}/{one}" for one in lines) or "    {}"
    return {"root.yaml": APPLICATION % (text, source)}


def images(followed: Followed) -> list[Json]:
    assert followed.reading.failures == ()
    (one,) = followed.reading.workloads
    containers = as_list(dig(one.manifest, "spec", "template", "spec", "containers"))
    return [as_object(each)["image"] for each in containers]


LIVE = Overrides(images=("example.org/a:2", "example.org/b:2"))


@pytest.mark.usefixtures("kustomize")
@pytest.mark.parametrize(
    ("lines", "source", "expected"),
    [
        pytest.param([], "", ["a:1", "b:1"], id="not asked for"),
        pytest.param(["image-list: example.org/a"], "", ["a:2", "b:1"], id="one image"),
        pytest.param(["image-list: x=example.org/a:~1"], "", ["a:2", "b:1"], id="constraint"),
        pytest.param(
            ["image-list: 'x=example.org/a:1.x, example.org/b'"], "", ["a:2", "b:2"], id="two"
        ),
        pytest.param(
            ["image-list: x=other.org/c", "x.kustomize.image-name: example.org/b"],
            "",
            ["a:1", "b:2"],
            id="under another name",
        ),
        pytest.param(
            ["image-list: example.org/a", "write-back-method: git"], "", ["a:1", "b:1"], id="git"
        ),
        pytest.param(
            ["image-list: example.org/a", "write-back-method: argocd"],
            ", kustomize: {images: ['example.org/a:7', 'example.org/b:7']}",
            ["a:2", "b:7"],
            id="over declared options",
        ),
    ],
)
async def test_exactly_the_images_that_are_asked_for_are_those_of_the_cluster(
    follow: Follow, lines: list[str], source: str, expected: list[str]
) -> None:
    files = {**annotated(*lines, source=source), **KUSTOMIZED}

    followed = await follow(files, "root.yaml", overrides={KEY: (LIVE,)})

    assert images(followed) == [f"example.org/{one}" for one in expected]


@pytest.mark.usefixtures("helm")
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["image-list: example.org/a"], ["a:2", "b:1"], id="usual names"),
        pytest.param(
            ["image-list: x=example.org/b", "x.helm.image-tag: b.tag"],
            ["a:1", "b:2"],
            id="names of its own",
        ),
    ],
)
async def test_parameters_of_a_chart_are_those_of_the_cluster(
    follow: Follow, lines: list[str], expected: list[str]
) -> None:
    live = Overrides(parameters=(("image.tag", "2"), ("b.tag", "2"), ("c", "2")))
    if "b.tag" in str(lines):
        live = Overrides(parameters=(("b.tag", "2"), ("c", "2")))

    followed = await follow({**annotated(*lines), **CHART}, "root.yaml", overrides={KEY: (live,)})

    assert images(followed) == [f"example.org/{one}" for one in expected]
