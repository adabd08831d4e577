"""Options of an Application over a kustomization, which Argo CD edits before it builds it."""

from collections.abc import Awaitable, Callable, Mapping

import pytest

from exporter.declared.argocd.reader import Followed
from exporter.domain.declaration import DeclaredWorkload
from exporter.domain.errors import Reason
from exporter.domain.items import ItemState
from exporter.domain.json import Json, as_list, as_object, dig

Follow = Callable[..., Awaitable[Followed]]
URL = "https://git.example.org/platform/gitops.git"
FILES = {
    "web/kustomization.yaml": """\
resources: [d.yaml]
namePrefix: old-
images: [{name: example.org/web, newTag: "1"}]
""",
    "web/d.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "example.org/web:0"}]}
""",
    "part/kustomization.yaml": """\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
commonAnnotations: {part: taken}
""",
}


@pytest.fixture(autouse=True)
def _kustomize(kustomize: str) -> None:
    del kustomize


def application(options: str, *, path: str = "web") -> dict[str, str]:
    text = f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: shop, namespace: argocd}}
spec:
  destination: {{server: https://kubernetes.default.svc, namespace: store}}
  source:
    repoURL: {URL}
    path: {path}
    kustomize:
      {options}
"""
    return {"root.yaml": text}


def only(followed: Followed) -> DeclaredWorkload:
    assert followed.reading.failures == ()
    (one,) = followed.reading.workloads
    return one


def image(workload: DeclaredWorkload) -> Json:
    containers = as_list(dig(workload.manifest, "spec", "template", "spec", "containers"))
    return as_object(containers[0])["image"]


METADATA = ("spec", "template", "metadata")


@pytest.mark.parametrize(
    ("options", "keys", "expected"),
    [
        pytest.param("replicas: [{name: web, count: 3}]", ("spec", "replicas"), 3, id="replicas"),
        pytest.param(
            "replicas: [{name: web, count: '4'}]", ("spec", "replicas"), 4, id="replicas as a text"
        ),
        pytest.param(
            "commonLabels: {team: a}",
            ("spec", "selector", "matchLabels"),
            {"app": "web", "team": "a"},
            id="labels",
        ),
        pytest.param(
            "{commonLabels: {team: a}, labelWithoutSelector: true}",
            ("spec", "selector", "matchLabels"),
            {"app": "web"},
            id="labels without selector",
        ),
        pytest.param(
            "{commonLabels: {team: a}, labelWithoutSelector: true}",
            (*METADATA, "labels"),
            {"app": "web"},
            id="labels without templates",
        ),
        pytest.param(
            "{commonLabels: {t: a}, labelWithoutSelector: true, labelIncludeTemplates: true}",
            (*METADATA, "labels"),
            {"app": "web", "t": "a"},
            id="labels with templates",
        ),
        pytest.param(
            "commonLabels: {team: $ARGOCD_APP_NAME}",
            ("metadata", "labels", "team"),
            "shop",
            id="variable in a label",
        ),
        pytest.param(
            "commonAnnotations: {a: $ARGOCD_APP_NAME}",
            ("metadata", "annotations", "a"),
            "$ARGOCD_APP_NAME",
            id="annotation",
        ),
        pytest.param(
            "{commonAnnotations: {a: $ARGOCD_APP_NAME}, commonAnnotationsEnvsubst: true}",
            ("metadata", "annotations", "a"),
            "shop",
            id="variable in an annotation",
        ),
        pytest.param(
            """patches: [{target: {kind: Deployment}, patch: "- {op: replace, path: /spec/replicas,\
             value: 7}"}]""",
            ("spec", "replicas"),
            7,
            id="patch",
        ),
        pytest.param(
            "components: [../part]", ("metadata", "annotations", "part"), "taken", id="component"
        ),
        pytest.param(
            "{components: [../gone, ../part], ignoreMissingComponents: true}",
            ("metadata", "annotations", "part"),
            "taken",
            id="missing component",
        ),
    ],
)
async def test_an_option_changes_what_is_declared(
    follow: Follow, options: str, keys: tuple[str, ...], expected: Json
) -> None:
    followed = await follow({**application(options), **FILES}, "root.yaml")

    assert dig(only(followed).manifest, *keys) == expected


@pytest.mark.parametrize(
    ("options", "key"),
    [
        pytest.param("namePrefix: new-", "Deployment store/new-web", id="prefix replaces"),
        pytest.param("nameSuffix: -x", "Deployment store/old-web-x", id="suffix"),
        pytest.param("namespace: other", "Deployment other/old-web", id="namespace"),
        pytest.param("version: v5.6.0", "Deployment store/old-web", id="version changes nothing"),
    ],
)
async def test_an_option_changes_what_something_is_called(
    follow: Follow, options: str, key: str
) -> None:
    followed = await follow({**application(options), **FILES}, "root.yaml")

    assert str(only(followed).key) == key
    assert only(followed).place.where == "web/d.yaml:1"


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        pytest.param("example.org/web:2", "example.org/web:2", id="tag"),
        pytest.param("example.org/web=other.org/w:3", "other.org/w:3", id="name and tag"),
        pytest.param("example.org/web=other.org/w", "other.org/w:0", id="name"),
        pytest.param("example.org/web@sha256:abc", "example.org/web@sha256:abc", id="digest"),
        pytest.param("example.org/web:$ARGOCD_APP_NAME", "example.org/web:shop", id="variable"),
        pytest.param("example.org/else:2", "example.org/web:1", id="another image"),
    ],
)
async def test_an_image_is_replaced_as_kustomize_does(
    follow: Follow, option: str, expected: str
) -> None:
    options = f"images: ['{option}']"

    followed = await follow({**application(options), **FILES}, "root.yaml")

    assert image(only(followed)) == expected


