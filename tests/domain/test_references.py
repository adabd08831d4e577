from typing import Any

import pytest

from exporter.domain.objectkeys import GroupKind
from exporter.domain.references import (
    CLAIM,
    CONFIG_MAP,
    GATEWAY,
    GATEWAY_CLASS,
    INGRESS,
    INGRESS_CLASS,
    PRIORITY_CLASS,
    SECRET,
    SERVICE,
    SERVICE_ACCOUNT,
    VIRTUAL_SERVICE,
    Reference,
    references,
    referred_kinds,
)

SPEC: dict[str, Any] = {
    "serviceAccountName": "web",
    "priorityClassName": "high",
    "imagePullSecrets": [{"name": "registry"}],
    "volumes": [
        {"name": "a", "configMap": {"name": "files"}},
        {"name": "b", "secret": {"secretName": "tls", "optional": True}},
        {"name": "c", "persistentVolumeClaim": {"claimName": "data"}},
        {
            "name": "d",
            "projected": {
                "sources": [{"configMap": {"name": "part"}}, {"secret": {"name": "other"}}]
            },
        },
        {"name": "e", "emptyDir": {}},
    ],
    "initContainers": [{"name": "i", "envFrom": [{"secretRef": {"name": "first"}}]}],
    "containers": [
        {
            "name": "c",
            "envFrom": [{"configMapRef": {"name": "all", "optional": False}}],
            "env": [
                {"name": "A", "value": "b"},
                {"name": "B", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
                {"name": "C", "valueFrom": {"configMapKeyRef": {"name": "one", "key": "k"}}},
                {"name": "D", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
            ],
        }
    ],
}


def test_all_that_pods_name_is_found_with_its_place() -> None:
    assert list(references(SPEC)) == [
        Reference(SERVICE_ACCOUNT, "web", "/serviceAccountName"),
        Reference(PRIORITY_CLASS, "high", "/priorityClassName"),
        Reference(SECRET, "registry", "/imagePullSecrets/0", pulls=True),
        Reference(CONFIG_MAP, "files", "/volumes/0"),
        Reference(SECRET, "tls", "/volumes/1", optional=True),
        Reference(CLAIM, "data", "/volumes/2"),
        Reference(CONFIG_MAP, "part", "/volumes/3"),
        Reference(SECRET, "other", "/volumes/3"),
        Reference(SECRET, "first", "/initContainers/0/envFrom/0"),
        Reference(CONFIG_MAP, "all", "/containers/0/envFrom/0"),
        Reference(SECRET, "db", "/containers/0/env/1", item="password"),
        Reference(CONFIG_MAP, "one", "/containers/0/env/2", item="k"),
    ]


@pytest.mark.parametrize(
    "spec",
    [
        {"serviceAccountName": "default"},
        {"priorityClassName": "system-node-critical"},
        {"volumes": [{"projected": {"sources": [{"configMap": {"name": "kube-root-ca.crt"}}]}}]},
    ],
)
def test_what_each_cluster_has_is_no_reference(spec: dict[str, Any]) -> None:
    assert list(references(spec)) == []


@pytest.mark.parametrize(
    "spec",
    [
        {"volumes": "odd", "containers": [None, {"env": 3, "envFrom": [1]}]},
        {"imagePullSecrets": [None], "serviceAccountName": 3},
    ],
)
def test_any_spec_is_read(spec: dict[str, Any]) -> None:
    assert list(references(spec)) == []


def test_kinds_that_are_named_are_all_but_secrets() -> None:
    found = referred_kinds([SPEC], ())

    assert found == {SERVICE_ACCOUNT, PRIORITY_CLASS, CONFIG_MAP, CLAIM}


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        (INGRESS, {SERVICE, INGRESS_CLASS}),
        (GATEWAY, {GATEWAY_CLASS}),
        (CONFIG_MAP, set()),
    ],
)
def test_declared_objects_name_kinds_as_well(kind: GroupKind, named: set[GroupKind]) -> None:
    assert referred_kinds([], [kind]) == named


def test_a_virtual_service_names_more_than_services() -> None:
    assert {one.kind for one in referred_kinds([], [VIRTUAL_SERVICE])} == {
        "Service",
        "Gateway",
        "DestinationRule",
        "ServiceEntry",
    }
