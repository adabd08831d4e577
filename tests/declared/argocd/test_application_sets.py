import json
from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.declared.argocd.application_sets import Made, make
from exporter.declared.argocd.files import Files
from exporter.declared.argocd.templating import Budget
from exporter.declared.checkout import Checkout
from exporter.declared.located import from_plain
from exporter.declared.repositories import Home
from exporter.domain.declaration import Automation
from exporter.domain.errors import ReadError
from exporter.domain.provenance import Place, Source
from tests.cost import at_most

Expand = Callable[..., Made]
_KEYS = st.sampled_from(
    [
        *("generators", "list", "elements", "elementsYaml", "git", "directories", "files", "path"),
        *("matrix", "merge", "mergeKeys", "selector", "matchLabels", "values", "template"),
        *("metadata", "name", "labels", "spec", "source", "sources", "repoURL", "destination"),
        *("goTemplate", "templatePatch", "syncPolicy", "automated", "ignoreDifferences", "kind"),
    ]
)
MANIFEST = dedent("""\
    apiVersion: argoproj.io/v1alpha1
    kind: ApplicationSet
    metadata:
      name: ecoeco-apis
      namespace: argocd
    spec:
      generators:
        - list:
            elements:
              - domain: auth
                namespace: api
                phase: "1"
              - domain: scan
                namespace: api
                phase: "2"
      template:
        metadata:
          name: ecoeco-api-{{domain}}
          labels:
            tier: api
            phase: "{{phase}}"
        spec:
          project: apis
          source:
            repoURL: https://git.example.org/platform/gitops.git
            targetRevision: main
            path: k8s/overlays/{{domain}}
          destination:
            server: https://kubernetes.default.svc
            namespace: "{{namespace}}"
          syncPolicy:
            automated: {prune: true, selfHeal: true}
    """)


def at(line: int) -> Place:
    return Place(Source.ARGOCD, "set.yaml", line)


def test_a_list_generator_makes_one_application_for_each_element(expand: Expand) -> None:
    made = expand(MANIFEST)

    auth, scan = (one.application for one in made.applications)
    assert (str(auth.key), str(scan.key)) == ("argocd/ecoeco-api-auth", "argocd/ecoeco-api-scan")
    assert scan.application_set == "ecoeco-apis"
    assert [one.path for one in scan.sources] == ["k8s/overlays/scan"]
    assert scan.sources[0].local
    assert (scan.project, scan.destination_namespace) == ("apis", "api")
    assert scan.automation == Automation(prune=True, self_heal=True)
    assert (made.complete, made.unresolved, made.failures) == (True, [], [])


def test_every_value_of_a_made_application_tells_its_place(expand: Expand) -> None:
    scan = expand(MANIFEST).applications[1].application

    assert scan.place == at(13)
    assert {key: one.place for key, one in scan.parameters.items()} == {
        "domain": at(13),
        "namespace": at(14),
        "phase": at(15),
    }
    assert scan.parameters["phase"].value == "2"
    assert {key: (one.value, one.place) for key, one in scan.labels.items()} == {
        "tier": ("api", at(20)),
        "phase": ("2", at(21)),
    }
    assert scan.source_place == at(27)


def test_nested_parameters_are_flattened(expand: Expand) -> None:
    manifest = """
metadata: {name: a}
spec:
  goTemplate: true
  generators: [{list: {elements: [{app: {name: auth, ports: [80]}, live: true, none: null}]}}]
  template:
    metadata: {name: '{{ .app.name }}'}
    spec: {source: {repoURL: x, path: w}}
"""

    parameters = expand(manifest).applications[0].application.parameters

    assert {key: one.value for key, one in parameters.items()} == {
        "app.name": "auth",
        "app.ports.0": "80",
        "live": "true",
        "none": "<nil>",
    }


def application_set(spec: str, *, element: str = "{name: auth}", go: bool = False) -> str:
    head = f"metadata: {{name: a}}\nspec:\n  goTemplate: {str(go).lower()}\n"
    generators = f"  generators: [{{list: {{elements: [{element}]}}}}]\n"
    return head + generators + "\n".join(f"  {line}" for line in dedent(spec).splitlines())


TEMPLATE = """
template:
  metadata: {name: '{{ .name }}'}
  spec:
    project: apis
    source: {repoURL: x, path: w}
"""


def test_a_generators_template_lies_over_that_of_the_set(expand: Expand) -> None:
    manifest = """
metadata: {name: a}
spec:
  generators:
    - list:
        elements: [{name: auth}]
        template:
          metadata: {labels: {tier: own}}
          spec: {source: {path: own}, destination: {namespace: ''}}
  template:
    metadata: {name: '{{name}}', labels: {tier: api, phase: '1'}}
    spec:
      source: {repoURL: x, path: w}
      destination: {namespace: api}
"""

    application = expand(manifest).applications[0].application

    assert application.sources[0].path == "own"
    assert application.sources[0].repository == "x"
    assert {key: one.value for key, one in application.labels.items()} == {
        "tier": "own",
        "phase": "1",
    }
    assert application.destination_namespace == "api"


def test_a_template_patch_is_laid_on_the_application(expand: Expand) -> None:
    manifest = application_set(
        TEMPLATE
        + """
templatePatch: |
  metadata:
    labels: {env: "{{ .name }}"}
  spec:
    project: stolen
    {{- if eq .name "auth" }}
    syncPolicy:
      automated: {prune: true}
    {{- end }}
    source: {path: null, chart: redis}
""",
        go=True,
    )

    application = expand(manifest).applications[0].application

    assert application.labels["env"].value == "auth"
    assert application.project == "apis"
    assert application.automation == Automation(prune=True)
    assert (application.sources[0].path, application.sources[0].chart) == ("", "redis")