async def test_what_the_application_states_stands_in_its_file(follow: Follow) -> None:
    options = """\
images: ['example.org/web:2']
      replicas: [{name: web, count: 3}]"""

    followed = await follow({**application(options), **FILES}, "root.yaml")

    workload = only(followed)
    containers = "/spec/template/spec/containers/0"
    assert workload.places[f"{containers}/image"].where == "root.yaml:10"
    assert workload.places["/spec/replicas"].where == "root.yaml:11"
    assert workload.places[f"{containers}/name"].where == "web/d.yaml:9"


async def test_a_file_beside_the_kustomization_counts_as_an_option(follow: Follow) -> None:
    override = {"web/.argocd-source-shop.yaml": "kustomize: {images: ['example.org/web:9']}\n"}

    followed = await follow(
        {**application("images: ['example.org/web:8']"), **FILES, **override}, "root.yaml"
    )

    assert image(only(followed)) == "example.org/web:9"
    place = only(followed).places["/spec/template/spec/containers/0/image"]
    assert place.path == "web/.argocd-source-shop.yaml"


async def test_one_kustomization_is_built_for_each_application_in_its_way(
    follow: Follow,
) -> None:
    first, second = application("nameSuffix: -a"), application("nameSuffix: -b")
    files = {
        "a.yaml": first["root.yaml"],
        "b.yaml": second["root.yaml"].replace("name: shop", "name: other"),
        **FILES,
    }

    followed = await follow(files, "a.yaml", "b.yaml")

    names = [one.key.name for one in followed.reading.workloads]
    assert names == ["old-web-a", "old-web-b"]


async def test_a_label_that_is_there_already_fails_as_in_argo_cd(follow: Follow) -> None:
    files = {**FILES, "web/kustomization.yaml": "resources: [d.yaml]\ncommonLabels: {team: b}\n"}

    refused = await follow({**application("commonLabels: {team: a}"), **files}, "root.yaml")
    forced = await follow(
        {**application("{commonLabels: {team: a}, forceCommonLabels: true}"), **files}, "root.yaml"
    )

    assert [one.reason for one in refused.reading.failures] == [Reason.MALFORMED]
    assert dig(only(forced).manifest, "metadata", "labels", "team") == "a"


@pytest.mark.parametrize(
    "options",
    [
        pytest.param("images: a=b", id="images"),
        pytest.param("replicas: [{name: web, count: many}]", id="count"),
        pytest.param("commonLabels: {a: 1}", id="label"),
        pytest.param("namePrefix: [a]", id="prefix"),
    ],
)
async def test_malformed_options_are_a_failure(follow: Follow, options: str) -> None:
    followed = await follow({**application(options), **FILES}, "root.yaml")

    assert [one.reason for one in followed.reading.failures] == [Reason.MALFORMED]


async def test_a_component_may_lie_in_no_checkout(follow: Follow) -> None:
    options = "components: ['https://example.org/parts.git?ref=v1']"

    followed = await follow({**application(options), **FILES}, "root.yaml")

    states: Mapping[str, ItemState] = {
        one.subject.kind: one.state for one in followed.reading.items
    }
    assert only(followed).unknown is not None
    assert ItemState.OTHER_REPOSITORY in {one.state for one in followed.reading.items}
    assert states["Application"] is ItemState.COMPARED
