"""The dashboards of the chart are those of dashboards/, byte for byte."""

import json
from pathlib import Path

import pytest

from tests.helm.rendered import CHART, MINIMAL, ROOT, Rendered, case, render

FILES = sorted((ROOT / "dashboards").glob("*.json"))
EVERYTHING = CHART / "ci" / "everything-values.yaml"
LIMIT = 1024 * 1024
"""Bytes of a ConfigMap at most."""


def config_maps(rendered: Rendered, label: str = "grafana_dashboard") -> dict[str, bytes]:
    """Return the files in the ConfigMaps with a label."""
    return {
        name: text.encode()
        for one in rendered.all("ConfigMap")
        if label in one["metadata"]["labels"]
        for name, text in one["data"].items()
    }


def test_there_are_dashboards() -> None:
    assert FILES


def test_the_sidecar_finds_every_dashboard_as_it_is() -> None:
    assert config_maps(render()) == {path.name: path.read_bytes() for path in FILES}


def test_the_operator_finds_every_dashboard_as_it_is() -> None:
    found = case(EVERYTHING).all("GrafanaDashboard")

    assert [one["spec"]["json"].encode() for one in found] == [path.read_bytes() for path in FILES]
    assert {one["spec"]["folder"] for one in found} == {"Cluster conformance"}


def test_the_sidecar_is_told_by_label_and_annotation() -> None:
    values = "grafana: {dashboards: {label: board, labelValue: a, folderAnnotation: f, folder: g}}"

    maps = [one for one in render(MINIMAL, values).all("ConfigMap") if len(one["data"]) == 1]

    boards = [one for one in maps if "board" in one["metadata"]["labels"]]
    assert len(boards) == len(FILES)
    assert {one["metadata"]["labels"]["board"] for one in boards} == {"a"}
    assert {one["metadata"]["annotations"]["f"] for one in boards} == {"g"}


def test_dashboards_can_be_left_out() -> None:
    rendered = render(MINIMAL, "grafana: {dashboards: {enabled: false}}")

    assert len(rendered.all("ConfigMap")) == 1
    assert rendered.all("GrafanaDashboard") == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_dashboard_fits_into_a_config_map(path: Path) -> None:
    assert len(path.read_bytes()) < LIMIT
    assert json.loads(path.read_bytes())["uid"] == path.stem
