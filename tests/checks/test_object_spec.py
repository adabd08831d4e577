from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from exporter.checks import object_spec
from exporter.domain.declaration import DeclaredObject
from exporter.domain.facts import Facts
from exporter.domain.finding import Cause, Finding, Subject, Verdict
from exporter.domain.gaps import Gap
from exporter.domain.memory import Memory
from exporter.domain.objectcontent import compared_content
from exporter.domain.objectkeys import ObjectKey
from exporter.domain.objects import DeclaredObjects, Objects, ObservedObject, ObservedObjects
from exporter.domain.provenance import Place, Source

PLACE = Place(Source.KUSTOMIZE, "a.yaml", 1)
SUBJECT = Subject("Kind", "api", "a")


def judge(
    kind: str,
    want: Mapping[str, Any],
    have: ObservedObject | Gap | Mapping[str, Any] | None,
    *,
    group: str = "",
    ignored: tuple[str, ...] = (),
) -> Finding:
    key = ObjectKey(group, kind, "api", "a")
    declared = DeclaredObject(
        key=key,
        subject=SUBJECT,
        version="v1",
        manifest=compared_content(want, group=group, kind=kind),
        place=PLACE,
        ignored=ignored,
    )
    if isinstance(have, Mapping):
        have = ObservedObject("v1", compared_content(have, group=group, kind=kind))
    objects: Objects = {} if have is None else {("api", "a"): have}
    known = {
        DeclaredObjects: DeclaredObjects({key: declared}),
        ObservedObjects: ObservedObjects(kinds={key.group_kind: objects}),
    }
    (finding,) = object_spec.judge(Facts(known=known))
    return finding


SERVICE = {
    "spec": {
        "selector": {"app": "a"},
        "ports": [{"port": 80, "targetPort": 8080}, {"port": 53, "protocol": "UDP"}],
    }
}
SERVED: dict[str, Any] = {
    "metadata": {"labels": {"x": "y"}, "resourceVersion": "7"},
    "spec": {
        "selector": {"app": "a"},
        "clusterIP": "10.0.0.1",
        "type": "ClusterIP",
        "ports": [
            {"port": 53, "protocol": "UDP", "targetPort": 53},
            {"port": 80, "protocol": "TCP", "targetPort": 8080, "nodePort": 30080},
        ],
    },
    "status": {"loadBalancer": {}},
}
POLICY = {"spec": {"podSelector": {}, "ingress": [{"ports": [{"port": 80}]}]}}
HPA = {
    "spec": {
        "metrics": [
            {"type": "Resource", "resource": {"name": "cpu", "target": {"averageValue": "500m"}}},
            {"type": "Resource", "resource": {"name": "memory"}},
        ]
    }
}


@pytest.mark.parametrize(
    ("kind", "want", "have"),
    [
        pytest.param("Service", SERVICE, SERVED, id="ports by number and protocol"),
        pytest.param(
            "NetworkPolicy",
            POLICY,
            {
                "spec": {
                    "podSelector": {},
                    "policyTypes": ["Ingress"],
                    "ingress": [{"ports": [{"port": 80, "protocol": "TCP"}]}],
                }
            },
            id="defaults within rules",
        ),
        pytest.param(
            "HorizontalPodAutoscaler",
            HPA,
            {
                "spec": {
                    "metrics": [
                        {"type": "Resource", "resource": {"name": "memory"}},
                        {
                            "type": "Resource",
                            "resource": {"name": "cpu", "target": {"averageValue": "0.5"}},
                        },
                    ]
                }
            },
            id="metrics in any order",
        ),
        pytest.param(
            "ResourceQuota",
            {"spec": {"hard": {"cpu": "1", "memory": "1Gi"}}},
            {"spec": {"hard": {"cpu": "1000m", "memory": "1024Mi"}}},
            id="quantities",
        ),
        pytest.param(
            "ConfigMap",
            {"data": {"a": "1"}, "binaryData": {"b": "aGVs\nbG8="}},
            {"data": {"a": "1", "more": "2"}, "binaryData": {"b": "aGVsbG8="}},
            id="data",
        ),
        pytest.param("Role", {"rules": []}, {"metadata": {}}, id="nothing"),
        pytest.param(
            "Namespace",
            {"metadata": {"labels": {"a": 1}}},
            {"metadata": {"labels": {"a": "1"}}},
            id="labels",
        ),
        pytest.param("Widget", {"status": {"a": 1}, "top": 1}, {"top": 1}, id="no status"),
    ],
)
def test_what_means_the_same_is_no_drift(
    kind: str, want: Mapping[str, Any], have: Mapping[str, Any]
) -> None:
    finding = judge(kind, want, have)

    assert (finding.verdict, finding.detail) == (Verdict.PASS, "")


@pytest.mark.parametrize(
    ("kind", "want", "have", "pointer"),
    [
        pytest.param(
            "Service",
            SERVICE,
            {"spec": {**SERVED["spec"], "ports": SERVED["spec"]["ports"][:1]}},
            "/spec/ports/80:TCP",
            id="a port",
        ),
        pytest.param(
            "NetworkPolicy",
            POLICY,
            {"spec": {"podSelector": {}, "ingress": []}},
            "/spec/ingress",
            id="a rule less",
        ),
        pytest.param(
            "NetworkPolicy",
            {"spec": {"podSelector": {}, "ingress": []}},
            {"spec": {"podSelector": {}, "ingress": [{}]}},
            "/spec/ingress",
            id="a rule more",
        ),
        pytest.param(
            "Role",
            {"rules": [{"verbs": ["get"]}]},
            {"rules": [{"verbs": ["get", "delete"]}]},
            "/rules/0/verbs",
            id="a verb more",
        ),
        pytest.param(
            "StorageClass", {"provisioner": "a"}, {"provisioner": "b"}, "/provisioner", id="top"
        ),
        pytest.param(
            "PodDisruptionBudget",
            {"spec": {"minAvailable": 1}},
            {"spec": {"minAvailable": "50%"}},
            "/spec/minAvailable",
            id="int or string",
        ),
        pytest.param("ConfigMap", {"data": {"a": "1"}}, {"data": {}}, "/data/a", id="a key"),
        pytest.param("Widget", {"spec": {"a": ["b"]}}, {"spec": {"a": ["c"]}}, "/spec/a", id="any"),
    ],
)
def test_a_declared_field_with_another_value_fails(
    kind: str, want: Mapping[str, Any], have: Mapping[str, Any], pointer: str
) -> None:
    finding = judge(kind, want, have)

    assert finding.verdict is Verdict.FAIL
    assert finding.detail == f"1 declared field differs: {pointer}"


