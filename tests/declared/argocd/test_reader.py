from collections.abc import Awaitable, Callable

import pytest

from exporter.declared.argocd import Followed
from exporter.domain.errors import Reason
from exporter.domain.provenance import Source

Follow = Callable[..., Awaitable[Followed]]
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: a}
spec: {source: {repoURL: https://charts.example.org, chart: redis}}
"""


async def test_other_objects_are_passed_over(follow: Follow) -> None:
    others = """\
apiVersion: app.k8s.io/v1beta1
kind: Application
metadata: {name: other}
---
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: apis}
---
apiVersion: v1
kind: ConfigMap
---
"""

    followed = await follow({"a.yaml": others + APPLICATION}, "a.yaml")

    assert [str(one.key) for one in followed.reading.applications] == ["argocd/a"]
    assert (followed.reading.failures, followed.reading.unresolved) == ((), ())
    assert followed.reading.source is Source.ARGOCD


async def test_a_broken_file_is_a_failure_with_its_line_and_harms_no_other(
    follow: Follow,
) -> None:
    broken = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: {{ x }}}\n"

    followed = await follow({"a.yaml": APPLICATION, "b.yaml": broken}, "a.yaml", "b.yaml")

    assert len(followed.reading.applications) == 1
    assert [str(one.place) for one in followed.reading.failures] == ["b.yaml:3"]


async def test_an_application_without_a_name_is_a_failure(follow: Follow) -> None:
    nameless = APPLICATION.replace("{name: a}", "{namespace: b}")

    followed = await follow({"a.yaml": nameless}, "a.yaml")

    assert [one.message for one in followed.reading.failures] == [
        "Application without metadata.name"
    ]
    assert followed.reading.failures[0].place.line == 3


async def test_a_set_that_cannot_be_evaluated_is_named(follow: Follow) -> None:
    manifest = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: everywhere}
spec: {generators: [{clusters: {}}], template: {}}
"""

    followed = await follow({"a.yaml": manifest + "---\n" + APPLICATION}, "a.yaml")

    assert followed.application_sets == followed.unevaluated == {"everywhere"}
    assert len(followed.reading.applications) == 1


async def test_a_place_that_holds_no_application_is_a_failure(follow: Follow) -> None:
    followed = await follow({"a/b.yaml": "kind: ConfigMap\napiVersion: v1\n"}, "a")

    assert [(one.part, one.reason) for one in followed.reading.failures] == [("a", Reason.MISSING)]


async def test_nothing_asked_is_nothing_read(follow: Follow) -> None:
    followed = await follow({})

    assert followed.reading.failures == ()
    assert followed.reading.applications == ()


async def test_a_place_that_could_not_be_rendered_is_not_called_empty(follow: Follow) -> None:
    followed = await follow({"a/Chart.yaml": "name: a"}, "a")

    assert followed.reading.failures == ()
    assert len(followed.reading.unresolved) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\udcff", id="undecodable"),
        pytest.param("apiVersion: argoproj.io/v1alpha1\nkind: Application\n", id="empty"),
        pytest.param("[" * 20_000, id="deep"),
        pytest.param("apiVersion: argoproj.io/v1alpha1\nkind: [Application]\n", id="odd-kind"),
    ],
)
async def test_foreign_input_never_raises(follow: Follow, text: str) -> None:
    followed = await follow({"a.yaml": APPLICATION, "b.yaml": text}, "a.yaml", "b.yaml")

    assert len(followed.reading.applications) == 1
