"""Alertmanager's answers are taken as they are meant, and odd ones are refused without a quote."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from exporter.domain.errors import ReadError, Reason
from exporter.domain.monitoring.alertmanager import ActiveAlerts, Matcher, Silence
from exporter.observed.alertmanager.messages import (
    parse_alerts,
    parse_config,
    parse_receivers,
    parse_silences,
    parse_status,
)

STATUS: dict[str, Any] = {
    "cluster": {
        "name": "01M8",
        "peers": [{"address": "10.0.0.1:9094", "name": "01M8"}],
        "status": "ready",
    },
    "config": {"original": "route:\n  receiver: on-call\n"},
    "uptime": "2025-11-12T05:00:00.123Z",
    "versionInfo": {"branch": "HEAD", "revision": "0", "version": "0.28.1"},
}
SILENCE: dict[str, Any] = {
    "id": "c25853b7",
    "status": {"state": "active"},
    "updatedAt": "2025-11-12T05:00:00Z",
    "comment": "works",
    "createdBy": "kim",
    "startsAt": "2025-11-12T05:00:00Z",
    "endsAt": "2025-11-13T05:00:00Z",
    "matchers": [{"isEqual": False, "isRegex": True, "name": "alertname", "value": "A.*"}],
}


def alert(name: str, *silenced: str) -> dict[str, Any]:
    status = {"inhibitedBy": [], "silencedBy": list(silenced), "state": "active"}
    return {"labels": {"alertname": name}, "status": status}


def body(document: object) -> bytes:
    return json.dumps(document).encode()


def test_the_status_tells_version_start_and_members() -> None:
    status = parse_status(body(STATUS), ready=True)

    assert (status.version, status.cluster, status.ready) == ("0.28.1", "ready", True)
    assert status.peers == {"01M8"}
    assert status.started == datetime(2025, 11, 12, 5, 0, 0, 123000, tzinfo=UTC)


def test_one_that_stands_alone_has_no_members() -> None:
    alone = {**STATUS, "cluster": {"status": "disabled"}}

    status = parse_status(body(alone), ready=None)

    assert (status.cluster, status.peers) == ("disabled", frozenset())


CONFIG = """
receivers:
- name: on-call
  webhook_configs: [{url: "http://user:hunter2@hooks.test/"}]
  slack_configs: [{channel: ops}]
- name: "null"
- name: emptied
  email_configs: []
- 7
"""


def test_receivers_are_told_with_their_integrations_and_nothing_else() -> None:
    receivers = parse_receivers(CONFIG)

    assert receivers.integrations == {
        "on-call": ("slack", "webhook"),
        "null": (),
        "emptied": (),
        "": (),
    }
    assert "hunter2" not in repr(receivers)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        pytest.param("url: hunter2: [", "cannot be parsed, at line 1", id="no yaml"),
        pytest.param("hunter2", "lists no receivers", id="a text"),
        pytest.param("receivers: hunter2", "lists no receivers", id="no list"),
        pytest.param("# hunter2\n" * 200_000, "larger than 1 MiB", id="large"),
    ],
)
def test_a_configuration_that_cannot_be_read_is_not_quoted(config: str, said: str) -> None:
    with pytest.raises(ReadError) as caught:
        parse_receivers(config)

    assert said in caught.value.message
    assert "hunter2" not in str(caught.value)
    assert caught.value.reason is Reason.MALFORMED


def test_the_configuration_of_an_odd_status_is_not_quoted() -> None:
    with pytest.raises(ReadError) as caught:
        parse_config(body({"config": {"original": ["hunter2"]}}))

    assert "hunter2" not in str(caught.value)


def test_silences_keep_their_matchers_authors_and_ends() -> None:
    expired = {**SILENCE, "id": "old", "status": {"state": "expired"}}
    pending = {**SILENCE, "id": "a", "status": {"state": "pending"}}

    silences = parse_silences(body([SILENCE, expired, pending])).silences

    assert [one.id for one in silences] == ["a", "c25853b7"]
    assert silences[1] == Silence(
        id="c25853b7",
        matchers=(Matcher(name="alertname", value="A.*", regex=True, equal=False),),
        starts=datetime(2025, 11, 12, 5, tzinfo=UTC),
        ends=datetime(2025, 11, 13, 5, tzinfo=UTC),
        created_by="kim",
        comment="works",
    )


def test_a_matcher_that_does_not_say_otherwise_asks_for_equality() -> None:
    plain = {**SILENCE, "matchers": [{"name": "a", "value": "b"}]}

    (silence,) = parse_silences(body([plain])).silences

    assert silence.matchers == (Matcher(name="a", value="b", regex=False, equal=True),)


def test_alerts_are_counted_where_they_are_ours_or_the_watchdog() -> None:
    alerts = [
        alert("Watchdog", "x"),
        alert("ClusterConformanceNodeMissing", "s1", "s2"),
        alert("ClusterConformanceNodeMissing", "s1"),
        alert("Other", "s1"),
        {**alert(""), "labels": {}},
    ]

    active = parse_alerts(body(alerts), watchdog="Watchdog")

    assert active == ActiveAlerts(
        watchdog="Watchdog",
        counts={"Watchdog": 1, "ClusterConformanceNodeMissing": 2},
        silenced={"s1": 2, "s2": 1},
    )
    assert active.watchdog_arrives


def test_alerts_of_other_clusters_are_not_counted() -> None:
    here, there = alert("Watchdog"), alert("Watchdog")
    here["labels"]["cluster"], there["labels"]["cluster"] = "north", "south"

    def arrives(*alerts: dict[str, Any]) -> bool:
        told = body(list(alerts))
        return parse_alerts(told, watchdog="Watchdog", labels={"cluster": "north"}).watchdog_arrives

    assert arrives(here, there)
    assert not arrives(there, alert("Watchdog"))


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>", id="a page"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[1]", id="numbers"),
        pytest.param(b'{"cluster": {"status": 7}}', id="another type"),
        pytest.param(body([{**SILENCE, "endsAt": "tomorrow"}]), id="no instant"),
        pytest.param(body([{**SILENCE, "endsAt": "2025-11-13T05:00:00"}]), id="no time zone"),
        pytest.param(b'[{"labels": {"alertname": null}}]', id="no label"),
    ],
)
def test_odd_answers_are_failures(odd: bytes) -> None:
    parses = (
        lambda: parse_status(odd, ready=True),
        lambda: parse_config(odd),
        lambda: parse_silences(odd),
        lambda: parse_alerts(odd, watchdog="Watchdog"),
    )
    for parse in parses:
        with pytest.raises(ReadError) as caught:
            parse()
        assert caught.value.reason is Reason.MALFORMED
