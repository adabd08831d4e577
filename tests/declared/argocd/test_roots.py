"""Charts that make Applications, and that somebody installs by hand."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import pytest

from exporter.declared.argocd.reader import Followed
from exporter.declared.remembered import Remembered
from exporter.domain.items import ItemState
from exporter.settings.charts import RootChart
from tests.clocks import Time

Follow = Callable[..., Awaitable[Followed]]
CHART = {
    "apps/Chart.yaml": "apiVersion: v2\nname: applications\nversion: 0.1.0\n",
    "apps/values.yaml": "names: [guestbook]\n",
    "apps/templates/applications.yaml": """\
{{ range .Values.names }}
---
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {{ . }}
  namespace: {{ $.Release.Namespace }}
  labels: {release: {{ $.Release.Name }}}
spec:
  destination: {server: https://kubernetes.default.svc, namespace: {{ . }}}
  source: {repoURL: https://git.example.org/platform/gitops.git, path: web, targetRevision: main}
{{ end }}
""",
    "web/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n",
    "prod.yaml": "names: [guestbook, sockshop]\n",
}


@pytest.fixture(autouse=True)
def _helm(helm: str, kustomize: str) -> None:
    del helm, kustomize


def made(followed: Followed) -> list[tuple[str, str]]:
    assert followed.reading.failures == ()
    found = followed.reading.applications
    return sorted((str(one.key), one.labels["release"].value) for one in found)


@pytest.mark.parametrize(
    ("pattern", "roots", "expected"),
    [
        pytest.param("apps", (), [("argocd/guestbook", "apps")], id="by itself"),
        pytest.param("./apps/", (), [("argocd/guestbook", "apps")], id="written otherwise"),
        pytest.param(
            "apps",
            (RootChart(path="apps", release="root", namespace="cd", values=("prod.yaml",)),),
            [("cd/guestbook", "root"), ("cd/sockshop", "root")],
            id="as it is installed",
        ),
        pytest.param(
            "a*", (RootChart(path="apps/"),), [("argocd/guestbook", "apps")], id="by a pattern"
        ),
    ],
)
async def test_the_applications_of_a_chart_that_is_installed_by_hand_are_followed(
    follow: Follow, pattern: str, roots: tuple[RootChart, ...], expected: list[tuple[str, str]]
) -> None:
    followed = await follow(CHART, pattern, roots=roots)

    assert made(followed) == expected
    assert {str(one.key) for one in followed.reading.workloads} == {
        f"Deployment {key.partition('/')[2]}/web" for key, _ in expected
    }


async def test_what_two_entries_name_is_rendered_and_not_left_out(follow: Follow) -> None:
    followed = await follow(CHART, "*", "apps")

    assert made(followed) == [("argocd/guestbook", "apps")]
    assert not [one for one in followed.reading.items if one.state is ItemState.NOT_RENDERED]


async def test_a_chart_that_is_merely_found_says_what_to_do(follow: Follow) -> None:
    followed = await follow({**CHART, "one.yaml": ""}, "*")

    (left_out,) = [one for one in followed.reading.items if one.state is ItemState.NOT_RENDERED]
    assert followed.reading.applications == ()
    assert "declared.charts.roots" in left_out.advice


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"apps/templates/applications.yaml": "{{"}, id="template"),
        pytest.param({"apps/values.yaml": "names: {"}, id="values"),
    ],
)
async def test_a_broken_one_is_a_failure_and_what_it_was_stands_in(
    follow: Follow, changed: Mapping[str, str]
) -> None:
    memory = Remembered(max_age=timedelta(hours=1))
    memory.start(at=Time().now)
    await follow(CHART, "apps", memory=memory)
    memory.finish()
    memory.start(at=Time().now)

    followed = await follow({**CHART, **changed}, "apps", memory=memory)

    assert [one.is_broken for one in followed.reading.failures] == [True]
    assert [str(one.key) for one in followed.reading.applications] == ["argocd/guestbook"]


async def test_one_that_makes_nothing_asks_for_its_values_and_is_no_failure(
    follow: Follow,
) -> None:
    followed = await follow({**CHART, "apps/values.yaml": "names: []"}, "apps")

    (item,) = followed.reading.items
    assert followed.reading.failures == ()
    assert item.state is ItemState.UNRESOLVED
    assert "declared.charts.roots" in item.advice
