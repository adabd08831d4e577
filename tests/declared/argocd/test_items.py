"""Every Application, every source and every ApplicationSet is an item, whatever becomes of it."""

from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from exporter.declared.argocd import following as module
from exporter.declared.argocd.destinations import Cluster
from exporter.declared.argocd.reader import Followed
from exporter.domain.finding import Layer, Subject
from exporter.domain.items import Item, ItemState
from exporter.domain.provenance import Source

Follow = Callable[..., Awaitable[Followed]]
URL = "https://git.example.org/platform/gitops.git"
HERE = "server: https://kubernetes.default.svc"
DEPLOYMENT = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {}\n---\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\n---\n"


def application(spec: str, *, name: str = "a", destination: str = HERE) -> str:
    return (
        f"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\n"
        f"spec: {{destination: {{{destination}, namespace: shop}}, {spec}}}\n---\n"
    )


def source(more: str = "", *, path: str = "apps") -> str:
    return f"source: {{repoURL: {URL}, path: {path}{more}}}"


def only(followed: Followed, kind: str) -> Item:
    (found,) = (one for one in followed.reading.items if one.subject.kind == kind)
    return found


def states(followed: Followed) -> set[tuple[str, str, ItemState]]:
    return {(one.subject.kind, one.subject.name, one.state) for one in followed.reading.items}


@pytest.mark.parametrize(
    ("spec", "files", "state", "message"),
    [
        pytest.param(source(), {"apps/a.yaml": DEPLOYMENT}, "compared", "", id="rendered"),
        pytest.param(
            "source: {repoURL: https://charts.example.org, chart: redis, targetRevision: 1.0.0}",
            {},
            "not_rendered",
            "the chart redis 1.0.0 of https://charts.example.org is not rendered",
            id="chart",
        ),
        pytest.param(
            source(", plugin: {name: x}"),
            {"apps/a.yaml": ""},
            "not_rendered",
            "plugin",
            id="plugin",
        ),
        pytest.param(
            "sourceHydrator: {}", {}, "not_rendered", "sourceHydrator writes", id="hydrator"
        ),
        pytest.param(
            "source: {repoURL: https://git.example.org/other.git, path: apps}",
            {"apps/a.yaml": DEPLOYMENT},
            "other_repository",
            "https://git.example.org/other.git is deployed, and the checkout is of "
            "git.example.org/platform/gitops",
            id="other repository",
        ),
        pytest.param(
            source(", targetRevision: v1.2.3"),
            {"apps/a.yaml": DEPLOYMENT},
            "other_revision",
            "deploys v1.2.3 of apps",
            id="other revision",
        ),
        pytest.param(source(path="gone"), {}, "unreadable", "gone does not exist", id="no path"),
        pytest.param(
            source(", directory: []"), {"apps/a.yaml": ""}, "unreadable", "no object", id="options"
        ),
        pytest.param(
            source(),
            {"apps/kustomization.yaml": "resources: [gone.yaml]"},
            "unreadable",
            "gone.yaml does not exist",
            id="broken overlay",
        ),
    ],
)
async def test_a_source_is_compared_or_says_why_not(
    follow: Follow, spec: str, files: dict[str, str], state: str, message: str
) -> None:
    followed = await follow({"root.yaml": application(spec), **files}, "root.yaml")

    found = only(followed, "Source")
    assert (found.subject, found.state) == (Subject("Source", "argocd", "a/0"), ItemState(state))
    assert message in found.message
    assert Layer.APPLICATIONS in found.layers
    assert only(followed, "Application").state is ItemState.COMPARED
    assert only(followed, "Application").layers == (Layer.GITOPS,)


