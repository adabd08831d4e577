"""What a broken text hides is estimated, never too low."""

from collections.abc import Callable, Mapping

import pytest

from exporter.declared.argocd.estimates import Estimates
from exporter.declared.checkout import Checkout

Lay = Callable[[Mapping[str, str]], Checkout]
APPLICATION = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\n"
SET = "kind: ApplicationSet\nspec:\n  generators:\n"


@pytest.mark.parametrize(
    ("text", "least"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("kind: Deployment\nx: [", 0, id="another kind"),
        pytest.param("kind: ApplicationGroup\n", 0, id="a longer word"),
        pytest.param(APPLICATION + "x: [", 1, id="one"),
        pytest.param(f"{APPLICATION}---\n{APPLICATION}---\nx: [", 2, id="documents"),
        pytest.param('[{"kind": "Application", "x": {}}, {"kind":"Application"', 2, id="JSON"),
        pytest.param(SET + "  - clusters: {}\n", 1, id="a set"),
        pytest.param(
            SET + "  - list:\n      elements:\n      - a: 1\n      - a: 2\n    x: [",
            2,
            id="elements",
        ),
        pytest.param(SET + "  - list: {elements: [{a: 1}, {a: 2}, {a: 3}]}\n", 3, id="flow"),
        pytest.param(
            SET + "  - git: {directories: [{path: 'apps/*'}]}\n  x: [", 3, id="directories"
        ),
        pytest.param(
            SET + "  - matrix:\n      generators:\n      - list: {elements: [{a: 1}, {a: 2}]}\n"
            "      - git: {directories: [{path: apps/*}]}\n",
            6,
            id="matrix",
        ),
    ],
)
def test_a_text_hides_at_least_what_it_seems_to_declare(lay: Lay, text: str, least: int) -> None:
    checkout = lay({"a.yaml": text, "apps/x/a": "", "apps/y/a": "", "apps/z/a": ""})

    found = Estimates(checkout).applications("a.yaml")

    assert least <= found <= least * 4


def test_a_directory_hides_what_the_bases_that_it_names_do(lay: Lay) -> None:
    checkout = lay(
        {
            "a/kustomization.yaml": "resources:\n- b.yaml\n- ../base\n  - [",
            "a/b.yaml": APPLICATION,
            "base/kustomization.yaml": "resources: [../deeper/]",
            "deeper/c.yaml": APPLICATION,
            "other/d.yaml": APPLICATION,
        }
    )

    assert Estimates(checkout).applications("a") == 2


def test_bases_in_a_circle_end(lay: Lay) -> None:
    checkout = lay(
        {
            "a/kustomization.yaml": "resources: [../b, ../../..]",
            "b/kustomization.yaml": "resources: [../a]",
            "b/b.yaml": APPLICATION,
        }
    )

    assert Estimates(checkout).applications("a") == 1


def test_what_cannot_be_read_hides_nothing_that_could_be_told(lay: Lay) -> None:
    assert Estimates(lay({})).applications("nowhere") == 0


def test_a_place_that_is_gone_hides_as_much_as_there_is_to_deliver(lay: Lay) -> None:
    paths = {"a/kustomization.yaml": "", "b/Chart.yaml": "", "c/d/kustomization.yml": "", "e": ""}

    assert Estimates(lay(paths)).everywhere() == 3
    assert Estimates(lay({})).everywhere() >= 1