def test_a_patch_that_cannot_be_told_is_left_out_where_it_touches_no_identity(
    expand: Expand,
) -> None:
    patch = "templatePatch: |\n  spec:\n    info: [{value: '{{ now }}'}]\n"

    made = expand(application_set(TEMPLATE + patch, go=True))

    assert len(made.applications) == 1
    assert "touches neither name nor source" in made.unresolved[0].message
    assert made.complete


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param("  spec:\n    source: {path: '{{ now }}'}", id="source"),
        pytest.param("  spec:\n    sources:\n      - $patch: replace", id="directive"),
        pytest.param("  metadata:\n    name: '{{ now }}'", id="name"),
    ],
)
def test_a_patch_that_cannot_be_told_and_may_touch_the_identity_leaves_no_application(
    expand: Expand, patch: str
) -> None:
    made = expand(application_set(f"{TEMPLATE}templatePatch: |\n{patch}\n", go=True))

    assert (made.applications, made.complete, made.failures) == ([], False, [])
    assert made.unresolved


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        pytest.param(TEMPLATE + "templatePatch: '['", "templatePatch: ", id="patch-no-yaml"),
        pytest.param(TEMPLATE + "templatePatch: text", "is no object", id="patch-no-object"),
        pytest.param(
            "template: {metadata: {name: '{{ .name.x }}'}}", "has no fields", id="template"
        ),
        pytest.param("template: {metadata: {name: A_B}}", "is no name", id="name"),
        pytest.param("template: {metadata: {}}", "without metadata.name", id="no-name"),
        pytest.param("template: {metadata: {name: a}}", "without a source", id="no-source"),
        pytest.param("template: []", "template is no object", id="shape"),
        pytest.param("{}", "without metadata.name", id="no-template"),
    ],
)
def test_an_application_that_argo_cd_refuses_is_a_failure(
    expand: Expand, spec: str, message: str
) -> None:
    if spec == "{}":
        spec = ""

    made = expand(application_set(spec, go=True))

    assert (made.applications, made.complete) == ([], False)
    assert message in made.failures[0].message


def test_a_broken_application_leaves_its_siblings(expand: Expand) -> None:
    elements = "{name: auth}, {other: x}, {name: scan}"
    manifest = application_set(TEMPLATE, element=elements, go=True).replace(
        "  generators", "  goTemplateOptions: ['missingkey=error']\n  generators"
    )

    made = expand(manifest)

    assert [one.application.key.name for one in made.applications] == ["auth", "scan"]
    assert [one.message for one in made.failures] == ["there is no parameter 'name'"]
    assert not made.complete


def test_a_parameter_that_is_not_replaced_makes_no_usable_name(expand: Expand) -> None:
    manifest = application_set(
        "template: {metadata: {name: 'a-{{nmae}}'}, spec: {source: {repoURL: x}}}"
    )

    made = expand(manifest)

    assert "'a-{{nmae}}' is no name" in made.failures[0].message


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param("spec: {generators: null}", id="no-generators"),
        pytest.param("spec: {generators: [x]}", id="generators-of-text"),
        pytest.param("spec: {goTemplate: 'yes', generators: [{list: {}}]}", id="flag"),
        pytest.param("spec: []", id="no-object"),
        pytest.param("{}", id="no-spec"),
    ],
)
def test_a_malformed_set_is_a_failure_and_known_by_name(expand: Expand, spec: str) -> None:
    made = expand("metadata: {name: broken}\n" + ("" if spec == "{}" else spec))

    assert (made.key.name, made.complete) == ("broken", False)
    assert made.failures


def test_a_set_without_a_name_is_an_error(expand: Expand) -> None:
    with pytest.raises(ReadError, match="without metadata"):
        expand("spec: {}")


def test_applications_land_beside_their_set(expand: Expand) -> None:
    manifest = application_set(TEMPLATE, go=True).replace("{name: a}", "{name: a, namespace: ops}")

    made = expand(manifest)

    assert [str(one.application.key) for one in made.applications] == ["ops/auth"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=25,
)


@given(JSON)
def test_any_shape_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, value: Any) -> None:
    manifest = from_plain({"metadata": {"name": "a"}, "spec": value}, at(1))
    files = Files(Home(Checkout(tmp_path_factory.getbasetemp())), Budget())

    made = make(manifest, files=files, namespace="argocd")

    assert not (made.complete and made.failures)


def test_a_patch_of_blank_lines_takes_no_time(expand: Expand) -> None:
    patch = json.dumps("\n" * 200_000 + "a: {{ now }}")
    manifest = application_set(TEMPLATE, go=True) + f"\n  templatePatch: {patch}\n"

    with at_most(1_000):  # it took minutes once
        made = expand(manifest)

    assert "templatePatch is left out" in str(made.unresolved)


def test_what_a_set_leaves_to_others_is_told_of_each_application(expand: Expand) -> None:
    left = dedent("""\
        ignoreApplicationDifferences:
          - jsonPointers: [/spec/source/targetRevision]
          - name: ecoeco-api-auth
            jqPathExpressions: [.spec.syncPolicy]
        """)
    spec = "".join(f"  {line}\n" for line in left.splitlines())

    made = expand(MANIFEST.replace("spec:\n", f"spec:\n{spec}", 1))

    assert [one.application.left for one in made.applications] == [
        ("/spec/source/targetRevision", "/spec/syncPolicy"),
        ("/spec/source/targetRevision",),
    ]
