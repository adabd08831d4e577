"""One cause gives one notification, on a real Prometheus and a real Alertmanager.

The rules and routes are the shipped ones; only time passes faster for them. Every test begins and
ends with a cluster that conforms, and with silence: what was mended has resolved.
"""

import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
import yaml

from tests.apiserver.scenarios import run
from tests.apiserver.server import ApiServer
from tests.cloud.reference import STOPPED, ReferenceCloud, reference_cloud
from tests.e2e.alerting.stack import Stack, running

KINDS = ("nodes", "pods", "deployments", "applications")
NODE = "k8s-api-auth"
APPLICATION = "ecoeco-api-auth"
LAYERS = {"infrastructure", "configuration", "applications", "gitops", "observability"}

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def everything(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with running(tmp_path_factory.mktemp("alerting")) as stack:
        yield stack


@pytest_asyncio.fixture(loop_scope="module")
async def stack(everything: Stack) -> AsyncIterator[Stack]:
    """The stack, silent before and after."""
    await everything.quiet()
    yield everything
    await everything.quiet()


@contextlib.contextmanager
def mended(api: ApiServer) -> Iterator[None]:
    """Put everything in the cluster back to what it was."""
    before = {kind: api.objects(kind) for kind in KINDS}
    try:
        yield
    finally:
        for kind, objects in before.items():
            names = {_key(one) for one in objects}
            for one in api.objects(kind):
                if _key(one) not in names:
                    api.delete(kind, *_key(one))
            for one in objects:
                one["metadata"].pop("resourceVersion", None)
                api.put(one)


def _key(content: dict[str, dict[str, str]]) -> tuple[str, str]:
    return content["metadata"]["name"], content["metadata"].get("namespace", "")


async def at_once(_seconds: float) -> None:
    """Let no time pass."""


async def test_a_cluster_that_conforms_is_silent_and_all_of_it_is_seen(stack: Stack) -> None:
    coverage = await stack.ask("cluster_conformance_layer_coverage_ratio")
    failing = await stack.ask('sum(cluster_conformance_check_subjects{verdict="fail"})')

    found = {one["metric"]["layer"]: one["value"][1] for one in coverage}
    assert 0 < float(found.pop("applications")) < 1  # it has objects that no check compares
    assert 0.9 < float(found.pop("observability")) < 1  # nobody reads a values file of its chart
    assert found == dict.fromkeys(set(LAYERS) - {"applications", "observability"}, "1")
    assert [one["value"][1] for one in failing] == ["0"]
    assert stack.news == []


async def test_a_lost_node_is_told_once_and_not_its_labels_targets_pods_or_applications(
    stack: Stack,
) -> None:
    with mended(stack.api):
        await run("node-loss", stack.api, at_once)

        await stack.hears(("NodeMissing", NODE))

    assert NODE in stack.receiver.annotations["ClusterConformanceNodeMissing"]["description"]


async def test_a_deleted_application_is_told(stack: Stack) -> None:
    with mended(stack.api):
        await run("application-deleted", stack.api, at_once)

        await stack.hears(("ApplicationMissing", APPLICATION))


async def test_an_application_that_cannot_be_compared_is_told_once(stack: Stack) -> None:
    with mended(stack.api):
        await run("not-delivered", stack.api, at_once)

        await stack.hears(("ApplicationNotDelivered", APPLICATION))


async def test_an_argo_cd_that_halts_is_told_once_and_not_what_it_said(stack: Stack) -> None:
    with mended(stack.api):
        await run("argocd-halted", stack.api, at_once)

        await stack.hears(("ApplicationStale", "argocd-application-controller"))


async def test_a_deleted_source_path_is_told(stack: Stack) -> None:
    path = stack.reference.root / "repository/k8s/overlays/auth"
    away = path.rename(stack.reference.root / "away")
    try:
        await stack.hears(("ApplicationSourcePathMissing", APPLICATION))
    finally:
        away.rename(path)


async def test_an_emptied_declaration_is_told_and_not_what_it_no_longer_declares(
    stack: Stack,
) -> None:
    path = "repository/argocd/applications/ecoeco-appset-kustomize.yaml"
    before = (stack.reference.root / path).read_text()
    document = yaml.safe_load(before)
    document["spec"]["generators"][0]["list"]["elements"] = []
    (stack.reference.root / path).write_text(yaml.safe_dump(document))
    try:
        await stack.hears(("DeclarationShrank", "argocd"))
    finally:
        (stack.reference.root / path).write_text(before)


async def test_a_target_that_does_not_answer_is_told(stack: Stack) -> None:
    stack.targets.broken.add(NODE)
    try:
        await stack.hears(("ScrapeTargetMissing", f"node-exporter/{NODE}"))
    finally:
        stack.targets.broken.clear()


async def test_kube_state_metrics_that_miss_a_node_are_told(stack: Stack) -> None:
    stack.targets.hidden.add(NODE)
    try:
        await stack.hears(("KubeStateMetricsDisagree", "nodes"))
    finally:
        stack.targets.hidden.clear()


async def test_an_exporter_that_died_is_told_once(stack: Stack) -> None:
    await stack.kill_exporter()
    try:
        await stack.hears(("ExporterDown", ""))
    finally:
        await stack.start_exporter()


async def test_an_api_server_that_is_gone_leaves_all_unknown_and_no_drift(stack: Stack) -> None:
    await stack.api.stop()
    try:
        await stack.hears(("SourceDown", "kubernetes"))  # while what was known still counts

        await stack.shows('cluster_conformance_layer_coverage_ratio{layer="gitops"} == 0')
        await stack.shows('ALERTS{alertname="ClusterConformanceCoverageLow",alertstate="firing"}')
        drift = await stack.ask('sum(cluster_conformance_check_subjects{verdict="fail"})')
        news = stack.news
    finally:
        await stack.api.start()

    assert [one["value"][1] for one in drift] == ["0"]
    assert news == []


async def test_a_waived_failure_is_silent_until_the_waiver_ends(stack: Stack) -> None:
    before = stack.reference.settings.read_text()
    with mended(stack.api):
        waive(stack, subject="*", until=datetime.now(UTC) + timedelta(hours=1))
        await run("label-changed", stack.api, at_once)
        try:
            await stack.hears(("WaiverExpiring", "node_labels:*"))

            waive(stack, subject="*", until=datetime.now(UTC) - timedelta(hours=1))
            await stack.hears(("NodeLabelsMismatch", NODE), ("WaiverExpired", "node_labels:*"))
        finally:
            stack.reference.settings.write_text(before)


def waive(stack: Stack, *, subject: str, until: datetime) -> None:
    """Waive labels of nodes in the settings, once."""
    settings = yaml.safe_load(stack.reference.settings.read_text())
    others = [one for one in settings["waivers"] if one["check"] != "node_labels"]
    waiver = {"check": "node_labels", "subject": subject, "reason": "a test", "owner": "tests"}
    settings["waivers"] = [*others, {**waiver, "expires": until.isoformat()}]
    stack.reference.settings.write_text(yaml.safe_dump(settings))


async def test_a_stopped_instance_is_told_once_and_not_its_node(everything: Stack) -> None:
    """It is the last one: what it declares beside the others has gone afterwards."""
    await everything.quiet()
    async with reference_cloud(everything.api) as cloud:
        look_at(everything, cloud)
        await everything.shows("sum(cluster_conformance_cloud_requests) > 0")
        await everything.quiet()

        await cloud.stop_instance()
        await everything.shows(
            'cluster_conformance_check_subjects{check="cloud_instance",verdict="fail"} > 0'
        )
        cloud.lose_node()

        await everything.hears(("InstanceNotRunning", instance(STOPPED)))


def look_at(stack: Stack, cloud: ReferenceCloud) -> None:
    """Let the cloud be looked at, as much sooner as all else passes faster."""
    settings = yaml.safe_load(stack.reference.settings.read_text())
    aws = cloud.settings()["cloud"]["aws"] | {"interval": "1s"}
    settings["observed"]["cloud"] = {"aws": aws}
    stack.reference.settings.write_text(yaml.safe_dump(settings))


def instance(node: str) -> str:
    """Return the address at which the example declares the instance of a node."""
    return f"module.{node.removeprefix('k8s-').replace('-', '_')}.aws_instance.this"
