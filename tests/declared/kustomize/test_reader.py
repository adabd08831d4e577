from collections.abc import Callable, Mapping

import pytest

from exporter.declared.checkout import Checkout
from exporter.declared.kustomize import reader as kustomize
from exporter.declared.kustomize.renderer import Renderer
from exporter.domain.declaration import Reading
from exporter.domain.errors import Reason
from exporter.domain.provenance import Source

Lay = Callable[[Mapping[str, str]], Checkout]


def manifest(name: str) -> str:
    return f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec: {{}}\n"


async def read(checkout: Checkout, *patterns: str, skip: frozenset[str] = frozenset()) -> Reading:
    renderer = Renderer(checkout, allow_remote=False, source=Source.KUSTOMIZE)
    return await kustomize.read(patterns, checkout=checkout, render=renderer.render, skip=skip)


def names(reading: Reading) -> list[str]:
    return [one.key.name for one in reading.workloads]


async def test_every_path_that_a_pattern_names_is_read(lay: Lay) -> None:
    checkout = lay(
        {
            "apps/a/a.yaml": manifest("a"),
            "apps/b/b.yaml": manifest("b"),
            "apps/README.md": "Apps.",
            "other/c.yaml": manifest("c"),
        }
    )

    reading = await read(checkout, "apps/*", "other/c.yaml")

    assert reading.source is Source.KUSTOMIZE
    assert names(reading) == ["a", "b", "c"]
    assert reading.failures == ()


async def test_a_path_named_twice_is_read_once(lay: Lay) -> None:
    checkout = lay({"apps/a/a.yaml": manifest("a")})

    assert names(await read(checkout, "apps/*", "apps/a", "./apps/a/")) == ["a"]


async def test_what_an_application_renders_is_left_to_it(lay: Lay) -> None:
    checkout = lay({"apps/a/a.yaml": manifest("a"), "apps/b/b.yaml": manifest("b")})

    reading = await read(checkout, "apps/*", skip=frozenset({"apps/a/"}))

    assert names(reading) == ["b"]
    assert reading.failures == ()


async def test_a_pattern_of_which_applications_render_everything_is_no_failure(lay: Lay) -> None:
    checkout = lay({"apps/a/a.yaml": manifest("a")})

    reading = await read(checkout, "apps/*", skip=frozenset({"apps/a"}))

    assert reading == Reading(source=Source.KUSTOMIZE)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        pytest.param("nothing/*", Reason.MISSING, id="matches-nothing"),
        pytest.param("nowhere", Reason.MISSING, id="missing"),
        pytest.param("empty", Reason.MISSING, id="no-manifests"),
        pytest.param("empty/*", Reason.MISSING, id="only-other-files"),
        pytest.param("../*", Reason.OUTSIDE, id="above"),
        pytest.param("..", Reason.OUTSIDE, id="directory-above"),
        pytest.param("**a", Reason.MALFORMED, id="no-pattern"),
    ],
)
async def test_a_pattern_that_gives_nothing_is_a_failure_that_names_it(
    lay: Lay, pattern: str, reason: Reason
) -> None:
    checkout = lay({"apps/a.yaml": manifest("a"), "empty/README.md": "", "empty/b/x.txt": ""})

    reading = await read(checkout, "apps", pattern)

    assert names(reading) == ["a"]
    (failure,) = reading.failures
    assert (failure.reason, failure.part) == (reason, pattern)


async def test_a_path_that_cannot_be_rendered_leaves_the_others(lay: Lay) -> None:
    checkout = lay(
        {
            "apps/a/kustomization.yaml": "resources: [missing.yaml]\n",
            "apps/b/b.yaml": manifest("b"),
            "apps/c/Chart.yaml": "name: c\n",
        }
    )

    reading = await read(checkout, "apps/*")

    assert names(reading) == ["b"]
    assert [(one.part, one.place.line) for one in reading.failures] == [("apps/a", 1)]
    assert [one.place.path for one in reading.unresolved] == ["apps/c/Chart.yaml"]


async def test_an_object_that_makes_no_sense_is_unresolved_at_its_place(lay: Lay) -> None:
    text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: 7}\nspec: {}\n"
    checkout = lay({"apps/a.yaml": text + "---\n" + manifest("b")})

    reading = await read(checkout, "apps")

    assert names(reading) == ["b"]
    assert [str(one.place) for one in reading.unresolved] == ["apps/a.yaml:1"]
