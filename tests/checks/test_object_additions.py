from collections.abc import Mapping
from typing import Any

import pytest

from exporter.checks import object_additions
from exporter.domain.declaration import DeclaredObject
from exporter.domain.facts import Facts
from exporter.domain.finding import Finding, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.objectcontent import compared_content
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.objects import DeclaredObjects, ObservedObject, ObservedObjects
from exporter.domain.provenance import Place, Source

RBAC, ADMISSION = "rbac.authorization.k8s.io", "admissionregistration.k8s.io"


def judge(
    kind: str, want: Mapping[str, Any], have: Mapping[str, Any] | Gap | None, *ignored: str
) -> list[Finding]:
    """Judge an object of a kind that is written as in RBAC: ``Role.rbac.authorization.k8s.io``."""
    name, _, group = kind.partition(".")
    key = ObjectKey(group, name, "shop", "a")
    declared = DeclaredObject(
        key=key,
        subject=Subject(name, "shop", "a"),
        version="v1",
        manifest=compared_content(want, group=group, kind=name),
        place=Place(Source.KUSTOMIZE, "a.yaml", 1),
        ignored=ignored,
    )
    seen: ObservedObject | Gap | None = None
    if isinstance(have, Mapping):
        seen = ObservedObject("v1", compared_content(have, group=group, kind=name))
    elif have is not None:
        seen = have
    objects = {} if seen is None else {("shop", "a"): seen}
    known = {
        DeclaredObjects: DeclaredObjects({key: declared}),
        ObservedObjects: ObservedObjects(kinds={key.group_kind: objects}),
    }
    return list(object_additions.judge(Facts(known=known)))


def annotated(**annotations: str) -> dict[str, Any]:
    names = {"role": "eks.amazonaws.com/role-arn", "nginx": "nginx.ingress.kubernetes.io/x-snippet"}
    return {"metadata": {"annotations": {names[key]: value for key, value in annotations.items()}}}


WEB: dict[str, Any] = {"spec": {"ports": [{"port": 80}], "selector": {"app": "web"}}}
POD = {"containers": [{"name": "a", "image": "example/a:1"}]}
HOOK = {"name": "a.test", "clientConfig": {"service": {"name": "a", "namespace": "b"}}}