async def test_a_source_that_others_only_refer_to_has_no_objects(follow: Follow) -> None:
    spec = (
        f"sources: [{{repoURL: {URL}, ref: values}}, "
        f"{{repoURL: {URL}, ref: both, path: apps}}, {{repoURL: https://c.example.org, chart: c}}]"
    )

    followed = await follow(
        {"root.yaml": application(spec), "apps/a.yaml": DEPLOYMENT}, "root.yaml"
    )

    assert {one for one in states(followed) if one[0] == "Source"} == {
        ("Source", "a/1", ItemState.COMPARED),
        ("Source", "a/2", ItemState.NOT_RENDERED),
    }


@pytest.mark.parametrize(
    ("destination", "cluster", "state"),
    [
        pytest.param("name: prod", Cluster(), "other_cluster", id="another cluster"),
        pytest.param("name: prod", Cluster.called(["prod"]), "compared", id="called so"),
        pytest.param("name: prod", Cluster.called(["test"]), "out_of_scope", id="called otherwise"),
        pytest.param(HERE, Cluster.called(["in-cluster"]), "compared", id="by its other name"),
        pytest.param(HERE, Cluster.called(["prod"]), "out_of_scope", id="that of Argo CD"),
        pytest.param(
            "server: https://10.0.0.1/",
            Cluster.called(["https://10.0.0.1"]),
            "compared",
            id="server",
        ),
    ],
)
async def test_what_another_cluster_gets_is_said_or_out_of_scope_by_decision(
    follow: Follow, destination: str, cluster: Cluster, state: str
) -> None:
    files = {
        "root.yaml": application(source(), destination=destination),
        "apps/a.yaml": DEPLOYMENT,
    }

    followed = await follow(files, "root.yaml", cluster=cluster)

    found = only(followed, "Source")
    assert found.state is ItemState(state)
    assert ("cluster.destinations" in found.advice) == (state == "other_cluster")
    assert bool(followed.reading.workloads) == (state == "compared")
    assert only(followed, "Application").state is ItemState.COMPARED


async def test_what_a_source_delivers_names_it_and_its_file(follow: Follow) -> None:
    files = {
        "root.yaml": application(source()),
        "apps/a.yaml": DEPLOYMENT + SERVICE,
        "apps/b.yaml": application(source(path="more"), name="b"),
    }

    followed = await follow(files, "root.yaml")

    origin = Subject("Source", "argocd", "a/0")
    delivered = {
        (one.subject, one.state, one.entry)
        for one in followed.reading.items
        if one.origin == origin
    }
    assert delivered == {
        (Subject("Deployment", "shop", "api"), ItemState.COMPARED, "apps/a.yaml"),
        (Subject("Service", "shop", "api"), ItemState.COMPARED, "apps/a.yaml"),
    }
    assert ("Application", "b", ItemState.COMPARED) in states(followed)


async def test_hooks_are_out_of_scope(follow: Follow) -> None:
    hook = DEPLOYMENT.replace(
        "{name: api}", "{name: api, annotations: {argocd.argoproj.io/hook: PreSync}}"
    )

    followed = await follow({"root.yaml": application(source()), "apps/a.yaml": hook}, "root.yaml")

    assert only(followed, "Deployment").state is ItemState.OUT_OF_SCOPE
    assert followed.reading.workloads == ()


async def test_jsonnet_is_left_out_and_the_other_files_are_compared(follow: Follow) -> None:
    files = {
        "root.yaml": application(source()),
        "apps/a.yaml": DEPLOYMENT,
        "apps/b.jsonnet": "{}",
        "apps/deep/c.jsonnet": "{}",
    }

    followed = await follow(files, "root.yaml")

    assert only(followed, "File").subject.name == "apps/b.jsonnet"
    assert only(followed, "File").state is ItemState.NOT_RENDERED
    assert only(followed, "Source").state is ItemState.COMPARED
    assert len(followed.reading.workloads) == 1


async def test_an_application_declared_twice_is_one_item(follow: Follow) -> None:
    files = {
        "a.yaml": application(source(path="x")),
        "b.yaml": application(source(path="w")),
        "x/a.yaml": DEPLOYMENT,
        "w/a.yaml": DEPLOYMENT,
    }

    followed = await follow(files, "a.yaml", "b.yaml", "*.yaml")

    found = [one for one in followed.reading.items if one.subject.kind == "Application"]
    assert [(one.state, one.place.path) for one in found] == [(ItemState.COMPARED, "b.yaml")]


