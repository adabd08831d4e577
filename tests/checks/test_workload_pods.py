from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from exporter.checks import workload_pods
from exporter.domain.declaration import DeclaredWorkload, WorkloadKey
from exporter.domain.excuses import ExcuseReason
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.provenance import Place, Source
from exporter.domain.workloads import DeclaredWorkloads, ObservedWorkload, ObservedWorkloads
from exporter.observed.pods.fold import PodFold
from exporter.observed.pods.records import PodRecord

KEY = WorkloadKey("shop", "Deployment", "api")
PLACE = Place(Source.KUSTOMIZE, "d.yaml", 1)
NEW, OLD = "7d9f8c5b6", "5c6d7e8f9"
ID = "docker.io/example/api@sha256:" + "a" * 64
OTHER_ID = "docker.io/example/api@sha256:" + "b" * 64
TEMPLATE: dict[str, Any] = {
    "initContainers": [{"name": "migrate", "image": "example/migrate:1"}],
    "containers": [
        {
            "name": "api",
            "image": "example/api:1",
            "resources": {"limits": {"cpu": "500m", "memory": "1Gi"}, "requests": {"cpu": "0.1"}},
        }
    ],
}


def pod(
    name: str,
    *,
    spec: Mapping[str, Any] | None = None,
    revision: str = NEW,
    annotations: Mapping[str, str] | None = None,
    kind: str = "ReplicaSet",
    **status: Any,
) -> dict[str, Any]:
    """Return a pod of the workload, or of that of another *kind* of the same name."""
    label = "pod-template-hash" if kind == "ReplicaSet" else "controller-revision-hash"
    owner = f"api-{revision}" if kind == "ReplicaSet" else "api"
    return {
        "metadata": {
            "name": f"api-{name}",
            "namespace": "shop",
            "labels": {label: revision},
            "annotations": dict(annotations or {}),
            "ownerReferences": [{"kind": kind, "name": owner, "controller": True}],
        },
        "spec": {"nodeName": "n", **(TEMPLATE if spec is None else spec)},
        "status": {
            "phase": "Running",
            "containerStatuses": [{"name": "api", "imageID": ID, "state": {"running": {}}}],
            **status,
        },
    }


def with_api(**fields: Any) -> dict[str, Any]:
    return {**TEMPLATE, "containers": [{**TEMPLATE["containers"][0], **fields}]}


def with_more(**lists: Mapping[str, str]) -> dict[str, Any]:
    added = {name: [*TEMPLATE.get(name, ()), dict(one)] for name, one in lists.items()}
    return {**TEMPLATE, **added}


def judge(*pods: Mapping[str, Any], template: Any = None, **counts: Any) -> Finding:
    """Judge a workload that has these pods, and is what *counts* say of it."""
    fold = PodFold()
    for one in pods:
        fold.put(msgspec.json.decode(msgspec.json.encode(one), type=PodRecord))
    key = counts.pop("key", KEY)
    total = {"replicas": len(pods), "updated": len(pods), "total": len(pods)}
    spec = {"template": {"spec": template or TEMPLATE}, **counts.pop("spec", {})}
    have = ObservedWorkload(
        key=key,
        manifest={"spec": spec},
        **{"rollout_complete": True, **total, **counts},
    )
    observed = fold.contents()
    known = {
        DeclaredWorkloads: DeclaredWorkloads(
            {key: DeclaredWorkload(key=key, manifest={}, place=PLACE)}
        ),
        ObservedWorkloads: ObservedWorkloads({key: have}),
        type(observed): observed,
    }
    (finding,) = workload_pods.judge(Facts(known=known))
    return finding


def test_pods_that_are_as_their_template_says_pass() -> None:
    finding = judge(pod("a"), pod("b"))

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")


TAMPERED = [
    pytest.param(
        pod("b", spec=with_api(image="evil/api:1")), "image of container api", id="image replaced"
    ),
    pytest.param(
        pod("b", spec=with_api(image="example/api:2")), "image of container api", id="another tag"
    ),
    pytest.param(
        pod("b", spec={**TEMPLATE, "initContainers": [{"name": "migrate", "image": "evil/m:1"}]}),
        "image of init container migrate",
        id="image of an init container",
    ),
    pytest.param(
        pod("b", spec=with_more(containers={"name": "miner", "image": "evil/miner:1"})),
        "added container miner",
        id="a container more",
    ),
    pytest.param(
        pod("b", spec=with_more(initContainers={"name": "drop", "image": "evil/drop:1"})),
        "added init container drop",
        id="an init container more",
    ),
    pytest.param(
        pod("b", spec=with_more(ephemeralContainers={"name": "debugger-x", "image": "busybox"})),
        "ephemeral container debugger-x",
        id="an ephemeral container",
    ),
    pytest.param(
        pod(
            "b",
            spec=with_api(
                resources={"limits": {"cpu": "4", "memory": "1Gi"}, "requests": {"cpu": "0.1"}}
            ),
        ),
        "limits/cpu of container api",
        id="resources raised in place",
    ),
    pytest.param(
        pod("b", spec=with_api(resources={"limits": {"cpu": "500m", "memory": "1Gi"}})),
        "requests/cpu of container api",
        id="resources taken away",
    ),
    pytest.param(
        pod("b", conditions=[{"type": "PodResizePending", "status": "True", "reason": "Deferred"}]),
        "resize Deferred",
        id="a resize that waits",
    ),
    pytest.param(pod("b", resize="Infeasible"), "resize Infeasible", id="one that never comes"),
    pytest.param(
        pod("b", containerStatuses=[{"name": "api", "imageID": OTHER_ID}]),
        "images by the name example/api:1 of container api",
        id="another image by the same name",
    ),
    pytest.param(pod("b", revision=OLD), "pods of 2 revisions", id="of another revision"),
    pytest.param(
        pod(
            "b",
            spec=with_more(containers={"name": "istio-proxy", "image": "evil/miner:1"}),
            annotations={"sidecar.istio.io/status": "{}"},
        ),
        "added container istio-proxy",
        id="what only calls itself a sidecar",
    ),
]


