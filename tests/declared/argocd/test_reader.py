from collections.abc import Awaitable, Callable

import pytest

from exporter.declared.argocd.reader import Followed
from exporter.declared.rendered import Manifest
from exporter.domain.errors import Reason
from exporter.domain.items import ItemState
from exporter.domain.json import JsonObject
from exporter.domain.provenance import Place, Source

Follow = Callable[..., Awaitable[Followed]]
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: a}
spec: {source: {repoURL: https://charts.example.org, chart: redis}}
"""


async def test_other_objects_are_accounted_for_and_harm_nothing(follow: Follow) -> None:
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
metadata: {name: settings}
---
"""

    followed = await follow({"a.yaml": others + APPLICATION}, "a.yaml")

    states = {(one.subject.kind, one.subject.name): one.state for one in followed.reading.items}
    assert [str(one.key) for one in followed.reading.applications] == ["argocd/a"]
    assert followed.reading.failures == ()
    assert states == {
        ("Application", "a"): ItemState.COMPARED,
        ("Source", "a/0"): ItemState.NOT_RENDERED,
        ("Application", "other"): ItemState.OUT_OF_SCOPE,
        ("ConfigMap", "settings"): ItemState.OUT_OF_SCOPE,
        ("AppProject", "apis"): ItemState.UNSUPPORTED,
    }
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
    followed = await follow({"b/a/Chart.yaml": "name: a"}, "b")

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


def running(name: str, *, elements: JsonObject) -> Manifest:
    """Return an ApplicationSet as the cluster has it."""
    source: JsonObject = {
        "repoURL": "https://git.example.org/platform/gitops.git",
        "path": "apps/{{app}}",
    }
    template: JsonObject = {"metadata": {"name": "{{app}}"}, "spec": {"source": source}}
    content: JsonObject = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": name, "namespace": "argocd"},
        "spec": {"generators": [{"list": elements}], "template": template},
    }
    return Manifest(
        content=content, place=Place(Source.KUBERNETES, f"ApplicationSet argocd/{name}")
    )


async def test_a_running_application_set_that_no_file_holds_is_declared(follow: Follow) -> None:
    manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n"
    charted = running("charted", elements={"elements": [{"app": "web"}]})

    followed = await follow(
        {"a.yaml": APPLICATION, "apps/web/web.yaml": manifest}, "a.yaml", running=[charted]
    )

    made = {str(one.key): one for one in followed.reading.applications}
    assert made["argocd/web"].place.source is Source.KUBERNETES
    assert made["argocd/web"].application_set == "charted"
    assert followed.application_sets == {"charted"}
    assert [one.key.name for one in followed.reading.workloads] == ["web"]


async def test_a_file_counts_more_than_the_application_set_that_runs(follow: Follow) -> None:
    held = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: both}
spec:
  generators: [{list: {elements: [{app: file}]}}]
  template:
    metadata: {name: '{{app}}'}
    spec: {source: {repoURL: https://charts.example.org, chart: redis}}
"""
    edited = running("both", elements={"elements": [{"app": "cluster"}]})

    followed = await follow({"a.yaml": held}, "a.yaml", running=[edited])

    assert [str(one.key) for one in followed.reading.applications] == ["argocd/file"]


async def test_a_running_application_set_that_is_broken_does_not_take_the_source_down(
    follow: Follow,
) -> None:
    broken = running("broken", elements={"elements": "none"})

    followed = await follow({"a.yaml": APPLICATION}, "a.yaml", running=[broken])

    assert followed.reading.failures == ()
    assert "ApplicationSet argocd/broken" in {one.place.path for one in followed.reading.unresolved}
