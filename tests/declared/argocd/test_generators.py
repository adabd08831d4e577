from collections.abc import Callable
from textwrap import indent

import pytest

from exporter.declared.argocd.application_sets import Made
from exporter.domain.errors import Reason

Expand = Callable[..., Made]
LIST = """
- list:
    elements:
      - {name: auth, phase: "1"}
      - {name: scan, phase: "2"}
"""


def application_set(generators: str, *, name: str, go: bool = False, options: str = "[]") -> str:
    return f"""
metadata: {{name: apis}}
spec:
  goTemplate: {str(go).lower()}
  goTemplateOptions: {options}
  generators:
{indent(generators.strip(), "    ")}
  template:
    metadata: {{name: '{name}'}}
    spec:
      source: {{repoURL: https://git.example.org/other, path: x}}
"""


def names(made: Made) -> list[str]:
    return [one.application.key.name for one in made.applications]


def only_failure(made: Made) -> str:
    assert not made.complete
    assert made.applications == []
    return made.failures[0].message


@pytest.mark.parametrize(
    ("generators", "name", "expected"),
    [
        pytest.param(LIST, "api-{{name}}", ["api-auth", "api-scan"], id="list"),
        pytest.param(
            "- list: {elements: [{values: {env: dev}}]}", "a-{{values.env}}", ["a-dev"], id="values"
        ),
        pytest.param(
            "- list: {elements: [], elementsYaml: '[{name: auth}]'}",
            "{{name}}",
            ["auth"],
            id="elements-as-text",
        ),
        pytest.param("- list: {elements: []}", "{{name}}", [], id="empty-list"),
        pytest.param(
            "- list: {elements: [{name: a}]}\n  selector: {matchLabels: {name: b}}",
            "{{name}}",
            [],
            id="selector",
        ),
        pytest.param(
            """
- matrix:
    generators:
      - list: {elements: [{env: dev}, {env: prod}]}
      - list: {elements: [{name: auth}, {name: scan}]}
""",
            "{{env}}-{{name}}",
            ["dev-auth", "dev-scan", "prod-auth", "prod-scan"],
            id="matrix",
        ),
        pytest.param(
            """
- matrix:
    generators:
      - list: {elements: [{env: dev}]}
      - list: {elements: [{name: 'auth-{{env}}'}]}
""",
            "{{name}}",
            ["auth-dev"],
            id="second-uses-the-first",
        ),
        pytest.param(
            """
- matrix:
    generators:
      - list: {elements: [{env: dev}]}
      - matrix:
          generators:
            - list: {elements: [{name: auth}]}
            - list: {elements: [{zone: a}]}
""",
            "{{env}}-{{name}}-{{zone}}",
            ["dev-auth-a"],
            id="nested-matrix",
        ),
        pytest.param(
            """
- merge:
    mergeKeys: [name]
    generators:
      - list: {elements: [{name: auth, env: dev}, {name: scan, env: dev}]}
      - list: {elements: [{name: scan, env: prod}, {name: other, env: prod}]}
""",
            "{{name}}-{{env}}",
            ["auth-dev", "scan-prod"],
            id="merge",
        ),
        pytest.param(
            """
- matrix:
    generators:
      - list: {elements: [{env: dev}, {env: prod}]}
        selector: {matchExpressions: [{key: env, operator: In, values: [prod]}]}
      - list: {elements: [{name: auth}]}
""",
            "{{env}}-{{name}}",
            ["prod-auth"],
            id="selector-of-a-child",
        ),
    ],
)
def test_fasttemplate_generators(
    expand: Expand, generators: str, name: str, expected: list[str]
) -> None:
    made = expand(application_set(generators, name=name))

    assert (names(made), made.failures, made.complete) == (expected, [], True)