async def test_an_application_declared_twice_with_other_options_says_which_count(
    follow: Follow,
) -> None:
    files = {
        "a.yaml": application(source(", directory: {recurse: true}", path="x")),
        "b.yaml": application(source(path="x")),
        "x/a.yaml": DEPLOYMENT,
    }

    followed = await follow(files, "a.yaml", "b.yaml")

    found = [one for one in followed.reading.items if one.subject.kind == "Application"]
    assert sorted(one.state for one in found) == [ItemState.COMPARED, ItemState.UNRESOLVED]
    assert "declared at b.yaml:1" in next(one.message for one in found if one.message)


async def test_an_application_that_makes_no_sense_is_told_once_by_its_file(follow: Follow) -> None:
    files = {
        "a.yaml": application("source: {path: x}"),
        "b.yaml": application(source(), name="b"),
        "apps/a.yaml": DEPLOYMENT,
    }

    followed = await follow(files, "a.yaml", "b.yaml")

    broken = [one for one in followed.reading.items if one.state is ItemState.UNREADABLE]
    assert {(one.subject.kind, one.subject.name) for one in broken} == {
        ("Application", "a"),
        ("Source", "a/0"),
        ("File", "a.yaml"),
    }
    assert all(one.broken for one in broken)
    assert sum(one.size for one in broken) == 2
    assert len(followed.reading.failures) == 1


async def test_applications_too_deep_are_compared_and_their_sources_say_so(
    follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_DEPTH", 1)
    files = {
        "root.yaml": application(source(path="a0"), name="root"),
        "a0/a.yaml": application(source(path="a1"), name="a0"),
        "a1/a.yaml": DEPLOYMENT,
    }

    followed = await follow(files, "root.yaml")

    assert ("Source", "a0/0", ItemState.NOT_RENDERED) in states(followed)
    assert ("Application", "a0", ItemState.COMPARED) in states(followed)


async def test_sources_over_a_limit_are_unreadable_and_told_by_their_file(
    follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ITEMS", 3)
    files = {
        "root.yaml": application(source(path="x"), name="x")
        + application(source(path="w"), name="w"),
        "x/a.yaml": DEPLOYMENT + SERVICE,
        "w/a.yaml": DEPLOYMENT,
    }

    followed = await follow(files, "root.yaml")

    assert ("Source", "w/0", ItemState.UNREADABLE) in states(followed)
    assert [one.part for one in followed.reading.failures] == ["argocd/w"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        pytest.param("{kind: a, managedFieldsManagers: [x]}", "field manager", id="manager"),
        pytest.param("{kind: a, jqPathExpressions: ['..|.x?', '..']}", "jq expression", id="jq"),
    ],
)
async def test_a_difference_that_only_a_run_can_tell_is_ignored_is_an_item_that_hides_nothing(
    follow: Follow, entry: str, message: str
) -> None:
    spec = f"{source()}, ignoreDifferences: [{{kind: b}}, {entry}]"

    followed = await follow({"root.yaml": application(spec), "apps/a.yaml": ""}, "root.yaml")

    found = only(followed, "IgnoredDifference")
    assert (found.subject.name, found.state) == ("a/1", ItemState.UNRESOLVED)
    assert message in found.message
    assert found.size == 0


SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: set}}
spec:
  generators: [{generators}]
  template:
    metadata: {{name: '{{{{name}}}}'}}
    spec: {{source: {{repoURL: {url}, path: '{{{{name}}}}'}}, destination: {{{here}}}}}