def spec(base: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {"spec": {**base.get("spec", {}), **fields}}


def template(pod: Mapping[str, Any]) -> dict[str, Any]:
    return {"template": {"spec": pod}}


ADDED = [
    pytest.param(
        "Service", WEB, spec(WEB, externalIPs=["1.2.3.4"]), "/spec/externalIPs", id="external IPs"
    ),
    pytest.param("Service", WEB, spec(WEB, type="NodePort"), "/spec/type", id="port of nodes"),
    pytest.param("Service", WEB, spec(WEB, type="LoadBalancer"), "/spec/type", id="load balancer"),
    pytest.param(
        "Service",
        WEB,
        spec(WEB, ports=[{"port": 80}, {"port": 22}]),
        "/spec/ports/22:TCP",
        id="port",
    ),
    pytest.param(
        "Service",
        WEB,
        spec(WEB, selector={"app": "web", "evil": "true"}),
        "/spec/selector/evil",
        id="other pods",
    ),
    pytest.param(
        "Service",
        {"spec": {"ports": [{"port": 80}]}},
        WEB,
        "/spec/selector",
        id="pods instead of endpoints by hand",
    ),
    pytest.param(
        "ConfigMap",
        {"data": {"mapRoles": "x"}},
        {"data": {"mapRoles": "x", "mapUsers": "evil"}},
        "/data/mapUsers",
        id="key",
    ),
    pytest.param(
        "ServiceAccount",
        {},
        annotated(role="arn:aws:iam::1:role/admin"),
        "/metadata/annotations/eks.amazonaws.com~1role-arn",
        id="rights in the cloud",
    ),
    pytest.param(
        "NetworkPolicy.networking.k8s.io",
        {"spec": {"podSelector": {}, "policyTypes": ["Ingress"]}},
        {"spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]}},
        "/spec/ingress",
        id="all may come in",
    ),
    pytest.param(
        "NetworkPolicy.networking.k8s.io",
        {"spec": {"podSelector": {}}},
        {"spec": {"podSelector": {"matchLabels": {"nobody": "x"}}}},
        "/spec/podSelector/matchLabels",
        id="protects nobody",
    ),
    pytest.param(
        "Ingress.networking.k8s.io",
        {},
        annotated(nginx="proxy_pass http://evil;"),
        "/metadata/annotations/nginx.ingress.kubernetes.io~1x-snippet",
        id="snippet",
    ),
    pytest.param(
        "Ingress.networking.k8s.io",
        {"spec": {"rules": [{"host": "a"}]}},
        {"spec": {"rules": [{"host": "a"}], "defaultBackend": {"service": {"name": "evil"}}}},
        "/spec/defaultBackend",
        id="backend",
    ),
    pytest.param(f"Role.{RBAC}", {}, {"rules": [{"verbs": ["*"]}]}, "/rules", id="rights"),
    pytest.param(
        f"RoleBinding.{RBAC}", {}, {"subjects": [{"name": "evil"}]}, "/subjects", id="subjects"
    ),
    pytest.param(
        f"ClusterRole.{RBAC}",
        {"rules": []},
        {"rules": [], "aggregationRule": {"clusterRoleSelectors": [{}]}},
        "/aggregationRule",
        id="rights of others",
    ),
    pytest.param(
        f"MutatingWebhookConfiguration.{ADMISSION}",
        {"webhooks": [HOOK]},
        {"webhooks": [HOOK, {**HOOK, "name": "evil.test"}]},
        "/webhooks/evil.test",
        id="webhook",
    ),
    pytest.param(
        f"ValidatingWebhookConfiguration.{ADMISSION}",
        {"webhooks": [HOOK]},
        {"webhooks": [{**HOOK, "failurePolicy": "Ignore"}]},
        "/webhooks/a.test/failurePolicy",
        id="a webhook that lets pass",
    ),
    pytest.param(
        f"ValidatingWebhookConfiguration.{ADMISSION}",
        {"webhooks": [HOOK]},
        {"webhooks": [{**HOOK, "namespaceSelector": {"matchLabels": {"x": "y"}}}]},
        "/webhooks/a.test/namespaceSelector",
        id="a webhook that looks away",
    ),
    pytest.param(
        "CustomResourceDefinition.apiextensions.k8s.io",
        {"spec": {}},
        {"spec": {"conversion": {"strategy": "Webhook"}}},
        "/spec/conversion/strategy",
        id="conversion",
    ),
    pytest.param(
        "PriorityClass.scheduling.k8s.io",
        {"value": 1},
        {"value": 1, "globalDefault": True},
        "/globalDefault",
        id="for all",
    ),
    pytest.param(
        "CronJob.batch",
        {"spec": {"jobTemplate": {"spec": template(POD)}}},
        {"spec": {"jobTemplate": {"spec": template({**POD, "hostPID": True})}}},
        "/spec/jobTemplate/spec/template/spec/hostPID",
        id="pods of a CronJob",
    ),
    pytest.param(
        "Rollout.argoproj.io",
        {"spec": template(POD)},
        {"spec": template({**POD, "hostNetwork": True})},
        "/spec/template/spec/hostNetwork",
        id="pods of a Rollout",
    ),
]


@pytest.mark.parametrize(("kind", "want", "have", "pointer"), ADDED)
def test_what_gives_more_fails(
    kind: str, want: Mapping[str, Any], have: Mapping[str, Any], pointer: str
) -> None:
    (finding,) = judge(kind, want, have)

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == f"1 addition that no code declares: {pointer}"


@pytest.mark.parametrize(("kind", "want", "have", "pointer"), ADDED)
def test_what_is_declared_or_ignored_is_no_addition(
    kind: str, want: Mapping[str, Any], have: Mapping[str, Any], pointer: str
) -> None:
    assert judge(kind, have, have) == []
    assert judge(kind, want, want) == []
    assert judge(kind, want, have, pointer) == []


FILLED_IN: dict[str, Any] = {
    "type": "ClusterIP",
    "clusterIP": "10.0.0.1",
    "clusterIPs": ["10.0.0.1"],
    "internalTrafficPolicy": "Cluster",
    "ipFamilies": ["IPv4"],
    "ipFamilyPolicy": "SingleStack",
    "sessionAffinity": "None",
    "ports": [{"port": 80, "protocol": "TCP", "targetPort": 80}],
}


@pytest.mark.parametrize(
    ("kind", "want", "have"),
    [
        pytest.param("Service", WEB, spec(WEB, **FILLED_IN), id="defaults of a Service"),
        pytest.param(
            "Service",
            WEB,
            spec(WEB, selector={"app": "web", "rollouts-pod-template-hash": "5f6"}),
            id="Argo Rollouts leads the Service",
        ),
        pytest.param("ConfigMap", {}, {"data": {"leader": "x"}}, id="a ConfigMap to be filled in"),
        pytest.param(
            f"ValidatingWebhookConfiguration.{ADMISSION}",
            {"webhooks": [HOOK]},
            {
                "webhooks": [
                    {
                        **HOOK,
                        "failurePolicy": "Fail",
                        "matchPolicy": "Equivalent",
                        "namespaceSelector": {
                            "matchExpressions": [
                                {"key": "control-plane", "operator": "DoesNotExist"},
                                {"key": "kubernetes.azure.com/managedby", "operator": "NotIn"},
                            ]
                        },
                        "objectSelector": {},
                        "timeoutSeconds": 10,
                    }
                ]
            },
            id="AKS leaves its namespaces out",
        ),
        pytest.param("Widget.example.org", {"spec": {}}, {"spec": {"more": 1}}, id="any other"),
    ],
)
def test_what_the_server_and_controllers_fill_in_is_no_addition(
    kind: str, want: Mapping[str, Any], have: Mapping[str, Any]
) -> None:
    assert judge(kind, want, have) == []


@pytest.mark.parametrize(
    "have",
    [
        pytest.param(None, id="not there"),
        pytest.param(Gap(Source.KUBERNETES, "cannot be read"), id="not to be read"),
    ],
)
def test_of_what_cannot_be_seen_others_tell(have: Gap | None) -> None:
    assert judge("Service", WEB, have) == []
