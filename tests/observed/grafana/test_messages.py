"""Grafana's answers are taken as they are meant; odd ones are trouble or failures, no crash."""

import json
from typing import Any

import pytest

from exporter.domain.errors import ReadError, Reason
from exporter.domain.monitoring.grafana import Asked, Told
from exporter.observed.endpoint import Reply
from exporter.observed.grafana.messages import (
    parse_alertmanager,
    parse_check,
    parse_dashboard,
    parse_datasource,
    parse_folder,
    parse_health,
    parse_hits,
    parse_results,
)

FRAME = {"schema": {"fields": []}, "data": {"values": [[1763000000000], [1]]}}
EMPTY = {"schema": {"fields": []}, "data": {"values": [[], []]}}
DEEP = b"[" * 100_000 + b"]" * 100_000
"""Deeper than any Python goes: 3.13 goes ten times as deep as 3.11."""


def reply(document: Any, status: int = 200) -> Reply:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Reply(status, body, "/api")


@pytest.mark.parametrize(
    ("result", "trouble"),
    [
        pytest.param({"status": 200, "frames": [FRAME]}, "", id="data"),
        pytest.param({"frames": [EMPTY, FRAME]}, "", id="some data, no status"),
        pytest.param({"status": 200, "frames": [EMPTY]}, "the query gives no data", id="empty"),
        pytest.param({"status": 200, "frames": []}, "the query gives no data", id="no frames"),
        pytest.param({"status": 200}, "the query gives no data", id="nothing"),
        pytest.param({"frames": [{}]}, "the query gives no data", id="frame without data"),
        pytest.param(
            {"status": 200, "frames": [{"data": {"values": [None]}}]},
            "the query gives no data",
            id="null",
        ),
        pytest.param({"frames": [FRAME], "error": "cut off"}, "cut off", id="data and an error"),
        pytest.param({"status": 502, "frames": [FRAME]}, "status 502", id="status within"),
    ],
)
def test_a_query_is_answered_by_data_without_an_error(result: Any, trouble: str) -> None:
    told = parse_results(reply({"results": {"A": result}}))

    assert told == Told(asked=Asked.QUERY, trouble=trouble)


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        pytest.param(reply({"message": "bad request data"}, 400),
                     "Grafana answered 400: bad request data", id="message"),
        pytest.param(reply(b"<html>", 502), "Grafana answered 502", id="page"),
        pytest.param(reply({"results": {}}, 400), "Grafana answered 400", id="no results"),
        pytest.param(reply({"results": []}), "Grafana answered 200", id="another shape"),
    ],
)  # fmt: skip
def test_what_is_no_result_is_trouble(answer: Reply, trouble: str) -> None:
    assert parse_results(answer).trouble == trouble


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        pytest.param(reply({"status": "OK", "message": "works"}), "", id="well"),
        pytest.param(reply({"status": "ERROR", "message": "no route"}, 400), "no route", id="ill"),
        pytest.param(reply({"status": "ERROR"}), "ERROR", id="ill within a 200"),
        pytest.param(reply({"status": "OK"}, 500), "OK", id="well within a 500"),
        pytest.param(reply({"message": "boom"}, 500), "Grafana answered 500: boom", id="broken"),
    ],
)
def test_a_health_check_is_passed_by_ok_alone(answer: Reply, trouble: str) -> None:
    assert parse_check(answer) == Told(asked=Asked.HEALTH, trouble=trouble)


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        pytest.param(reply({"cluster": {"status": "ready"}}), "", id="status"),
        pytest.param(reply({}), "malformed", id="no status"),
        pytest.param(reply(b"<html>"), "an HTML page came", id="page"),
        pytest.param(reply(b"Bad Gateway", 502), "Grafana answered 502", id="nobody"),
    ],
)
def test_an_alertmanager_answers_with_its_cluster(answer: Reply, trouble: str) -> None:
    told = parse_alertmanager(answer)

    assert trouble in told.trouble
    assert bool(told.trouble) is bool(trouble)


def test_a_datasource_without_further_data_is_one() -> None:
    document = {"name": "Prometheus", "uid": "p", "type": "prometheus", "jsonData": None}

    found = parse_datasource(reply(document))

    assert (found.name, found.default, found.implementation) == ("Prometheus", False, "")


def test_a_dashboard_in_no_folder_lies_in_none() -> None:
    document = {
        "dashboard": {"title": "Nodes"},
        "meta": {"folderTitle": "General", "folderUid": ""},
    }

    assert parse_dashboard(reply(document), uid="n").folder == ""


def test_folders_among_the_hits_are_no_dashboards() -> None:
    hits = [
        {"uid": "f", "title": "Folder", "type": "dash-folder"},
        {"uid": "d", "title": "Nodes", "type": "dash-db"},
    ]

    assert [one.uid for one in parse_hits(reply(hits))] == ["d"]


@pytest.mark.parametrize("status", [200, 503])
@pytest.mark.parametrize(
    "odd", [b"", b"<html>", b"null", b"7", b"[7]", b'{"database": 7}', b'{"uid": []}', b"\xff"]
)
def test_odd_answers_are_failures(odd: bytes, status: int) -> None:
    parses = (parse_health, parse_datasource, parse_folder, parse_hits)
    for parse in parses:
        with pytest.raises(ReadError) as caught:
            parse(reply(odd, status))
        assert caught.value.reason in {Reason.MALFORMED, Reason.UNAVAILABLE}


def test_an_answer_that_is_nested_too_deeply_is_told() -> None:
    odd = b'{"cluster": ' + DEEP + b"}"

    assert "500" in parse_alertmanager(reply(odd, 500)).trouble
    assert "recursion" in parse_alertmanager(reply(odd, 200)).trouble