@pytest.mark.parametrize(("changed", "what"), TAMPERED)
def test_a_pod_that_somebody_changed_fails(changed: Mapping[str, Any], what: str) -> None:
    finding = judge(pod("a"), pod("c"), changed)

    assert finding.verdict is Verdict.FAIL
    assert finding.detail.startswith(f"{what} (")
    assert isinstance(finding.observed, Mapping)
    assert len(finding.observed) == 1


def test_a_container_that_a_pod_lacks_is_named() -> None:
    two = [*TEMPLATE["initContainers"], {"name": "seed", "image": "example/seed:1"}]

    finding = judge(pod("a"), template={**TEMPLATE, "initContainers": two})

    assert finding.detail == "missing init container seed (its pod)"


def test_init_containers_of_which_nobody_was_shown_any_are_not_missed() -> None:
    assert judge(pod("a", spec={**TEMPLATE, "initContainers": None})).verdict is Verdict.PASS


def test_the_pods_that_differ_are_named_while_they_are_few() -> None:
    finding = judge(pod("a"), pod("c"), pod("b", spec=with_api(image="evil/api:1")))

    assert finding.detail == "image of container api (1 pod: api-b)"
    assert finding.observed == {"pods/api-b/spec/containers/api/image": "evil/api:1"}


INJECTED = [
    pytest.param(
        {"sidecar.istio.io/status": '{"containers":["istio-proxy"]}'},
        {
            "initContainers": {"name": "istio-init", "image": "docker.io/istio/proxyv2:1.27.0"},
            "containers": {"name": "istio-proxy", "image": "docker.io/istio/proxyv2:1.27.0"},
        },
        id="istio",
    ),
    pytest.param(
        {"sidecar.istio.io/status": '{"initContainers":["istio-proxy"]}'},
        {"initContainers": {"name": "istio-proxy", "image": "mirror.test/istio/proxyv2:1.27.0"}},
        id="istio as a native sidecar",
    ),
    pytest.param(
        {"linkerd.io/proxy-version": "edge-25.8.1"},
        {
            "initContainers": {"name": "linkerd-init", "image": "cr.l5d.io/linkerd/proxy-init:v2"},
            "containers": {"name": "linkerd-proxy", "image": "cr.l5d.io/linkerd/proxy:edge"},
        },
        id="linkerd",
    ),
    pytest.param(
        {"vault.hashicorp.com/agent-inject-status": "injected"},
        {
            "initContainers": {"name": "vault-agent-init", "image": "hashicorp/vault:1.20"},
            "containers": {"name": "vault-agent", "image": "hashicorp/vault:1.20"},
        },
        id="vault",
    ),
    pytest.param(
        {"consul.hashicorp.com/connect-inject-status": "injected"},
        {"containers": {"name": "consul-dataplane", "image": "hashicorp/consul-dataplane:1.8"}},
        id="consul",
    ),
    pytest.param(
        {"kuma.io/sidecar-injected": "true"},
        {"containers": {"name": "kuma-sidecar", "image": "docker.io/kumahq/kuma-dp:2.11"}},
        id="kuma",
    ),
    pytest.param(
        {"dapr.io/enabled": "true"},
        {"containers": {"name": "daprd", "image": "ghcr.io/dapr/daprd:1.16"}},
        id="dapr",
    ),
    pytest.param(
        {},
        {
            "initContainers": {
                "name": "datadog-lib-java-init",
                "image": "gcr.io/datadoghq/dd-lib-java-init:v1",
            }
        },
        id="datadog",
    ),
    pytest.param(
        {},
        {
            "initContainers": {
                "name": "opentelemetry-auto-instrumentation-java",
                "image": "ghcr.io/open-telemetry/autoinstrumentation-java:2.1",
            }
        },
        id="opentelemetry",
    ),
    pytest.param(
        {},
        {
            "containers": {
                "name": "azwi-proxy",
                "image": "mcr.microsoft.com/oss/azure/workload-identity/proxy:v1.5",
            }
        },
        id="azure workload identity",
    ),
]


