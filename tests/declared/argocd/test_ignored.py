from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.declared.argocd.ignored import parse_path, pointers
from exporter.domain.declaration import IgnoredDifference
from tests.declared.argocd.conftest import Follow

DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "scan-api", "annotations": {"a/b": "c"}},
    "spec": {
        "replicas": 3,
        "template": {
            "spec": {
                "containers": [
                    {"name": "api", "image": "x", "env": [{"name": "A"}, {"name": "B"}]},
                    {"name": "proxy", "image": "y"},
                ]
            }
        },
    },
}
CONTAINERS = "/spec/template/spec/containers"


def ignored(**entry: Any) -> tuple[str, ...]:
    fields = {"group": "apps", "kind": "Deployment", "pointers": ("/spec/replicas",), **entry}
    return pointers([IgnoredDifference(**fields)], DEPLOYMENT, namespace="api")


@pytest.mark.parametrize(
    ("entry", "applies"),
    [
        pytest.param({}, True, id="group-and-kind"),
        pytest.param({"group": "*", "kind": "*"}, True, id="any"),
        pytest.param({"kind": "{Deployment,StatefulSet}"}, True, id="alternatives"),
        pytest.param({"group": ""}, False, id="core-group"),
        pytest.param({"kind": "StatefulSet"}, False, id="kind"),
        pytest.param({"name": "scan-api", "namespace": "api"}, True, id="name-and-namespace"),
        pytest.param({"name": "other"}, False, id="name"),
        pytest.param({"namespace": "other"}, False, id="namespace"),
    ],
)
def test_an_entry_applies_to_the_objects_that_it_names(
    entry: dict[str, Any], *, applies: bool
) -> None:
    assert ignored(**entry) == (("/spec/replicas",) if applies else ())


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param(".spec.replicas", ["/spec/replicas"], id="path"),
        pytest.param(".spec.absent", ["/spec/absent"], id="not-declared"),
        pytest.param('.metadata.annotations["a/b"]', ["/metadata/annotations/a~1b"], id="quoted"),
        pytest.param('.metadata.annotations."a/b"', ["/metadata/annotations/a~1b"], id="string"),
        pytest.param(
            ".spec.template.spec.containers[1].image", [f"{CONTAINERS}/1/image"], id="index"
        ),
        pytest.param(".spec.template.spec.containers[7].image", [], id="index-beyond"),
        pytest.param(
            ".spec.template.spec.containers[].image",
            [f"{CONTAINERS}/0/image", f"{CONTAINERS}/1/image"],
            id="each",
        ),
        pytest.param(
            '.spec.template.spec.containers[] | select(.name == "proxy") | .image',
            [f"{CONTAINERS}/1/image"],
            id="select",
        ),
        pytest.param(
            '.spec.template.spec.containers[] | select(.name=="api").env[]?',
            [f"{CONTAINERS}/0/env/0", f"{CONTAINERS}/0/env/1"],
            id="select-and-each",
        ),
        pytest.param(".metadata.annotations[]", ["/metadata/annotations/a~1b"], id="each-member"),
        pytest.param(".spec.template.spec.containers.[0]", [f"{CONTAINERS}/0"], id="dotted-index"),
        pytest.param(".spec | .replicas", ["/spec/replicas"], id="pipe"),
    ],
)
def test_jq_paths_become_pointers(expression: str, expected: list[str]) -> None:
    assert list(ignored(pointers=(), paths=(expression,))) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "",
        ".",
        "..",
        "..|.x?",
        "spec",
        ".spec.replicas | length",
        '.a[] | select(.b | test("x"))',
        ".a, .b",
        "del(.a)",
        ".a[1:2]",
        ".a." * 500,
    ],
)
def test_other_expressions_are_not_understood(expression: str) -> None:
    assert parse_path(expression) is None
    assert ignored(pointers=(), paths=(expression,)) == ()


@given(st.text(alphabet='.[]"ab0| select()=?', max_size=30))
def test_any_expression_is_understood_or_not(expression: str) -> None:
    assert isinstance(ignored(pointers=(), paths=(expression,)), tuple)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        pytest.param("managedFieldsManagers: [hpa, vpa]", "owns: hpa, vpa", id="manager"),
        pytest.param("jqPathExpressions: ['..|.x?']", "is not evaluated", id="expression"),
        pytest.param("jqPathExpressions: [.spec.replicas]", "", id="an expression that is"),
        pytest.param("jsonPointers: [/spec/replicas]", "", id="pointer"),
        pytest.param("kind: Service, managedFieldsManagers: [hpa]", "", id="of another kind"),
    ],
)
async def test_what_may_be_left_to_others_is_told_of_the_objects_that_it_concerns(
    follow: Follow, kustomize: str, entry: str, words: str
) -> None:
    del kustomize
    entry = entry if entry.startswith("kind") else f"kind: Deployment, {entry}"
    root = f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: shop, namespace: argocd}}
spec:
  destination: {{server: https://kubernetes.default.svc, namespace: store}}
  source: {{repoURL: https://git.example.org/platform/gitops.git, path: web}}
  ignoreDifferences: [{{group: "*", {entry}}}]
"""
    web = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n"

    followed = await follow({"root.yaml": root, "web/web.yaml": web}, "root.yaml")

    (workload,) = followed.reading.workloads
    assert words in workload.leaves
    assert bool(workload.leaves) is bool(words)
    assert not words or workload.leaves.startswith("root.yaml:7: ")
