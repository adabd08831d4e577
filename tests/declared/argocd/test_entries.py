from collections.abc import Callable, Mapping

import pytest

from exporter.declared.argocd.entries import find
from exporter.declared.checkout import Checkout
from exporter.domain.errors import Reason

Lay = Callable[[Mapping[str, str]], Checkout]
TREE = {
    "apps/a.yaml": "",
    "apps/README.md": "",
    "apps/more/b.yml": "",
    "apps/base/kustomization.yaml": "",
    "apps/base/a.yaml": "",
    "apps/base/deeper/kustomization.yaml": "",
    "apps/chart/Chart.yaml": "",
    "apps/chart/templates/x.yaml": "{{",
    "overlays/dev/kustomization.yml": "",
    "overlays/prod/Kustomization": "",
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("apps/a.yaml", ["apps/a.yaml"], id="file"),
        pytest.param("apps/base", ["apps/base"], id="kustomization"),
        pytest.param("apps/base/kustomization.yaml", ["apps/base"], id="its-file"),
        pytest.param("apps", ["apps/base", "apps/a.yaml", "apps/more/b.yml"], id="directory"),
        pytest.param("overlays/*", ["overlays/dev", "overlays/prod"], id="shell-pattern"),
        pytest.param("apps/*.md", [], id="no-manifests"),
    ],
)
def test_patterns_are_taken_apart(lay: Lay, pattern: str, expected: list[str]) -> None:
    entries = find([pattern], lay(TREE))

    assert (entries.paths, entries.failures) == (expected, [])


def test_a_helm_chart_is_unresolved(lay: Lay) -> None:
    entries = find(["apps"], lay(TREE))

    assert [str(one.place) for one in entries.unresolved] == ["apps/chart/Chart.yaml:1"]


def test_the_whole_repository_can_be_named(lay: Lay) -> None:
    entries = find(["."], lay(TREE))

    assert {"apps/base", "overlays/dev", "overlays/prod"} < set(entries.paths)


def test_what_two_patterns_name_is_taken_once(lay: Lay) -> None:
    entries = find(["apps/base", "apps/*"], lay(TREE))

    assert entries.paths.count("apps/base") == 1


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        pytest.param("missing", Reason.MISSING, id="path"),
        pytest.param("missing/*", Reason.MISSING, id="nothing"),
        pytest.param("../*", Reason.OUTSIDE, id="outside"),
    ],
)
def test_a_pattern_that_names_nothing_is_a_failure(lay: Lay, pattern: str, reason: Reason) -> None:
    entries = find([pattern, "apps/a.yaml"], lay(TREE))

    assert [(one.part, one.reason) for one in entries.failures] == [(pattern, reason)]
    assert entries.paths == ["apps/a.yaml"]
