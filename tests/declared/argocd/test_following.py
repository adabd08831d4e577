from collections.abc import Awaitable, Callable

import pytest

from exporter.declared.argocd import following as module
from exporter.declared.argocd.reader import Followed
from exporter.domain.declaration import ApplicationKey

Follow = Callable[..., Awaitable[Followed]]
URL = "https://git.example.org/platform/gitops.git"


def application(name: str, path: str, *, source: str = "", spec: str = "") -> str:
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: {name}, namespace: argocd}}
spec:
  source: {{repoURL: {URL}, path: {path}{source}}}
  destination: {{server: https://kubernetes.default.svc, namespace: api}}
{spec}
---
"""


def deployment(name: str, *, metadata: str = "") -> str:
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}{metadata}}}
spec:
  replicas: 2
---
"""


def names(followed: Followed) -> list[str]:
    return sorted(one.key.name for one in followed.reading.applications)


def workloads(followed: Followed) -> list[str]:
    return sorted(str(one.key) for one in followed.reading.workloads)


def messages(followed: Followed) -> list[str]:
    return [one.message for one in followed.reading.unresolved]


async def test_an_application_is_followed_to_its_workloads(follow: Follow) -> None:
    ignored = (
        "  ignoreDifferences: [{group: apps, kind: Deployment, jsonPointers: [/spec/replicas]}]"
    )
    files = {
        "root.yaml": application("scan", "apps/scan", spec=ignored),
        "apps/scan/deployment.yaml": deployment("scan-api")
        + deployment("b", metadata=", namespace: c"),
        "apps/scan/hpa.yaml": """
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: scan-api}
spec: {minReplicas: 2, maxReplicas: 5, scaleTargetRef: {kind: Deployment, name: scan-api}}
""",
    }

    followed = await follow(files, "root.yaml")

    assert workloads(followed) == ["Deployment api/scan-api", "Deployment c/b"]
    first = followed.reading.workloads[0]
    assert first.application == ApplicationKey("argocd", "scan")
    assert first.ignored == ("/spec/replicas",)
    assert str(first.place_of("/spec/replicas")) == "apps/scan/deployment.yaml:5"
    assert [one.maximum for one in followed.reading.autoscalers] == [5]
    assert (followed.paths, followed.reading.failures) == ({"apps/scan": True}, ())


async def test_an_app_of_apps_is_followed_to_the_end(follow: Follow) -> None:
    files = {
        "root.yaml": application("root", "apps"),
        "apps/a.yaml": application("a", "a") + application("b", "b"),
        "a/deployment.yaml": deployment("a"),
        "b/set.yaml": f"""
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: set}}
spec:
  generators: [{{list: {{elements: [{{name: c}}, {{name: d}}]}}}}]
  template:
    metadata: {{name: '{{{{name}}}}'}}
    spec:
      source: {{repoURL: {URL}, path: '{{{{name}}}}'}}
      destination: {{name: in-cluster, namespace: '{{{{name}}}}'}}
""",
        "c/deployment.yaml": deployment("c"),
    }

    followed = await follow(files, "root.yaml")

    assert names(followed) == ["a", "b", "c", "d", "root"]
    assert workloads(followed) == ["Deployment api/a", "Deployment c/c"]
    assert followed.paths == {"apps": True, "a": True, "b": True, "c": True, "d": False}
    assert followed.application_sets == {"set"}
    assert followed.unevaluated == set()
    made = {one.key.name: one.key.namespace for one in followed.reading.applications}
    assert (made["a"], made["c"]) == ("argocd", "api")


async def test_cycles_and_repeats_are_harmless(follow: Follow) -> None:
    root = application("root", "apps")
    files = {"apps/root.yaml": root, "apps/other.yaml": application("other", "apps")}

    followed = await follow(files, "apps", "apps/root.yaml")

    assert names(followed) == ["other", "root"]
    assert messages(followed) == []


async def test_of_an_application_declared_twice_the_later_counts(follow: Follow) -> None:
    files = {
        "a.yaml": application("a", "x"),
        "b.yaml": application("a", "w"),
        "x/deployment.yaml": deployment("x"),
        "w/deployment.yaml": deployment("w"),
    }

    followed = await follow(files, "a.yaml", "b.yaml")

    assert [one.sources[0].path for one in followed.reading.applications] == ["x", "w"]
    assert [one.key.name for one in followed.reading.workloads] == ["w"]


async def test_what_an_application_delivers_counts_more_than_what_was_there_before(
    follow: Follow,
) -> None:
    files = {
        "root.yaml": application("root", "apps"),
        "z.yaml": application("a", "x"),
        "apps/a.yaml": application("a", "w"),
        "x/deployment.yaml": deployment("x"),
        "w/deployment.yaml": deployment("w"),
    }

    followed = await follow(files, "root.yaml", "z.yaml")

    assert [one.sources[0].path for one in followed.reading.applications] == ["x", "apps", "w"]
    assert [one.key.name for one in followed.reading.workloads] == ["w"]


async def test_what_counts_cannot_come_of_what_does_not(follow: Follow) -> None:
    files = {
        "root.yaml": application("root", "apps"),
        "apps/root.yaml": application("root", "others"),
        "apps/deployment.yaml": deployment("x"),
        "others/deployment.yaml": deployment("y"),
    }

    followed = await follow(files, "root.yaml")

    assert [one.sources[0].path for one in followed.reading.applications] == ["others", "apps"]
    assert [one.key.name for one in followed.reading.workloads] == ["x"]


@pytest.mark.parametrize(
    ("source", "spec", "message"),
    [
        pytest.param(", targetRevision: v1", "", "deploys v1 of apps", id="revision"),
        pytest.param(", plugin: {}", "", "plugin is not run", id="plugin"),
    ],
)
async def test_what_cannot_be_rendered_here_is_unresolved(
    follow: Follow, source: str, spec: str, message: str
) -> None:
    files = {
        "root.yaml": application("a", "apps", source=source, spec=spec),
        "apps/deployment.yaml": deployment("a"),
    }

    followed = await follow(files, "root.yaml")

    assert (names(followed), workloads(followed)) == (["a"], [])
    assert message in messages(followed)[0]
    assert str(followed.reading.unresolved[0].place).startswith("root.yaml:5")


async def test_a_missing_path_is_told_and_is_no_failure(follow: Follow) -> None:
    followed = await follow({"root.yaml": application("a", "gone")}, "root.yaml")

    assert (followed.paths, followed.reading.failures) == ({"gone": False}, ())
    assert names(followed) == ["a"]


async def test_another_cluster_has_no_workloads_here(follow: Follow) -> None:
    root = application("a", "apps").replace("server: https://kubernetes.default.svc", "name: prod")
    files = {"root.yaml": root, "apps/deployment.yaml": deployment("a")}

    followed = await follow(files, "root.yaml")

    assert (names(followed), workloads(followed)) == (["a"], [])
    assert followed.paths == {"apps": True}


async def test_another_repository_is_not_followed(follow: Follow) -> None:
    files = {"root.yaml": application("a", "apps"), "apps/deployment.yaml": deployment("a")}

    followed = await follow(files, "root.yaml", address="https://git.example.org/platform/other")

    assert (names(followed), workloads(followed), followed.paths) == (["a"], [], {})


async def test_the_branch_of_the_checkout_is_followed(follow: Follow) -> None:
    files = {
        "root.yaml": application("a", "apps", source=", targetRevision: develop"),
        "apps/deployment.yaml": deployment("a"),
    }

    followed = await follow(files, "root.yaml", reference="develop")

    assert workloads(followed) == ["Deployment api/a"]


async def test_hooks_are_no_lasting_workloads(follow: Follow) -> None:
    hook = ", annotations: {argocd.argoproj.io/hook: PreSync}"
    files = {
        "root.yaml": application("a", "apps"),
        "apps/deployment.yaml": deployment("a", metadata=hook),
    }

    followed = await follow(files, "root.yaml")

    assert workloads(followed) == []


async def test_applications_that_lie_too_deep_are_declared_but_not_followed(
    follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_DEPTH", 2)
    files = {f"a{n}/a.yaml": application(f"a{n + 1}", f"a{n + 1}") for n in range(5)}

    followed = await follow(files, "a0")

    assert names(followed) == ["a1", "a2", "a3"]
    assert messages(followed) == ["lies more than 2 Applications deep"]


async def test_too_many_workloads_are_a_failure(
    follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_WORKLOADS", 0)
    files = {
        "root.yaml": application("a", "a") + application("b", "b"),
        "a/deployment.yaml": deployment("a"),
        "b/deployment.yaml": deployment("b"),
    }

    followed = await follow(files, "root.yaml")

    assert [one.part for one in followed.reading.failures] == ["argocd/b"]
