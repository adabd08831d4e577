"""Helm finds nothing wrong with the chart, and it gives the same each time."""

import tarfile
from io import BytesIO
from pathlib import Path

import helm_python
import pytest
import yaml

from exporter import __version__
from tests.helm.rendered import (
    CASES,
    CHART,
    ROOT,
    Rendered,
    case,
    forget,
    kube_version,
    package,
    render,
    values,
)

each_case = pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
ONLY_AN_ICON = {"icon is recommended"}


def test_there_are_values_for_every_case_that_was_asked_for() -> None:
    assert {path.stem.removesuffix("-values") for path in CASES} >= {
        "default",
        "reference-cluster",
        "everything",
        "namespaced",
        "no-operator",
        "tls-and-auth",
        "air-gapped",
    }


@each_case
def test_lint_has_nothing_to_say(path: Path) -> None:
    found = helm_python.lint(
        CHART, values(path.read_text()), strict=True, kube_version=kube_version(path)
    )

    assert found["errors"] == []
    assert {one["error"] for one in found["messages"]} <= ONLY_AN_ICON


@each_case
def test_two_renders_are_the_same_byte_for_byte(path: Path) -> None:
    first = case(path)
    forget()

    assert case(path).texts == first.texts


@each_case
def test_no_two_objects_have_one_name(path: Path) -> None:
    names = [
        (one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"])
        for one in case(path).objects
    ]

    assert len(names) == len(set(names))


@each_case
def test_every_object_has_the_labels_by_which_helm_and_people_know_it(path: Path) -> None:
    for one in case(path).objects:
        assert one["metadata"]["labels"].keys() >= {
            "app.kubernetes.io/name",
            "app.kubernetes.io/instance",
            "app.kubernetes.io/version",
            "app.kubernetes.io/managed-by",
            "helm.sh/chart",
        }, one["kind"]


def test_nothing_depends_on_the_cluster_or_on_chance() -> None:
    text = "".join(path.read_text() for path in (CHART / "templates").iterdir())

    for word in ("lookup", "randAlpha", "uuidv4", "genCA", "now ", "helm.sh/hook", "APIVersions"):
        assert word not in text


def test_the_versions_are_those_of_the_exporter() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())

    assert chart["appVersion"] == chart["version"] == __version__


def test_the_package_holds_rules_and_dashboards_and_nothing_that_lies_beside_them() -> None:
    with tarfile.open(fileobj=BytesIO(package())) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    own = {"Chart.yaml", "README.md", "values.yaml", "values.schema.json", ".helmignore"}
    own |= {f"templates/{path.name}" for path in (CHART / "templates").iterdir()}
    shipped = {
        str(path.relative_to(ROOT))
        for pattern in ("rules/*.yaml", "dashboards/*.json")
        for path in ROOT.glob(pattern)
        if not path.name.endswith(".example.yaml")
    }
    assert names == own | shipped


def test_the_whole_name_can_be_told() -> None:
    found = render("fullnameOverride: look\n" + "gitSync: {repo: https://example.org/r}\n")

    assert {one["metadata"]["name"] for one in found.objects if one["kind"] != "ConfigMap"} == {
        "look"
    }


def test_a_release_of_another_name_has_names_of_its_own() -> None:
    def names(found: Rendered) -> set[str]:
        return {one["metadata"]["name"] for one in found.all("ClusterRole")}

    minimal = "gitSync: {repo: https://example.org/r}\nsettings: {declared: {argocd: [a]}}\n"

    assert names(render(minimal, name="north")).isdisjoint(names(render(minimal, name="south")))
