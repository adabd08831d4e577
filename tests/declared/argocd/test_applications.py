from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from exporter.declared.argocd.applications import Origin, Parsed, parse
from exporter.declared.argocd.destinations import Cluster
from exporter.declared.checkout import Checkout
from exporter.declared.located import LocatedTree
from exporter.declared.repositories import Home
from exporter.domain.declaration import ApplicationSource, Automation, IgnoredDifference
from exporter.domain.errors import ReadError
from exporter.domain.provenance import Place, Source

Read = Callable[[str], Parsed]
URL = "https://git.example.org/platform/gitops.git"


@pytest.fixture
def read(locate: Callable[[str], LocatedTree], tmp_path: Path) -> Read:
    home = Home(Checkout(tmp_path), frozenset({"git.example.org/platform/gitops"}))

    def run(text: str) -> Parsed:
        return parse(locate(dedent(text)), home=home, origin=Origin())

    return run


def application(spec: str) -> str:
    return f"metadata: {{name: a}}\nspec: {{{spec}}}\n"


def test_an_application_is_read_with_its_places(read: Read) -> None:
    found = read(f"""\
        metadata:
          name: scan
          labels:
            tier: api
        spec:
          project: apis
          source:
            repoURL: {URL}
            path: ./k8s/overlays/scan/
            targetRevision: v1
          destination: {{server: https://kubernetes.default.svc/, namespace: api}}
        """).application

    assert (found.key.namespace, found.key.name, found.project) == ("argocd", "scan", "apis")
    assert found.labels["tier"].place == Place(Source.ARGOCD, "set.yaml", 4)
    assert found.source_place == Place(Source.ARGOCD, "set.yaml", 9)
    assert found.sources == (
        ApplicationSource(repository=URL, path="k8s/overlays/scan", revision="v1", local=True),
    )
    assert found.destination_server == "https://kubernetes.default.svc"
    assert found.destination_namespace == "api"
    assert found.automation is None


def test_several_sources_are_read_in_their_order(read: Read) -> None:
    found = read(f"""\
        metadata: {{name: a, namespace: ops}}
        spec:
          source: {{repoURL: passed-over}}
          sources:
            - {{repoURL: https://charts.example.org, chart: redis, targetRevision: 1.2.3}}
            - {{repoURL: {URL}, ref: values}}
            - {{repoURL: {URL}, path: /apps/a}}
            - {{repoURL: {URL}}}
        """).application

    chart, values, path, top = found.sources
    assert (chart.chart, chart.path, chart.local) == ("redis", "", False)
    assert (values.reference, values.path) == ("values", "")
    assert (path.path, path.revision, path.local) == ("apps/a", "HEAD", True)
    assert top.path == "."
    assert str(found.key) == "ops/a"


def test_credentials_are_not_kept(read: Read) -> None:
    found = read(application("source: {repoURL: 'https://me:secret@git.example.org/a', path: b}"))

    assert found.application.sources[0].repository == "https://git.example.org/a"


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param("{}", None, id="none"),
        pytest.param("{automated: {}}", Automation(), id="empty"),
        pytest.param("{automated: null}", None, id="null"),
        pytest.param("{automated: {prune: true}}", Automation(prune=True), id="prune"),
        pytest.param("{automated: {selfHeal: true}}", Automation(self_heal=True), id="self-heal"),
        pytest.param("{automated: {enabled: false, prune: true}}", None, id="disabled"),
        pytest.param("{automated: {enabled: true}}", Automation(), id="enabled"),
    ],
)
def test_automation_follows_the_sync_policy(
    read: Read, policy: str, expected: Automation | None
) -> None:
    found = read(application(f"source: {{repoURL: x}}, syncPolicy: {policy}"))

    assert found.application.automation == expected


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        pytest.param("{server: https://kubernetes.default.svc}", True, id="server"),
        pytest.param("{name: in-cluster}", True, id="name"),
        pytest.param("{}", True, id="nothing"),
        pytest.param("{server: https://10.0.0.1}", False, id="other-server"),
        pytest.param("{name: prod}", False, id="other-name"),
    ],
)
def test_an_application_is_delivered_here_or_elsewhere(
    read: Read, destination: str, *, expected: bool
) -> None:
    found = read(application(f"source: {{repoURL: x}}, destination: {destination}"))

    assert Cluster().receives(found.application) is expected


def test_ignored_differences_are_kept(read: Read) -> None:
    entry = "{group: apps, kind: Deployment, name: a, namespace: b, jsonPointers: [/spec/replicas]}"

    found = read(application(f"source: {{repoURL: x}}, ignoreDifferences: [{entry}]"))

    assert found.application.ignored == (
        IgnoredDifference(
            group="apps", kind="Deployment", name="a", namespace="b", pointers=("/spec/replicas",)
        ),
    )
    assert found.unresolved == ()


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        pytest.param(
            "source: {repoURL: x}, "
            "ignoreDifferences: [{kind: a, managedFieldsManagers: [kube-controller-manager]}]",
            "field manager",
            id="field-manager",
        ),
        pytest.param(
            "source: {repoURL: x}, ignoreDifferences: [{kind: a, jqPathExpressions: ['..|.x?']}]",
            "jq expression",
            id="jq",
        ),
    ],
)
def test_what_is_not_in_the_code_is_unresolved(read: Read, spec: str, message: str) -> None:
    found = read(application(spec))

    assert [(index, message in one.message) for index, one in found.unresolved] == [(0, True)]


def test_a_hydrator_writes_the_sources(read: Read) -> None:
    found = read(application("sourceHydrator: {}"))

    assert found.hydrator is not None
    assert found.application.sources == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("metadata: {}\nspec: {}", "without metadata.name", id="no-name"),
        pytest.param("metadata: {name: '{{a}}'}", "is no name", id="bad-name"),
        pytest.param("metadata: {name: 3}", "name is no string", id="number"),
        pytest.param("metadata: []", "metadata is no object", id="metadata"),
        pytest.param(application(""), "without a source", id="no-source"),
        pytest.param(application("source: {path: a}"), "without repoURL", id="no-address"),
        pytest.param(application("source: []"), "source is no object", id="source"),
        pytest.param(
            application("source: {repoURL: x, targetRevision: 1.0}"), "put it", id="float"
        ),
        pytest.param(application("source: {repoURL: x, path: ../../a}"), "leads out", id="out"),
        pytest.param(
            "metadata: {name: a, labels: {phase: 1}}\nspec: {source: {repoURL: x}}",
            "phase is no string",
            id="label",
        ),
        pytest.param(
            application("source: {repoURL: x}, syncPolicy: {automated: {prune: 'yes'}}"),
            "neither true nor false",
            id="flag",
        ),
        pytest.param("text", "without metadata.name", id="text"),
    ],
)
def test_what_the_api_server_refuses_is_an_error(read: Read, text: str, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(text)
    assert message in f"{caught.value.message} {caught.value.advice}"
    assert (caught.value.path, caught.value.line > 0) == ("set.yaml", True)
