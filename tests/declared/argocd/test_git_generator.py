from collections.abc import Callable, Mapping

import pytest

from exporter.declared.argocd.application_sets import Made
from exporter.domain.provenance import Place, Source

Expand = Callable[..., Made]
REPOSITORY = "https://git.example.org/platform/gitops"
TREE = {
    "apps/Auth_API/prod/kustomization.yaml": "",
    "apps/scan/prod/kustomization.yaml": "",
    "apps/scan/dev/kustomization.yaml": "",
    "apps/.hidden/prod/kustomization.yaml": "",
    "apps/.hidden/prod/app.json": '{"name": "hidden"}',
    "config/auth.json": '{"app": {"name": "auth"}, "replicas": 3, "zones": ["a", "b"]}',
    "config/dev/scan.yaml": "- {app: {name: scan}}\n- {app: {name: scan-canary}}\n",
    "config/dev/notes.txt": "no YAML: [",
}


def application_set(
    git: str, *, name: str, go: bool = False, options: str = "[missingkey=error]"
) -> str:
    return f"""
metadata: {{name: apis}}
spec:
  goTemplate: {str(go).lower()}
  goTemplateOptions: {options}
  generators:
    - git:
        repoURL: {REPOSITORY}.git
        {git}
  template:
    metadata: {{name: '{name}'}}
    spec:
      source: {{repoURL: {REPOSITORY}, path: x}}
"""


def names(made: Made) -> list[str]:
    return [one.application.key.name for one in made.applications]


@pytest.mark.parametrize(
    ("git", "name", "expected"),
    [
        pytest.param(
            "directories: [{path: apps/*}]",
            "{{path.basenameNormalized}}",
            ["auth-api", "scan"],
            id="basename",
        ),
        pytest.param("directories: [{path: apps/.hidden/*}]", "{{path.basename}}", [], id="hidden"),
        pytest.param("files: [{path: apps/**/app.json}]", "{{name}}", ["hidden"], id="hidden-file"),
        pytest.param(
            "directories: [{path: apps/*/prod}, {path: apps/Auth*/*, exclude: true}]",
            "{{path[1]}}-{{path.basename}}",
            ["scan-prod"],
            id="exclude-and-segments",
        ),
        pytest.param(
            "directories: [{path: apps/scan/*}]\n        pathParamPrefix: app",
            "{{app.path[1]}}-{{app.path.basename}}",
            ["scan-dev", "scan-prod"],
            id="prefix",
        ),
        pytest.param(
            "directories: [{path: apps/scan}]\n        values: {env: 'of-{{path.basename}}'}",
            "{{values.env}}",
            ["of-scan"],
            id="values",
        ),
        pytest.param("directories: [{path: none/*}]", "{{path}}", [], id="nothing"),
        pytest.param(
            "files: [{path: config/*.json}]",
            "{{app.name}}-{{replicas}}-{{zones.1}}-{{path.filename}}",
            ["auth-3-b-auth.json"],
            id="file",
        ),
        pytest.param(
            "files: [{path: '**/*.yaml'}, {path: apps, exclude: true}]",
            "{{app.name}}-{{path.basename}}-{{path.filenameNormalized}}",
            ["scan-dev-scan.yaml", "scan-canary-dev-scan.yaml"],
            id="file-with-a-list",
        ),
    ],
)
def test_git_generators_of_fasttemplate(
    expand: Expand, git: str, name: str, expected: list[str]
) -> None:
    made = expand(application_set(git, name=name), TREE)

    assert (names(made), made.failures, made.unresolved) == (expected, [], [])


@pytest.mark.parametrize(
    ("git", "name", "expected"),
    [
        pytest.param(
            "directories: [{path: apps/*/prod}]",
            "{{ index .path.segments 1 | normalize }}-{{ .path.basename }}",
            ["auth-api-prod", "scan-prod"],
            id="directories",
        ),
        pytest.param(
            "directories: [{path: apps/scan}]\n        pathParamPrefix: app",
            "{{ .app.path.basename }}",
            ["scan"],
            id="prefix",
        ),
        pytest.param(
            "directories: [{path: apps/scan}]\n        values: {env: 'of-{{ .path.basename }}'}",
            "{{ .values.env }}",
            ["of-scan"],
            id="values",
        ),
        pytest.param(
            "files: [{path: config/*.json}]",
            "{{ .app.name }}-{{ .replicas }}-{{ index .zones 0 }}-{{ .path.filenameNormalized }}",
            ["auth-3-a-auth.json"],
            id="file",
        ),
    ],
)
def test_git_generators_of_go_templates(
    expand: Expand, git: str, name: str, expected: list[str]
) -> None:
    made = expand(application_set(git, name=name, go=True), TREE)

    assert (names(made), made.failures, made.unresolved) == (expected, [], [])


