import json
from typing import Any

import pytest

from exporter.domain.objectkeys import GroupKind
from exporter.observed.objectstatus import KEPT, LONGEST, kept_status

INGRESS = GroupKind("networking.k8s.io", "Ingress")
HPA = GroupKind("autoscaling", "HorizontalPodAutoscaler")
ROUTE = GroupKind("gateway.networking.k8s.io", "HTTPRoute")
GATEWAY = GroupKind("gateway.networking.k8s.io", "Gateway")
TOLD = {"type": "Ready", "status": "True", "reason": "Well", "message": "all is well"}


def test_of_most_kinds_no_status_is_kept() -> None:
    assert kept_status({"status": {"phase": "Bound"}}, GroupKind("", "ConfigMap")) == {}


@pytest.mark.parametrize(
    ("entries", "count"),
    [
        pytest.param([{"ip": "10.0.0.1"}, {"hostname": "a.test"}], 2, id="address and name"),
        pytest.param([{"ports": []}], 0, id="neither"),
        pytest.param([], 0, id="none"),
        pytest.param("odd", 0, id="odd"),
    ],
)
def test_addresses_of_an_ingress_are_counted(entries: Any, count: int) -> None:
    content = {"status": {"loadBalancer": {"ingress": entries}}}

    assert kept_status(content, INGRESS) == {"addresses": count}


def test_conditions_are_kept_without_their_times_and_with_short_messages() -> None:
    told = {**TOLD, "message": "x" * 1000, "lastTransitionTime": "2025-11-12T04:00:00Z"}

    (kept,) = conditions({"status": {"conditions": [told]}}, HPA)

    assert kept == {**TOLD, "message": "x" * LONGEST}


def conditions(content: dict[str, Any], kind: GroupKind) -> list[dict[str, str]]:
    found: Any = kept_status(content, kind)["conditions"]
    return list(found)


def test_conditions_of_an_autoscaler_in_its_first_version_are_in_an_annotation() -> None:
    annotation = {"autoscaling.alpha.kubernetes.io/conditions": json.dumps([TOLD])}

    assert conditions({"metadata": {"annotations": annotation}}, HPA) == [TOLD]


def test_an_annotation_that_is_no_json_is_no_condition() -> None:
    annotation = {"autoscaling.alpha.kubernetes.io/conditions": "["}

    assert conditions({"metadata": {"annotations": annotation}}, HPA) == []


def test_of_a_gateway_conditions_and_addresses_are_kept() -> None:
    status = {"conditions": [TOLD], "addresses": [{"value": "10.0.0.1"}]}

    assert kept_status({"status": status}, GATEWAY) == {"conditions": [TOLD], "addresses": 1}


def test_of_a_route_is_kept_what_each_parent_says() -> None:
    parent: dict[str, Any] = {
        "parentRef": {"name": "edge", "x": 1},
        "controllerName": "c",
        "conditions": [{**TOLD, "observedGeneration": 3}],
    }

    kept = kept_status({"status": {"parents": [parent]}}, ROUTE)

    assert kept == {"parents": [{"parentRef": {"name": "edge"}, "conditions": [TOLD]}]}


@pytest.mark.parametrize("kind", KEPT, ids=str)
@pytest.mark.parametrize(
    "content",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"status": "odd", "metadata": "odd"}, id="texts"),
        pytest.param({"status": {"conditions": [None], "parents": [1]}}, id="odd lists"),
    ],
)
def test_any_status_is_read(kind: GroupKind, content: dict[str, Any]) -> None:
    assert isinstance(kept_status(content, kind), dict)


def test_equal_states_are_one_value() -> None:
    content = {"status": {"conditions": [TOLD]}}

    assert kept_status(content, HPA) is kept_status(content, HPA)
