"""What the exporter's own series tell of the processes before this one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from exporter.domain.errors import ReadError
from exporter.domain.finding import Subject
from exporter.domain.recollection import FailureOnce, Recollection, Scope
from exporter.observed.endpoint import Endpoint
from exporter.observed.prometheus import recall as recalling
from exporter.observed.prometheus.api import Api
from exporter.observed.prometheus.recall import recall
from exporter.settings.monitoring import PrometheusSettings
from tests.monitoring.prometheus import Prometheus, answering, scrape
from tests.observed.prometheus.scripted import NOW, Scripted, Server, by_query, vector
from tests.programs import tool

AT = datetime.fromtimestamp(NOW, UTC)
SCOPE = Scope("prod", "https://git.example.org/iac.git")
TARGET = {"job": "conformance", "instance": "10.0.0.7:10799"}
OTHER = {"job": "conformance", "instance": "10.0.0.8:10799"}
NODE = ("node_present", Subject("Node", "", "a"))
POD = ("workload_ready", Subject("Deployment", "api", "chat"))


def scope(target: dict[str, str], *, whose: Scope = SCOPE) -> dict[str, str]:
    cluster, declaration = whose.labels
    return {**target, "cluster_name": cluster, "declaration": declaration}


def failure(target: dict[str, str], key: tuple[str, Subject]) -> dict[str, str]:
    check, subject = key
    return {
        **target,
        "layer": "infrastructure",
        "check": check,
        "severity": "critical",
        "object_kind": subject.kind,
        **({"object_namespace": subject.namespace} if subject.namespace else {}),
        "object_name": subject.name,
    }


def answers(**given: Scripted) -> dict[str, Scripted]:
    """Return the answers by query; by default a node fails, and a Deployment did."""
    usual = {
        "min_over_time": vector((scope(TARGET), NOW - 7200)),
        "max_over_time(timestamp(cluster_conformance_scope": vector(),
        "timestamp(cluster_conformance_scope": vector((scope(TARGET), NOW - 30)),
        "last_over_time": vector(
            (failure(TARGET, NODE), NOW - 3600), (failure(TARGET, POD), NOW - 1800)
        ),
        "max_over_time": vector(
            (failure(TARGET, NODE), NOW - 30), (failure(TARGET, POD), NOW - 600)
        ),
        "finding_since": vector((failure(TARGET, NODE), NOW - 3600)),
    }
    return usual | given


async def ask(script: dict[str, Scripted], *, now: datetime = AT) -> Recollection | None:
    async with Server({"/api/v1/query": by_query(script)}) as server:
        return await asked(server.url, now=now)


async def asked(url: str, *, now: datetime) -> Recollection | None:
    settings = PrometheusSettings(url=url, timeout="5s")
    api = Api(Endpoint(settings, folder=Path()), labels={})
    try:
        return await recall(api, SCOPE, now=now)
    finally:
        await api.close()


async def test_failures_are_as_old_as_their_series_tell_and_others_ended() -> None:
    found = await ask(answers())

    assert found == Recollection(
        since=AT - timedelta(hours=2),
        until=AT - timedelta(seconds=30),
        failing={NODE: AT - timedelta(hours=1)},
        ended=(
            FailureOnce(*POD, since=AT - timedelta(minutes=30), seen=AT - timedelta(minutes=10)),
        ),
    )


async def test_of_two_replicas_the_one_that_saw_it_first_counts() -> None:
    script = answers(
        **{
            "timestamp(cluster_conformance_scope": vector(
                (scope(TARGET), NOW - 30), (scope(OTHER), NOW - 20)
            ),
            "finding_since": vector(
                (failure(TARGET, NODE), NOW - 60), (failure(OTHER, NODE), NOW - 3600)
            ),
        }
    )

    found = await ask(script)

    assert found
    assert (found.until, found.failing) == (
        AT - timedelta(seconds=20),
        {NODE: AT - timedelta(hours=1)},
    )


async def test_failures_that_another_clusters_exporter_tells_are_none_of_ours() -> None:
    script = answers(
        finding_since=vector((failure(TARGET, NODE), NOW - 3600), (failure(OTHER, POD), NOW - 60))
    )

    found = await ask(script)

    assert found
    assert set(found.failing) == {NODE}


async def test_after_an_outage_the_last_samples_of_the_day_count() -> None:
    script = answers(
        **{
            "max_over_time(timestamp(cluster_conformance_scope": vector(
                (scope(TARGET), NOW - 20_000)
            ),
            "timestamp(cluster_conformance_scope": vector(),
        }
    )

    found = await ask(script)

    assert found
    assert found.until == AT - timedelta(seconds=20_000)


async def test_no_instant_lies_after_the_last_sample() -> None:
    found = await ask(answers(finding_since=vector((failure(TARGET, NODE), NOW + 5000))))

    assert found
    assert found.failing == {NODE: found.until}


@pytest.mark.parametrize(
    ("whose", "now", "why"),
    [
        pytest.param(Scope("dev", SCOPE.declaration), AT, "other .* 'dev'", id="cluster"),
        pytest.param(Scope("prod", "/git"), AT, "other declarations", id="declaration"),
        pytest.param(SCOPE, AT - timedelta(minutes=5), "of the future", id="future"),
    ],
)
async def test_what_does_not_fit_is_refused_with_the_reason(
    whose: Scope, now: datetime, why: str
) -> None:
    samples = vector((scope(TARGET, whose=whose), NOW - 30))
    script = answers(
        **{
            "max_over_time(timestamp(cluster_conformance_scope": samples,
            "timestamp(cluster_conformance_scope": samples,
        }
    )

    with pytest.raises(ReadError, match=why):
        await ask(script, now=now)


async def test_a_prometheus_that_knows_nobody_is_no_error() -> None:
    assert await ask({}) is None


async def test_more_series_than_are_read_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalling, "MOST", 1)

    with pytest.raises(ReadError, match="2 series of failures"):
        await ask(answers())


@pytest.mark.parametrize("value", ["NaN", "+Inf", "1e300", "-1e300"])
async def test_a_value_that_is_no_instant_is_no_memory(value: str) -> None:
    found = await ask(answers(finding_since=vector((failure(TARGET, NODE), float(value)))))

    assert found
    assert not found.failing


@asynccontextmanager
async def exposition(text: str) -> AsyncIterator[str]:
    """Serve *text* as metrics, and yield where."""
    app = web.Application()

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text=text)

    app.router.add_get("/metrics", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"{host}:{port}"
    finally:
        await runner.cleanup()


def _line(name: str, labels: dict[str, str], value: float) -> str:
    shown = ",".join(f'{key}="{text}"' for key, text in labels.items())
    return f"cluster_conformance_{name}{{{shown}}} {value}\n"


async def test_a_real_prometheus_tells_it() -> None:
    text = _line("scope_info", scope({}), 1) + _line(
        "finding_since_timestamp_seconds", failure({}, NODE), NOW
    )
    async with exposition(text) as address:
        config: Any = {"scrape_configs": [scrape("conformance", address)]}
        async with Prometheus(config, program=tool("prometheus")) as url:
            query = f"{url}/api/v1/query?query=cluster_conformance_scope_info"
            await answering(query, lambda answer: answer["data"]["result"])

            found = await asked(url, now=datetime.now(UTC))

    assert found
    assert found.failing == {NODE: AT}
