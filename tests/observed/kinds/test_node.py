from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from exporter.domain.errors import ParseError
from exporter.domain.nodes import ConditionStatus, ObservedNode
from exporter.domain.taints import Taint, TaintEffect
from exporter.observed.kinds.node import NodeRecord, observed_node


def node(**content: Any) -> ObservedNode:
    metadata = {"name": "k8s-api-auth", **content.pop("metadata", {})}
    return observed_node(msgspec.convert({"spec": {}, "metadata": metadata, **content}, NodeRecord))


def test_a_node_shows_all_that_checks_compare() -> None:
    seen = node(
        metadata={"labels": {"domain": "auth"}, "creationTimestamp": "2025-11-09T16:00:00Z"},
        spec={
            "providerID": "aws:///ap-northeast-2a/i-1",
            "unschedulable": True,
            "taints": [
                {
                    "key": "domain",
                    "value": "auth",
                    "effect": "NoSchedule",
                    "timeAdded": "2025-11-10T00:00:00Z",
                }
            ],
        },
        status={
            "addresses": [
                {"type": "InternalIP", "address": "10.0.1.2"},
                {"type": "Hostname", "address": "ip-10-0-1-2"},
                {"type": "InternalIP", "address": "fd00::2"},
            ],
            "conditions": [
                {"type": "MemoryPressure", "status": "False"},
                {
                    "type": "Ready",
                    "status": "True",
                    "message": "kubelet is posting",
                    "lastTransitionTime": "2025-11-09T16:01:00Z",
                },
            ],
            "nodeInfo": {"kubeletVersion": "v1.28.4"},
        },
    )

    assert seen == ObservedNode(
        name="k8s-api-auth",
        labels={"domain": "auth"},
        taints=frozenset({Taint("domain", TaintEffect.NO_SCHEDULE, "auth")}),
        tainted={"domain": datetime(2025, 11, 10, tzinfo=UTC)},
        ready=ConditionStatus.TRUE,
        ready_message="kubelet is posting",
        ready_since=datetime(2025, 11, 9, 16, 1, tzinfo=UTC),
        unschedulable=True,
        version="v1.28.4",
        provider_id="aws:///ap-northeast-2a/i-1",
        internal_ips=("10.0.1.2", "fd00::2"),
        created=datetime(2025, 11, 9, 16, tzinfo=UTC),
    )


def test_a_node_that_kubelet_never_reported_is_not_known_to_be_ready() -> None:
    seen = node(metadata={"labels": None}, status={"conditions": None})

    assert seen.ready is ConditionStatus.UNKNOWN
    assert seen.labels == {}
    assert seen.created is None


def test_a_node_without_a_spec_is_an_error() -> None:
    with pytest.raises(ParseError, match="has no spec"):
        node(spec=None)


@pytest.mark.parametrize("status", ["Maybe", "", None])
def test_a_readiness_that_kubernetes_does_not_know_is_an_error(status: str | None) -> None:
    with pytest.raises(ParseError, match="the condition Ready is"):
        node(status={"conditions": [{"type": "Ready", "status": status}]})


def test_an_internal_address_that_is_none_is_an_error() -> None:
    with pytest.raises(ParseError, match="InternalIP"):
        node(status={"addresses": [{"type": "InternalIP"}]})


def test_what_no_verdict_is_made_of_may_be_anything() -> None:
    seen = node(
        metadata={"creationTimestamp": "yesterday"},
        status={
            "conditions": [{"type": "DiskPressure", "status": "Maybe"}, {}],
            "addresses": [{"type": "Hostname"}, {}],
        },
    )

    assert (seen.created, seen.internal_ips) == (None, ())


def test_a_taint_may_have_the_longest_key_that_kubernetes_allows() -> None:
    key = f"{'a' * 253}/{'b' * 63}"

    seen = node(spec={"taints": [{"key": key, "effect": "NoSchedule"}]})

    assert {one.key for one in seen.taints} == {key}


def test_a_taint_with_an_effect_that_kubernetes_does_not_know_is_an_error() -> None:
    with pytest.raises(ParseError, match="'Sometimes', not one of NoSchedule"):
        node(spec={"taints": [{"key": "a", "effect": "Sometimes"}]})


@pytest.mark.parametrize(
    ("taint", "since"),
    [
        pytest.param(
            {"key": "ToBeDeletedByClusterAutoscaler", "value": "1762819200"},
            datetime(2025, 11, 11, tzinfo=UTC),
            id="seconds in the value",
        ),
        pytest.param({"key": "ToBeDeletedByClusterAutoscaler", "value": "soon"}, None, id="odd"),
        pytest.param({"key": "ToBeDeletedByClusterAutoscaler", "value": "9" * 12}, None, id="far"),
        pytest.param({"key": "ToBeDeletedByClusterAutoscaler", "value": "²"}, None, id="no digit"),
        pytest.param({"key": "pool", "value": "1762819200"}, None, id="value of another one"),
        pytest.param({"key": "pool", "timeAdded": "yesterday"}, None, id="no instant"),
    ],
)
def test_since_when_a_node_is_tainted_is_told_where_somebody_wrote_it_down(
    taint: dict[str, str], since: datetime | None
) -> None:
    seen = node(spec={"taints": [{"effect": "NoSchedule", **taint}]})

    assert seen.tainted.get(taint["key"]) == since
