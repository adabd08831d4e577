"""Which clusters a chart tells apart, by its text."""

import pytest

from exporter.declared.helm.chart import Asked
from exporter.declared.helm.clusters import possible
from exporter.declared.helm.plan import Plan

PLANNED = Plan(release="shop")
VERSION, APIS = Asked(kube_version=True), Asked(api_versions=True)


def versions(text: str) -> list[str]:
    found = possible(PLANNED, VERSION, [text.encode()])
    assert found is not None
    return [one.kube_version for one in found][1:-1]


def compared(constraint: str) -> str:
    return f'{{{{ semverCompare "{constraint}" .Capabilities.KubeVersion.Version }}}}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("{{ .Capabilities.KubeVersion }}", [], id="none"),
        pytest.param(compared(">=1.14-0"), [], id="older than all"),
        pytest.param(compared(">=1.19-0"), [], id="the oldest"),
        pytest.param(compared(">=1.23-0"), ["1.23.0"], id="from"),
        pytest.param(compared("<1.23.4"), ["1.23.4"], id="before"),
        pytest.param(compared(">1.23"), ["1.24.0"], id="after any patch"),
        pytest.param(compared("<= 1.23.4"), ["1.23.5"], id="up to"),
        pytest.param(compared("1.23.x"), ["1.23.0", "1.24.0"], id="any patch"),
        pytest.param(compared("=1.23"), ["1.23.0", "1.24.0"], id="equal"),
        pytest.param(compared("~1.23.4"), ["1.23.4", "1.23.5", "1.24.0"], id="about"),
        pytest.param(compared("^1.23"), ["1.23.0"], id="compatible"),
        pytest.param(compared(">=1.22 <1.25"), ["1.22.0", "1.25.0"], id="between"),
        pytest.param(compared(">=v1.23.0"), ["1.23.0"], id="with a v"),
        pytest.param(compared(">=1.2.3"), [], id="no version of Kubernetes that there is"),
        pytest.param(f"image: a:1.25.3\n{compared('>=1.23')}", ["1.23.0"], id="outside of actions"),
        pytest.param('kubeVersion: ">=1.21"', ["1.21.0"], id="in Chart.yaml"),
        pytest.param(
            "{{ semverCompare .Values.v .Capabilities.KubeVersion.Version }} <1.30",
            ["1.30.0"],
            id="by a value: all of the text",
        ),
    ],
)
def test_versions_are_where_comparisons_turn(text: str, expected: list[str]) -> None:
    assert versions(text) == expected


def test_comparisons_of_numbers_turn_at_every_version() -> None:
    assert len(versions("{{ lt 21 (int .Capabilities.KubeVersion.Minor) }}")) == 25


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param([], {()}, id="none"),
        pytest.param(["a/v1"], {(), ("a/v1",)}, id="one"),
        pytest.param(
            ["a/v1", "b/v1/C"], {(), ("a/v1",), ("b/v1/C",), ("a/v1", "b/v1/C")}, id="two"
        ),
        pytest.param(
            ["a", "b", "c"],
            {(), ("a",), ("b",), ("c",), ("a", "b"), ("a", "c"), ("b", "c"), ("a", "b", "c")},
            id="three",
        ),
    ],
)
def test_apis_are_there_alone_and_together(
    names: list[str], expected: set[tuple[str, ...]]
) -> None:
    text = " ".join(f'{{{{ .Capabilities.APIVersions.Has "{one}" }}}}' for one in names)

    found = possible(PLANNED, APIS, [text.encode()])

    assert found is not None
    assert {one.api_versions for one in found} == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{{ .Capabilities.APIVersions.Has .Values.a }}", id="by a value"),
        pytest.param("{{ range .Capabilities.APIVersions }}{{ end }}", id="all of them"),
        pytest.param(
            " ".join(f'{{{{ .Capabilities.APIVersions.Has "a{n}" }}}}' for n in range(20)),
            id="too many",
        ),
    ],
)
def test_clusters_that_cannot_be_told_are_none(text: str) -> None:
    assert possible(PLANNED, APIS, [text.encode()]) is None