@pytest.mark.parametrize(("annotations", "lists"), INJECTED)
def test_what_known_webhooks_put_into_pods_is_no_deviation(
    annotations: Mapping[str, str], lists: Mapping[str, Mapping[str, str]]
) -> None:
    finding = judge(pod("a", spec=with_more(**lists), annotations=annotations))

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    "annotations",
    [
        pytest.param({"vpaUpdates": "Pod resources updated by api: ..."}, id="at its start"),
        pytest.param({"vpaInPlaceUpdated": "true"}, id="in place"),
        pytest.param({"autopilot.gke.io/resource-adjustment": "{}"}, id="autopilot"),
    ],
)
def test_resources_are_left_to_whom_they_are_given_to(annotations: Mapping[str, str]) -> None:
    resources = with_api(resources={"limits": {"cpu": "2"}, "requests": {"cpu": "1"}})

    finding = judge(pod("a", spec=resources, annotations=annotations, resize="Deferred"))

    assert finding.verdict is Verdict.PASS


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(
            with_api(
                resources={
                    "limits": {"cpu": "0.5", "memory": "1024Mi", "ephemeral-storage": "1Gi"},
                    "requests": {"cpu": "100m", "memory": "1Gi"},
                }
            ),
            id="quantities by value, and what a LimitRange filled in",
        ),
        pytest.param(with_api(image="docker.io/example/api:1@sha256:" + "a" * 64), id="by digest"),
    ],
)
def test_what_is_the_same_in_other_words_is_no_deviation(spec: Mapping[str, Any]) -> None:
    assert judge(pod("a", spec=spec)).verdict is Verdict.PASS


def test_image_ids_of_different_sorts_say_nothing_of_each_other() -> None:
    loaded = pod("b", containerStatuses=[{"name": "api", "imageID": "sha256:" + "c" * 64}])

    assert judge(pod("a"), loaded).verdict is Verdict.PASS


def test_a_rollout_under_way_explains_pods_of_the_last_template() -> None:
    old = pod("b", revision=OLD, spec=with_api(image="example/api:0"))

    finding = judge(
        pod("a"),
        old,
        rollout_complete=False,
        updated=1,
        progress_deadline=timedelta(minutes=10),
    )

    assert finding.verdict is Verdict.FAIL
    assert finding.progress is not None
    assert finding.progress.reason is ExcuseReason.ROLLOUT


def test_no_rollout_explains_an_ephemeral_container() -> None:
    debugged = pod("b", spec=with_more(ephemeralContainers={"name": "d", "image": "busybox"}))

    finding = judge(pod("a"), debugged, rollout_complete=False, updated=1)

    assert finding.verdict is Verdict.FAIL
    assert finding.progress is None


@pytest.mark.parametrize(
    "ready",
    [
        pytest.param(1, id="it lacks pods"),
        pytest.param(2, id="all are ready, of the last template"),
    ],
)
def test_a_rollout_that_failed_leaves_old_pods_which_workload_ready_reports(ready: int) -> None:
    counts = {"replicas": 2, "updated": 1, "ready": ready, "rollout_complete": False}

    finding = judge(pod("a"), pod("b", revision=OLD), **counts, rollout_failed=True)

    cause = Cause("workload_ready", Subject("Deployment", "shop", "api"))
    assert finding.verdict is Verdict.FAIL
    assert finding.cause == cause


SET = WorkloadKey("shop", "StatefulSet", "api")


def of_set(name: str, revision: str, image: str = "example/api:1") -> dict[str, Any]:
    return pod(name, revision=revision, kind="StatefulSet", spec=with_api(image=image))


def test_a_stateful_set_names_the_revision_that_its_pods_shall_have() -> None:
    finding = judge(of_set("0", "api-1"), key=SET, revision="api-2")

    assert finding.detail == "pods of another revision (1 of api-1)"


def test_pods_that_a_partition_keeps_are_what_they_shall_be() -> None:
    spec = {"updateStrategy": {"rollingUpdate": {"partition": 1}}}
    pods = (of_set("0", "api-1", "example/api:0"), of_set("1", "api-2"))

    assert judge(*pods, key=SET, revision="api-2", spec=spec).verdict is Verdict.PASS


def test_without_pods_nothing_passes_that_asks_for_some() -> None:
    finding = judge(replicas=2)

    assert finding.verdict is Verdict.UNKNOWN
    assert finding.cause == Cause("workload_ready", Subject("Deployment", "shop", "api"))


def test_a_workload_that_asks_for_no_pods_passes_and_says_so() -> None:
    finding = judge()

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "it asks for no pods")


def test_pods_whose_containers_nobody_was_shown_are_unknown() -> None:
    assert judge(pod("a", spec={})).verdict is Verdict.UNKNOWN