def test_parameters_tell_the_line_of_the_file_that_states_them(expand: Expand) -> None:
    files = {"config/a.yaml": "# first\nname: auth\nphase: '1'\n"}
    manifest = application_set("files: [{path: config/*.yaml}]", name="{{name}}")

    application = expand(manifest, files).applications[0].application

    assert application.parameters["phase"].place == Place(Source.ARGOCD, "config/a.yaml", 3)
    assert application.parameters["path"].place == Place(Source.ARGOCD, "config/a.yaml")


@pytest.mark.parametrize(
    ("git", "message"),
    [
        pytest.param("directories: [{path: apps/*}]\n        revision: v1", "v1", id="revision"),
        pytest.param(
            "directories: [{path: apps/*}]\n        values: {a: '{{ now }}'}", "now", id="function"
        ),
    ],
)
def test_what_the_checkout_does_not_hold_is_unresolved(
    expand: Expand, git: str, message: str
) -> None:
    made = expand(application_set(git, name="x", go=True), TREE)

    assert (made.applications, made.failures, made.complete) == ([], [], False)
    assert message in made.unresolved[0].message


def test_another_repository_is_unresolved(expand: Expand) -> None:
    manifest = application_set("directories: [{path: apps/*}]", name="x")

    made = expand(manifest, TREE, address="https://git.example.org/platform/other")

    assert (made.applications, made.complete) == ([], False)
    assert "which is elsewhere" in made.unresolved[0].message
    assert made.unresolved[0].place.line == 8


@pytest.mark.parametrize(
    ("path", "complete"), [pytest.param("apps/*", True), pytest.param("none/*", False)]
)
def test_without_an_address_what_exists_is_taken_for_local(
    expand: Expand, path: str, *, complete: bool
) -> None:
    manifest = application_set(
        f"directories: [{{path: {path}}}]", name="{{path.basenameNormalized}}"
    )

    made = expand(manifest, TREE, address="")

    assert made.complete is complete


@pytest.mark.parametrize(
    ("files", "path", "line"),
    [
        pytest.param({"config/a.yaml": "a: [\n"}, "config/a.yaml", 1, id="no-yaml"),
        pytest.param({"config/a.yaml": "- a\n"}, "config/a.yaml", 1, id="no-objects"),
        pytest.param({"config/a.yaml": "text"}, "config/a.yaml", 1, id="a-text"),
    ],
)
def test_a_broken_file_is_a_failure_at_its_line(
    expand: Expand, files: Mapping[str, str], path: str, line: int
) -> None:
    made = expand(application_set("files: [{path: config}]", name="x"), files)

    assert [(one.place.path, one.place.line) for one in made.failures] == [(path, line)]
    assert not made.complete


def test_an_empty_file_gives_its_path_only(expand: Expand) -> None:
    manifest = application_set("files: [{path: config}]", name="{{path.basename}}")

    made = expand(manifest, {"config/a.yaml": ""})

    assert names(made) == ["config"]


def test_a_generator_of_nothing_is_a_failure(expand: Expand) -> None:
    made = expand(application_set("files: []", name="x"))

    assert "neither directories nor files" in made.failures[0].message


def test_values_of_a_second_generator_may_wait_for_its_own_parameters(expand: Expand) -> None:
    manifest = f"""
metadata: {{name: apis}}
spec:
  goTemplate: true
  generators:
    - matrix:
        generators:
          - list: {{elements: [{{env: prod}}]}}
          - git:
              repoURL: {REPOSITORY}
              directories: [{{path: 'apps/*/{{{{ .env }}}}'}}]
              values:
                own: '{{{{ .path.basename }}}}'
                given: '{{{{ .env }}}}'
  template:
    metadata:
      name: >-
        {{{{ index .path.segments 1 | normalize }}}}-{{{{ .values.own }}}}-{{{{ .values.given }}}}
    spec:
      source: {{repoURL: {REPOSITORY}, path: x}}
"""

    made = expand(manifest, TREE)

    assert (names(made), made.failures) == (["auth-api-prod-prod", "scan-prod-prod"], [])