@pytest.mark.parametrize(
    ("generators", "name", "expected"),
    [
        pytest.param(LIST, "api-{{ .name }}", ["api-auth", "api-scan"], id="list"),
        pytest.param(
            "- list: {elements: [{app: {name: auth}, replicas: 3}]}",
            "{{ .app.name }}-{{ .replicas }}",
            ["auth-3"],
            id="nested-elements",
        ),
        pytest.param(
            """
- matrix:
    generators:
      - list: {elements: [{key: {parts: [{name: auth}, {name: scan}]}}]}
      - list: {elements: [], elementsYaml: '{{ .key.parts | toJson }}'}
""",
            "{{ .name }}",
            ["auth", "scan"],
            id="elements-of-the-first",
        ),
        pytest.param(
            """
- matrix:
    generators:
      - list: {elements: [{app: {name: auth}, env: dev}]}
      - list: {elements: [{app: {name: other, zone: a}, env: prod}]}
""",
            "{{ .app.name }}-{{ .app.zone }}-{{ .env }}",
            ["auth-a-dev"],
            id="the-first-of-a-matrix-wins",
        ),
        pytest.param(
            """
- merge:
    mergeKeys: [name]
    generators:
      - list: {elements: [{name: auth, values: {env: dev, zone: a}}]}
      - list: {elements: [{name: auth, values: {env: prod}}]}
""",
            "{{ .name }}-{{ .values.env }}-{{ .values.zone }}",
            ["auth-prod-a"],
            id="the-last-of-a-merge-wins",
        ),
    ],
)
def test_go_template_generators(
    expand: Expand, generators: str, name: str, expected: list[str]
) -> None:
    made = expand(application_set(generators, name=name, go=True))

    assert (names(made), made.failures, made.complete) == (expected, [], True)


@pytest.mark.parametrize(
    "kind", ["clusters", "scmProvider", "pullRequest", "plugin", "clusterDecisionResource"]
)
def test_a_generator_that_asks_a_running_system_is_unresolved(expand: Expand, kind: str) -> None:
    made = expand(application_set(f"- {kind}: {{}}", name="x"))

    assert (made.complete, made.failures) == (False, [])
    assert f"a {kind} generator asks" in made.unresolved[0].message
    assert made.unresolved[0].place.line == 7


def test_one_unresolved_generator_leaves_the_others(expand: Expand) -> None:
    made = expand(application_set("- clusters: {}\n" + LIST.strip(), name="{{name}}"))

    assert (names(made), made.complete) == (["auth", "scan"], False)


@pytest.mark.parametrize(
    ("generators", "message"),
    [
        pytest.param("- list: {elements: [{a: 1}]}", "a is no string", id="number"),
        pytest.param("- list: {elements: [{values: {a: 1}}]}", "a is no string", id="number-value"),
        pytest.param("- list: {elements: [x]}", "is no object", id="no-object"),
        pytest.param("- list: {elementsYaml: '{a: b}'}", "elementsYaml is no list", id="no-list"),
        pytest.param("- list: {elementsYaml: '[a]'}", "something else than objects", id="scalars"),
        pytest.param("- list: {elementsYaml: '['}", "elementsYaml: ", id="no-yaml"),
        pytest.param("- list: []", "list is no object", id="shape"),
        pytest.param("- clusterz: {}", "no generator that Argo CD knows", id="unknown"),
        pytest.param("- matrix: {generators: [{list: {}}]}", "exactly two", id="one-child"),
        pytest.param(
            "- matrix: {generators: [{list: {}, git: {}}, {list: {}}]}", "one generator", id="two"
        ),
        pytest.param(
            "- matrix: {generators: [{list: {elements: [{a: b}]}}, {list: {elements: [{a: c}]}}]}",
            "give a, and differently",
            id="matrix-conflict",
        ),
        pytest.param(
            "- merge: {mergeKeys: [a], "
            "generators: [{list: {elements: [{b: c}, {b: d}]}}, {list: {}}]}",
            "do not tell parameters apart",
            id="merge-keys",
        ),
        pytest.param(
            "- merge: {generators: [{list: {}}, {list: {}}]}", "and mergeKeys", id="no-merge-keys"
        ),
    ],
)
def test_what_argo_cd_refuses_is_a_failure_with_its_line(
    expand: Expand, generators: str, message: str
) -> None:
    made = expand(application_set(generators, name="x"))

    assert message in only_failure(made)
    assert made.failures[0].place.line >= 7
    assert made.failures[0].part == "ApplicationSet argocd/apis"


def test_generators_nested_deeper_than_argo_cd_allows_are_a_failure(expand: Expand) -> None:
    inner = "{list: {elements: [{a: b}]}}"
    for _ in range(3):
        inner = f"{{matrix: {{generators: [{inner}, {{list: {{elements: [{{c: d}}]}}}}]}}}}"

    made = expand(application_set(f"- {inner}", name="x"))

    assert "nested deeper" in only_failure(made)


def test_a_matrix_that_explodes_is_a_failure(expand: Expand) -> None:
    elements = ", ".join(f"{{a{n}: b}}" for n in range(200))
    child = f"{{list: {{elements: [{elements}]}}}}"

    made = expand(application_set(f"- matrix: {{generators: [{child}, {child}]}}", name="x"))

    assert only_failure(made)
    assert made.failures[0].reason is Reason.TOO_LARGE
