from collections.abc import Callable, Mapping

import pytest

from exporter.declared.argocd.entries import find
from exporter.declared.checkout import Checkout
from exporter.domain.errors import Reason
from exporter.domain.items import ItemState

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
    ],
)
def test_patterns_are_taken_apart(lay: Lay, pattern: str, expected: list[str]) -> None:
    entries = find([pattern], lay(TREE))

    assert (entries.paths, entries.failures) == (expected, [])


def test_what_nobody_renders_is_an_item(lay: Lay) -> None:
    entries = find(["apps"], lay(TREE | {"apps/more/c.jsonnet": "{}"}))

    assert {(one.subject.kind, one.subject.name, one.state) for one in entries.items} == {
        ("Directory", "apps/chart", ItemState.NOT_RENDERED),
        ("File", "apps/more/c.jsonnet", ItemState.NOT_RENDERED),
    }


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
        pytest.param("apps/*.md", Reason.MISSING, id="no-manifests"),
    ],
)
def test_a_pattern_that_names_nothing_is_a_failure(lay: Lay, pattern: str, reason: Reason) -> None:
    entries = find([pattern, "apps/a.yaml"], lay(TREE))

    assert [(one.part, one.reason) for one in entries.failures] == [(pattern, reason)]
    assert entries.paths == ["apps/a.yaml"]
