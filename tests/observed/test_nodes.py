from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from exporter.domain.errors import ParseError
from exporter.domain.nodes import ConditionStatus, ObservedNode
from exporter.domain.taints import Taint, TaintEffect
from exporter.observed.nodes import observed_node
from exporter.observed.records import NodeRecord


def node(**content: Any) -> ObservedNode:
    metadata = {"name": "k8s-api-auth", **content.pop("metadata", {})}
    return observed_node(msgspec.convert({"metadata": metadata, **content}, NodeRecord))


def test_a_node_shows_all_that_checks_compare() -> None:
    seen = node(
        metadata={"labels": {"domain": "auth"}, "creationTimestamp": "2025-11-09T16:00:00Z"},
        spec={
            "providerID": "aws:///ap-northeast-2a/i-1",
            "unschedulable": True,
            "taints": [{"key": "domain", "value": "auth", "effect": "NoSchedule"}],
        },
        status={
            "addresses": [
                {"type": "InternalIP", "address": "10.0.1.2"},
                {"type": "Hostname", "address": "ip-10-0-1-2"},
                {"type": "InternalIP", "address": "fd00::2"},
            ],
            "conditions": [
                {"type": "MemoryPressure", "status": "False"},
                {"type": "Ready", "status": "True", "message": "kubelet is posting"},
            ],
            "nodeInfo": {"kubeletVersion": "v1.28.4"},
        },
    )

    assert seen == ObservedNode(
        name="k8s-api-auth",
        labels={"domain": "auth"},
        taints=frozenset({Taint("domain", TaintEffect.NO_SCHEDULE, "auth")}),
        ready=ConditionStatus.TRUE,
        ready_message="kubelet is posting",
        unschedulable=True,
        version="v1.28.4",
        provider_id="aws:///ap-northeast-2a/i-1",
        internal_ips=("10.0.1.2", "fd00::2"),
        created=datetime(2025, 11, 9, 16, tzinfo=UTC),
    )


def test_a_node_that_kubelet_never_reported_is_not_known_to_be_ready() -> None:
    seen = node(metadata={"labels": None}, spec=None, status={"conditions": None})

    assert seen.ready is ConditionStatus.UNKNOWN
    assert seen.labels == {}
    assert seen.created is None


def test_a_taint_with_an_effect_that_kubernetes_does_not_know_is_an_error() -> None:
    with pytest.raises(ParseError, match="'Sometimes', not one of NoSchedule"):
        node(spec={"taints": [{"key": "a", "effect": "Sometimes"}]})