def test_nothing_of_a_config_maps_data_is_shown() -> None:
    finding = judge("ConfigMap", {"data": {"a": "declared"}}, {"data": {"a": "observed"}})

    assert finding.verdict is Verdict.FAIL
    assert "declared" not in str(finding.declared)
    assert "observed" not in str(finding.observed)


@pytest.mark.parametrize(
    ("name", "hidden"),
    [
        ("password", True),
        ("adminPassword", True),
        ("api_key", True),
        ("clientSecret", True),
        ("token", True),
        ("secretName", False),
        ("tokenRequests", False),
        ("host", False),
    ],
)
def test_a_value_in_the_cluster_that_may_be_a_secret_is_not_shown(
    name: str, *, hidden: bool
) -> None:
    finding = judge("Widget", {"spec": {name: "declared"}}, {"spec": {name: "hunter2"}})

    assert finding.verdict is Verdict.FAIL
    assert ("hunter2" not in str(finding.observed)) == hidden


def test_the_certificate_that_a_tool_fills_in_is_no_drift() -> None:
    def hooks(bundle: str) -> Mapping[str, Any]:
        return {"webhooks": [{"name": "a.b.c", "clientConfig": {"caBundle": bundle}}]}

    finding = judge(
        "ValidatingWebhookConfiguration",
        hooks("Cg=="),
        hooks("LS0tLS1CRUdJTg=="),
        group="admissionregistration.k8s.io",
    )

    assert finding.verdict is Verdict.PASS


def test_rules_that_are_aggregated_are_no_drift() -> None:
    want = {"aggregationRule": {"clusterRoleSelectors": []}, "rules": []}
    have = {**want, "rules": [{"verbs": ["get"]}]}

    finding = judge("ClusterRole", want, have, group="rbac.authorization.k8s.io")

    assert finding.verdict is Verdict.PASS


def test_what_is_ignored_is_no_drift() -> None:
    finding = judge("Widget", {"spec": {"a": 1}}, {"spec": {"a": 2}}, ignored=("/spec/a",))

    assert finding.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("have", "cause"),
    [
        pytest.param(None, Cause("object_present", SUBJECT), id="absent"),
        pytest.param(Gap(Source.KUBERNETES, "nested"), Cause(Source.KUBERNETES), id="unreadable"),
        pytest.param(ObservedObject("v2", {}), Cause(Source.KUBERNETES), id="another version"),
    ],
)
def test_what_cannot_be_compared_is_unknown(
    have: ObservedObject | Gap | None, cause: Cause
) -> None:
    finding = judge("Widget", {"spec": {"a": 1}}, have)

    assert (finding.verdict, finding.cause) == (Verdict.UNKNOWN, cause)


def test_of_two_groups_the_object_that_differs_counts_before_one_that_nobody_can_see() -> None:
    seen, unseen = ObjectKey("", "Widget", "api", "a"), ObjectKey("a.org", "Widget", "api", "a")
    want = compared_content({"spec": {"a": 1}}, group="", kind="Widget")
    other = compared_content({"spec": {"a": 2}}, group="", kind="Widget")
    objects = {
        key: DeclaredObject(key=key, subject=SUBJECT, version="v1", manifest=want, place=PLACE)
        for key in (unseen, seen)
    }
    observed = ObservedObjects(
        kinds={seen.group_kind: {("api", "a"): ObservedObject("v1", other)}},
        refused={unseen.group_kind: "forbidden"},
    )
    known = {DeclaredObjects: DeclaredObjects(objects), ObservedObjects: observed}

    (finding,) = object_spec.judge(Facts(known=known))

    assert finding.verdict is Verdict.FAIL


def test_nothing_is_judged_of_facts_that_are_absent() -> None:
    assert list(object_spec.CHECK.subjects(Facts())) == []


def test_what_was_compared_is_compared_again_where_either_side_is_another() -> None:
    key = ObjectKey("", "Widget", "api", "a")
    want = DeclaredObject(
        key=key, subject=SUBJECT, version="v1", manifest={"spec": {"a": 1}}, place=PLACE
    )
    memory = Memory()

    def verdict(declared: DeclaredObject, value: int) -> Verdict:
        seen = ObservedObject("v1", {"spec": {"a": value}})
        known = {
            DeclaredObjects: DeclaredObjects({key: declared}),
            ObservedObjects: ObservedObjects(kinds={key.group_kind: {("api", "a"): seen}}),
        }
        memory.next_round()
        (finding,) = object_spec.judge(Facts(known=known, memory=memory))
        return finding.verdict

    found = [verdict(want, 1), verdict(want, 2), verdict(want, 1)]
    changed = verdict(replace(want, manifest={"spec": {"a": 2}}), 1)

    assert found == [Verdict.PASS, Verdict.FAIL, Verdict.PASS]
    assert changed is Verdict.FAIL
