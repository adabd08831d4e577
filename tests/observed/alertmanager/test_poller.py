"""Alertmanager is asked: real ones of two versions, and one that answers what it is told to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from exporter.domain.errors import Reason
from exporter.domain.monitoring.alertmanager import (
    ActiveAlerts,
    AlertmanagerReceivers,
    AlertmanagerStatus,
    Silences,
)
from exporter.observed.alertmanager.poller import AlertmanagerPoller
from exporter.observed.endpoint import Endpoint
from exporter.observed.polling import Answer
from exporter.settings.monitoring import AlertmanagerSettings
from tests.monitoring.alertmanager import VERSIONS, Alertmanager
from tests.programs import tool
from tests.real.processes import free_port

CONFIG: dict[str, Any] = {
    "route": {"receiver": "on-call"},
    "receivers": [
        {
            "name": "on-call",
            "webhook_configs": [{"url": "http://user:hunter2@127.0.0.1:1/"}],
        },
        {"name": "null"},
    ],
}
GRACE = 30.0


@asynccontextmanager
async def asking(url: str, **more: Any) -> AsyncIterator[AlertmanagerPoller]:
    settings = AlertmanagerSettings(url=url, **more)
    questions = AlertmanagerPoller(Endpoint(settings, folder=Path()), settings)
    try:
        yield questions
    finally:
        await questions.close()


async def until(questions: AlertmanagerPoller, kind: type, expected: Any) -> Answer:
    """Ask until the fact of this *kind* meets a condition."""
    async with asyncio.timeout(GRACE):
        while True:
            answer = await questions.ask()
            if kind in answer.facts and expected(answer.facts[kind]):
                return answer
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("program", VERSIONS)
async def test_a_real_one_tells_all_there_is_to_know(program: str) -> None:
    server = Alertmanager(CONFIG, program=tool(program))
    now = datetime.now(UTC)
    silence = {
        "matchers": [{"name": "alertname", "value": "ClusterConformance.*", "isRegex": True}],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(days=2)).isoformat(),
        "createdBy": "kim",
        "comment": "works",
    }
    names = ("ClusterConformanceNodeMissing", "Watchdog", "Other")

    async with server as url, asking(url) as questions:
        await server.post("/api/v2/alerts", [{"labels": {"alertname": name}} for name in names])
        made = await server.post("/api/v2/silences", silence)
        answer = await until(questions, ActiveAlerts, lambda told: told.silenced)

    status = answer.facts[AlertmanagerStatus]
    assert isinstance(status, AlertmanagerStatus)
    assert (status.ready, status.cluster, status.peers) == (True, "disabled", frozenset())
    assert status.version.startswith("0.")
    assert status.started is not None
    assert abs(datetime.now(UTC) - status.started) < timedelta(minutes=2)
    assert answer.facts[AlertmanagerReceivers] == AlertmanagerReceivers(
        {"on-call": ("webhook",), "null": ()}
    )
    silences = answer.facts[Silences]
    assert isinstance(silences, Silences)
    assert [str(one.matchers[0]) for one in silences.silences] == [
        'alertname=~"ClusterConformance.*"'
    ]
    assert answer.facts[ActiveAlerts] == ActiveAlerts(
        watchdog="Watchdog",
        counts={"ClusterConformanceNodeMissing": 1, "Watchdog": 1},
        silenced={made["silenceID"]: 1},
    )
    assert answer.items == {"receivers": 2, "silences": 1}
    assert answer.gaps == {}
    assert "hunter2" not in repr(answer)


@pytest.mark.parametrize("program", VERSIONS)
async def test_the_members_of_a_real_cluster_are_counted(program: str) -> None:
    gossip = f"127.0.0.1:{free_port()}"
    first = Alertmanager(CONFIG, program=tool(program), cluster=gossip)
    second = Alertmanager(
        CONFIG,
        program=tool(program),
        cluster=f"127.0.0.1:{free_port()}",
        flags=(f"--cluster.peer={gossip}",),
    )

    async with first as url, second, asking(url) as questions:
        answer = await until(questions, AlertmanagerStatus, lambda told: len(told.peers) == 2)

    status = answer.facts[AlertmanagerStatus]
    assert isinstance(status, AlertmanagerStatus)
    assert status.cluster in {"settling", "ready"}


STATUS = {
    "cluster": {"status": "ready", "peers": []},
    "config": {"original": "receivers: [{name: a, email_configs: [{to: x}]}]"},
    "uptime": "2025-11-12T05:00:00Z",
    "versionInfo": {"version": "0.28.1"},
}
GOOD: dict[str, tuple[int, Any]] = {
    "/-/ready": (200, "OK"),
    "/api/v2/status": (200, STATUS),
    "/api/v2/silences": (200, []),
    "/api/v2/alerts": (200, []),
}


@asynccontextmanager
async def scripted(answers: dict[str, tuple[int, Any]]) -> AsyncIterator[str]:
    """Serve *answers* by path, below a prefix."""

    async def answer(request: web.Request) -> web.Response:
        status, document = answers[request.path.removeprefix("/alertmanager")]
        if isinstance(document, str):
            return web.Response(status=status, text=document)
        return web.json_response(document, status=status)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/alertmanager"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("status", "ready"),
    [
        pytest.param(200, True, id="ready"),
        pytest.param(503, False, id="not ready"),
        pytest.param(404, None, id="no such route"),
        pytest.param(401, None, id="not for us"),
    ],
)
async def test_readiness_is_what_its_own_route_says(status: int, *, ready: bool | None) -> None:
    async with (
        scripted({**GOOD, "/-/ready": (status, "said")}) as url,
        asking(url) as questions,
    ):
        answer = await questions.ask()

    told = answer.facts[AlertmanagerStatus]
    assert isinstance(told, AlertmanagerStatus)
    assert told.ready is ready


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        pytest.param("/api/v2/status", {AlertmanagerStatus, AlertmanagerReceivers}, id="status"),
        pytest.param("/api/v2/silences", {Silences}, id="silences"),
        pytest.param("/api/v2/alerts", {ActiveAlerts}, id="alerts"),
    ],
)
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param((403, "no"), Reason.FORBIDDEN, id="forbidden"),
        pytest.param((500, "broken"), Reason.UNAVAILABLE, id="broken"),
        pytest.param((200, "<html>"), Reason.MALFORMED, id="login page"),
    ],
)
async def test_a_refused_question_hides_only_what_it_would_have_told(
    path: str, hidden: set[type], answer: tuple[int, Any], reason: Reason
) -> None:
    async with scripted({**GOOD, path: answer}) as url, asking(url) as questions:
        told = await questions.ask()

    assert set(told.gaps) == hidden
    assert set(told.facts) == set(AlertmanagerPoller.kinds) - hidden
    assert {failure.reason for failure in told.gaps.values()} == {reason}


async def test_a_configuration_that_changes_is_read_again() -> None:
    answers = dict(GOOD)
    async with scripted(answers) as url, asking(url) as questions:
        first, again = [(await questions.ask()).facts[AlertmanagerReceivers] for _ in range(2)]
        config = {"original": "receivers: [{name: b}]"}
        answers["/api/v2/status"] = (200, {**STATUS, "config": config})
        other = (await questions.ask()).facts[AlertmanagerReceivers]

    assert again is first
    assert other == AlertmanagerReceivers({"b": ()})


async def test_the_watchdog_may_have_any_name() -> None:
    asked: list[str] = []

    async def note(request: web.Request) -> web.Response:
        asked.append(request.query.get("filter", ""))
        return web.json_response([])

    app = web.Application()
    app.router.add_get("/{path:.*}", note)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with asking(url, watchdog='Dead"Man') as questions:
            await questions.ask()
    finally:
        await runner.cleanup()

    assert 'alertname=~"Dead.Man|ClusterConformance.*|DriftAlertsSilenced"' in asked
