from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from exporter.checks import ALL
from exporter.domain.applications import DeclaredApplications
from exporter.domain.check import Check
from exporter.domain.declaration import DeclaredNode, DeclaredObject, DeclaredWorkload, WorkloadKey
from exporter.domain.facts import Facts
from exporter.domain.finding import Layer, Subject
from exporter.domain.json import JsonObject
from exporter.domain.nodes import DeclaredNodes, ObservedNode, ObservedNodes
from exporter.domain.objectkeys import GroupKind, ObjectKey
from exporter.domain.objects import DeclaredObjects, ObservedObject, ObservedObjects
from exporter.domain.policy import AsOf, Policy
from exporter.domain.provenance import Located, Place, Source
from exporter.domain.taints import Taint
from exporter.domain.workloads import (
    DeclaredWorkloads,
    ObservedPods,
    ObservedWorkload,
    ObservedWorkloads,
)
from exporter.runtime.expected import Expected

PLACE = Place(Source.KUSTOMIZE, "k8s/x.yaml", 1)
KEYS = [
    WorkloadKey(namespace, kind, name)
    for namespace in ("z", "a")
    for kind in ("StatefulSet", "Deployment", "DaemonSet")
    for name in ("b", "a")
]
KINDS = (
    GroupKind("batch", "CronJob"),
    GroupKind("autoscaling", "HorizontalPodAutoscaler"),
    GroupKind("", "Service"),
    GroupKind("networking.k8s.io", "Ingress"),
)
OBJECTS = [
    ObjectKey(*kind, namespace, name)
    for namespace in ("z", "a")
    for kind in KINDS
    for name in ("b", "a")
]
HOSTILE: list[Any] = [
    None,
    "text",
    {"replicas": "many", "template": []},
    {"replicas": 1 << 20_000, "template": {"spec": {"nodeSelector": "x", "tolerations": {}}}},
    {"replicas": 2, "template": {"spec": {"nodeSelector": {"a": "b"}, "containers": [None]}}},
]


def declared_object(key: ObjectKey, manifests: Mapping[WorkloadKey, JsonObject]) -> DeclaredObject:
    manifest = manifests[WorkloadKey(key.namespace, "Deployment", key.name)]
    subject = Subject(key.kind, key.namespace, key.name)
    return DeclaredObject(key=key, subject=subject, version="v1", manifest=manifest, place=PLACE)


def world(*, everything_observed: bool, specs: list[Any]) -> Facts:
    manifests = {key: {"spec": specs[n % len(specs)]} for n, key in enumerate(KEYS)}
    taint = Taint.parse("a=b:NoSchedule")
    names = ("z", "a", "m")
    seen = [key for n, key in enumerate(KEYS) if everything_observed or n % 2]
    known = (
        DeclaredWorkloads(
            {
                key: DeclaredWorkload(key=key, manifest=manifest, place=PLACE)
                for key, manifest in manifests.items()
            },
            namespaces=frozenset({"a", "z"}),
        ),
        ObservedWorkloads(
            {key: ObservedWorkload(key=key, manifest=manifests[key]) for key in seen}
        ),
        DeclaredObjects({key: declared_object(key, manifests) for key in OBJECTS}),
        ObservedObjects(
            kinds={
                kind: {
                    (key.namespace, key.name): ObservedObject("v1", {"spec": specs[0]})
                    for n, key in enumerate(OBJECTS)
                    if key.group_kind == kind and (everything_observed or n % 2)
                }
                for kind in KINDS
            }
        ),
        ObservedPods(by_owner={}, by_node={}),
        DeclaredApplications({}),
        DeclaredNodes(
            {
                name: DeclaredNode(
                    name=name,
                    group="",
                    places=(PLACE,),
                    attributes={},
                    labels={},
                    taints=(Located(taint, PLACE),),
                )
                for name in names
            }
        ),
        ObservedNodes({name: ObservedNode(name=name, labels={"a": "b"}) for name in names[:2]}),
        Policy(),
        AsOf(datetime(2025, 11, 12, tzinfo=UTC)),
    )
    return Expected().known(Facts(known={type(one): one for one in known}))


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(one, id=one.id)
        for one in ALL
        if one.layer is Layer.APPLICATIONS and not one.only_amiss
    ],
)
@pytest.mark.parametrize("everything_observed", [True, False], ids=["all seen", "some missing"])
@pytest.mark.parametrize(
    "specs",
    [
        pytest.param(
            [{"replicas": 1, "template": {"spec": {"nodeSelector": {"a": "b"}}}}], id="fine"
        ),
        pytest.param(HOSTILE, id="odd"),
    ],
)
def test_there_is_one_finding_for_each_subject_in_sorted_order(
    check: Check,
    everything_observed: bool,  # noqa: FBT001 - a parameter of the test
    specs: list[Any],
) -> None:
    facts = world(everything_observed=everything_observed, specs=specs)

    subjects = [finding.subject for finding in check.judge(facts)]

    assert subjects
    assert subjects == sorted(set(subjects))
    assert subjects == list(check.subjects(facts))
