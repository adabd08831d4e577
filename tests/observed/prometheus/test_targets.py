from datetime import UTC, datetime
from typing import Any

import pytest

from exporter.domain.errors import ReadError, Reason
from exporter.domain.monitoring.prometheus.targets import Health, ScrapeTarget
from exporter.observed.prometheus.answers import Sample
from exporter.observed.prometheus.targets import from_up, parse
from exporter.settings.monitoring import TargetSettings
from tests.observed.prometheus.told import TARGET, success

NOW = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)
WANTED = (TargetSettings(job="node-*"),)


def targets(*told: dict[str, Any], wanted: tuple[TargetSettings, ...] = WANTED) -> Any:
    return parse(success({"activeTargets": list(told)}), wanted, now=NOW).targets


def test_a_target_is_known_by_all_that_may_name_its_node() -> None:
    (found,) = targets(TARGET)

    assert found == ScrapeTarget(
        job="node-exporter",
        instance="10.0.0.7:9100",
        names=("10.0.0.7", "k8s-api-auth"),
        path="/metrics",
    )


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        pytest.param({"node": "k8s-master"}, "k8s-master", id="node"),
        pytest.param({"instance": "[fd00::7]:9100"}, "fd00::7", id="ipv6"),
        pytest.param({"instance": "fd00:0:0::7"}, "fd00::7", id="bare-ipv6"),
        pytest.param({"instance": "https://k8s-master:10250/x"}, "k8s-master", id="url"),
        pytest.param({"instance": "k8s-master"}, "k8s-master", id="no-port"),
        pytest.param({"instance": "http://[broken"}, "http://[broken", id="no-address"),
        pytest.param({"host_name": "k8s-master"}, "k8s-master", id="configured"),
    ],
)
def test_labels_name_the_node(labels: dict[str, str], name: str) -> None:
    told = {**TARGET, "labels": {"job": "node-exporter", **labels}, "discoveredLabels": {}}
    wanted = (TargetSettings(job="node-exporter", label="host_name"),)

    (found,) = targets(told, wanted=wanted)

    assert name in found.names


@pytest.mark.parametrize(
    "label",
    [
        "__meta_kubernetes_node_name",
        "__meta_kubernetes_pod_node_name",
        "__meta_kubernetes_endpoint_node_name",
        "__meta_kubernetes_endpointslice_endpoint_node_name",
        "__meta_kubernetes_endpointslice_endpoint_topology_kubernetes_io_hostname",
    ],
)
def test_each_role_of_service_discovery_names_the_node(label: str) -> None:
    (found,) = targets({**TARGET, "discoveredLabels": {label: "k8s-master"}})

    assert "k8s-master" in found.names


def test_targets_of_other_jobs_are_left_out() -> None:
    assert targets({**TARGET, "labels": {"job": "kubelet"}}) == ()


@pytest.mark.parametrize(
    ("changed", "health", "stale"),
    [
        pytest.param({}, Health.UP, False, id="up"),
        pytest.param({"health": "down", "lastError": "x"}, Health.DOWN, False, id="down"),
        pytest.param(
            {"health": "unknown", "lastScrape": "0001-01-01T00:00:00Z"},
            Health.UNKNOWN,
            False,
            id="before-the-first-scrape",
        ),
        pytest.param({"health": "odd"}, Health.UNKNOWN, False, id="unheard-of"),
        pytest.param({"lastScrape": "2025-11-12T05:28:31Z"}, Health.UP, False, id="in-time"),
        pytest.param({"lastScrape": "2025-11-12T05:28:29Z"}, Health.UP, True, id="late"),
        pytest.param(
            {"lastScrape": "2025-11-12T05:28:29Z", "scrapeInterval": "1m"},
            Health.UP,
            False,
            id="seldom",
        ),
        pytest.param({"lastScrape": "yesterday"}, Health.UP, False, id="no-instant"),
        pytest.param(
            {"lastScrape": "2025-11-12T05:28:29Z", "scrapeInterval": ""},
            Health.UP,
            False,
            id="of-thanos-which-tells-no-interval",
        ),
    ],
)
def test_health_and_age_are_those_of_the_answer(
    changed: dict[str, Any], health: Health, *, stale: bool
) -> None:
    (found,) = targets({**TARGET, **changed})

    assert (found.health, found.stale) == (health, stale)


def test_the_path_is_that_which_relabelling_left() -> None:
    labels = {**TARGET["labels"], "metrics_path": "/metrics/cadvisor"}

    (found,) = targets({**TARGET, "labels": labels})
    (of_up,) = from_up([Sample(labels, (0.0, "1"))], WANTED).targets

    assert found.path == of_up.path == "/metrics/cadvisor"


def test_equal_targets_are_equal_whatever_their_order_and_last_scrape() -> None:
    one = {**TARGET, "labels": {"job": "node-exporter", "instance": "b"}}
    later = {**TARGET, "lastScrape": "2025-11-12T05:29:59Z", "lastScrapeDuration": 1}

    assert targets(TARGET, one) == targets(one, later)


def test_up_tells_of_targets_where_there_is_no_list() -> None:
    samples = [
        Sample({"job": "node-exporter", "instance": "10.0.0.7:9100"}, (0.0, "1")),
        Sample({"job": "node-exporter", "instance": "x:1", "node": "a"}, (0.0, "0")),
        Sample({"job": "other", "instance": "y:1"}, (0.0, "1")),
    ]

    found = from_up(samples, WANTED).targets

    assert [(one.names, one.health) for one in found] == [
        (("10.0.0.7",), Health.UP),
        (("a", "x"), Health.DOWN),
    ]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(success({"activeTargets": []})[:-3], id="truncated"),
        pytest.param(b"<html><body>Sign in</body></html>", id="login-page"),
        pytest.param(success({"activeTargets": {}}), id="another-shape"),
        pytest.param(success({"activeTargets": [{"labels": {"job": 1}}]}), id="another-type"),
        pytest.param(b'{"status":"error","errorType":"x","error":"no"}', id="error"),
        pytest.param(b'{"x":' + b"[" * 100_000, id="deep"),
        pytest.param(success({"activeTargets": [TARGET]}).replace(b"up", b"\xff"), id="bytes"),
    ],
)
def test_a_hostile_answer_is_an_error_and_no_empty_list(body: bytes) -> None:
    with pytest.raises(ReadError) as raised:
        parse(body, WANTED, now=NOW)

    assert raised.value.reason is Reason.MALFORMED
    assert len(str(raised.value)) < 500


def test_a_list_of_nothing_is_told_as_null() -> None:
    assert parse(success({"activeTargets": None}), WANTED, now=NOW).targets == ()