---
"""


def application_set(generators: str) -> str:
    return SET.format(generators=generators, url=URL, here=HERE)


@pytest.mark.parametrize(
    ("generators", "state", "made", "size"),
    [
        pytest.param("{list: {elements: [{name: b}, {name: c}]}}", "compared", 2, 1, id="all"),
        pytest.param("{clusters: {}}", "unresolved", 0, 1, id="asks a cluster"),
        pytest.param(
            "{clusters: {}}, {list: {elements: [{name: b}]}}", "unresolved", 1, 1, id="in part"
        ),
        pytest.param("{list: {elements: [{name: b}, 3]}}", "unreadable", 0, 2, id="broken"),
        pytest.param(
            f"{{git: {{repoURL: '{URL}', files: [{{path: 'apps/*.json'}}]}}}}",
            "unreadable",
            0,
            3,
            id="a broken file among others",
        ),
    ],
)
async def test_an_application_set_is_compared_by_its_applications_if_all_are_known(
    follow: Follow, generators: str, state: str, made: int, size: int
) -> None:
    files = {
        "root.yaml": application_set(generators),
        "apps/a.json": '{"name": "b"}',
        "apps/b.json": '{"name": ',
        "apps/c.json": '{"name": "c"}',
    }

    followed = await follow(files, "root.yaml")

    found = only(followed, "ApplicationSet")
    assert (found.state, found.size) == (ItemState(state), size)
    assert {Layer.GITOPS, Layer.APPLICATIONS} <= set(found.layers)
    assert sum(one.subject.kind == "Application" for one in followed.reading.items) == made
    assert (followed.unevaluated == {"set"}) == (state != "compared")


async def test_a_chart_among_applications_is_not_rendered(follow: Follow) -> None:
    followed = await follow({"apps/chart/Chart.yaml": "name: a"}, "apps")

    found = only(followed, "Directory")
    assert (found.subject.name, found.state) == ("apps/chart", ItemState.NOT_RENDERED)
    assert found.layers == (Layer.GITOPS, Layer.APPLICATIONS)


async def test_what_a_root_overlay_lacks_is_an_item_and_the_rest_is_followed(
    follow: Follow, kustomize: str
) -> None:
    assert kustomize
    remote = "https://github.com/example/lib//crds?ref=v1"
    files = {
        "root/kustomization.yaml": f"resources: [a.yaml, '{remote}']\n",
        "root/a.yaml": application(source()),
        "apps/a.yaml": DEPLOYMENT,
    }

    followed = await follow(files, "root")

    assert ("Source", f"root#{remote}", ItemState.OTHER_REPOSITORY) in states(followed)
    assert ("Application", "a", ItemState.COMPARED) in states(followed)
    assert len(followed.reading.workloads) == 1


async def test_a_broken_file_of_applications_stands_for_as_many(follow: Follow) -> None:
    text = "x: y: z\n---\n" + application(source(), name="b") + application(source(), name="c")

    followed = await follow({"a.yaml": application(source()), "b.yaml": text}, "a.yaml", "b.yaml")

    found = only(followed, "File")
    assert (found.state, found.size, found.broken) == (ItemState.UNREADABLE, 2, True)
    assert set(found.layers) == {Layer.GITOPS, Layer.APPLICATIONS, Layer.CONFIGURATION}


async def test_a_broken_overlay_stands_for_the_applications_in_it(follow: Follow) -> None:
    files = {
        "root.yaml": application(source()),
        "apps/kustomization.yaml": "resources: [../base, gone.yaml]\n",
        "base/kustomization.yaml": "resources: [a.yaml]\n",
        "base/a.yaml": application(source(path="x"), name="x"),
    }

    followed = await follow(files, "root.yaml")

    found = only(followed, "Source")
    assert (found.state, found.size) == (ItemState.UNREADABLE, 2)
    assert Layer.GITOPS in found.layers
    assert only(followed, "File").size == 0


@pytest.mark.parametrize(
    ("text", "size"),
    [
        pytest.param(application(source(path="x"), name="x") + "y: [\n", 3, id="broken"),
        pytest.param("$ANSIBLE_VAULT;1.1;AES256\n31\n", 2, id="encrypted"),
        pytest.param("kind: Application\nmetadata: {name: x}\n", 2, id="cut"),
    ],
)
async def test_a_file_of_a_source_that_may_hold_applications_stands_for_them(
    follow: Follow, text: str, size: int
) -> None:
    files = {"root.yaml": application(source()), "apps/a.yaml": SERVICE, "apps/b.yaml": text}

    followed = await follow(files, "root.yaml")

    found = only(followed, "File")
    assert (found.size, found.origin) == (size, None)
    assert Layer.GITOPS in found.layers


async def test_a_broken_file_of_a_source_without_applications_is_an_entry_of_it(
    follow: Follow,
) -> None:
    files = {"root.yaml": application(source()), "apps/a.yaml": SERVICE + "x: [\n"}

    followed = await follow(files, "root.yaml")

    found = only(followed, "File")
    assert (found.size, found.origin) == (1, Subject("Source", "argocd", "a/0"))
    assert Layer.GITOPS not in found.layers


async def test_what_is_broken_in_two_sources_is_told_once(follow: Follow) -> None:
    files = {
        "root.yaml": application(source(path="x")) + application(source(path="w"), name="b"),
        "x/kustomization.yaml": "resources: [../base]\n",
        "w/kustomization.yaml": "resources: [../base]\n",
        "base/kustomization.yaml": "resources: [\n",
    }

    followed = await follow(files, "root.yaml")

    counts = Counter(one.subject.kind for one in followed.reading.items)
    assert counts == {"Application": 2, "Source": 2, "File": 1}


async def test_objects_among_applications_count_once_where_an_application_delivers_them(
    follow: Follow,
) -> None:
    root = application(source()).replace("{name: a}", "{name: a, namespace: argocd}")

    followed = await follow({"apps/root.yaml": root, "apps/a.yaml": SERVICE}, "apps")

    assert only(followed, "Service").origin == Subject("Source", "argocd", "a/0")


@pytest.mark.parametrize(
    ("spec", "files", "hides"),
    [
        pytest.param("source: {repoURL: https://c.example.org, chart: c}", {}, False, id="chart"),
        pytest.param(
            "source: {repoURL: https://c.example.org, chart: argocd-apps, helm: {valuesObject: "
            f"{{applications: {{a: {{source: {{repoURL: {URL}}}}}}}}}}}}}",
            {},
            True,
            id="chart of Applications",
        ),
        pytest.param(
            f"sources: [{{repoURL: {URL}, ref: v}}, {{repoURL: https://c.example.org, chart: c, "
            "helm: {valueFiles: [own.yaml, $v/values.yaml]}}]",
            {"values.yaml": "a: {repoURL: x}"},
            True,
            id="chart with values of Applications",
        ),
        pytest.param(
            f"sources: [{{repoURL: {URL}, ref: v}}, {{repoURL: https://c.example.org, chart: c, "
            "helm: {valueFiles: [$v/values.yaml]}}]",
            {"values.yaml": "a: 1"},
            False,
            id="chart with other values",
        ),
        pytest.param(
            "source: {repoURL: https://git.example.org/other.git, path: x}",
            {},
            True,
            id="other repository",
        ),
        pytest.param(
            source(), {"apps/Chart.yaml": "", "apps/templates/a.yaml": SERVICE}, False, id="local"
        ),
        pytest.param(
            source(),
            {"apps/Chart.yaml": "", "apps/templates/a.yaml": application("source: {}")},
            True,
            id="local chart of Applications",
        ),
    ],
)
async def test_what_may_declare_further_applications_is_known(
    follow: Follow, spec: str, files: dict[str, str], *, hides: bool
) -> None:
    followed = await follow({"root.yaml": application(spec), **files}, "root.yaml")

    assert bool(followed.hiding) is hides
    assert all(one.source is Source.ARGOCD for one in followed.hiding)
