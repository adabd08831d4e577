"""A new process begins with what the series of the last one tell, where Prometheus has them."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exporter.app.recall import newer
from exporter.app.service import ServeOptions, Service
from exporter.domain.clock import Clock
from exporter.domain.evaluation import Evaluation
from exporter.domain.finding import Verdict
from exporter.domain.recollection import MemoryKind, MemoryOrigin
from exporter.runtime.past import Past
from tests.monitoring.prometheus import Prometheus, answering, scrape
from tests.observed.prometheus.test_recall import exposition
from tests.programs import tool

SETTINGS = """
repository: {path: .}
cluster: prod
declared: {inventory: {nodes: [{name: a}]}}
observed: {snapshot: cluster.json, prometheus: {url: "URL"}}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    (tmp_path / "cluster.json").write_text('{"kind": "NodeList", "items": []}')
    return tmp_path / "conformance.yaml"


def service(settings: Path, *, url: str, at: datetime) -> Service:
    settings.write_text(SETTINGS.replace("URL", url))
    clock = Clock(wall=lambda: at, boot=lambda: 0.0)
    return Service(ServeOptions(settings=settings, addresses=()), clock=clock)


async def looked(made: Service) -> Evaluation:
    await made.recall()
    return await made.look(made.clock.now())


def since(outcome: Evaluation) -> datetime | None:
    (missing,) = outcome.by_check["node_present"]
    assert missing.verdict is Verdict.FAIL
    return missing.since


async def test_what_one_process_exposed_another_one_remembers(settings: Path) -> None:
    now = datetime.now(UTC)
    began = now - timedelta(hours=3)
    first = service(settings, url="http://127.0.0.1:1", at=began)
    text = first.prepare(await looked(first)).text.unpack().decode()

    async with exposition(text) as address:
        config = {"scrape_configs": [scrape("conformance", address)]}
        async with Prometheus(config, program=tool("prometheus")) as url:
            query = f"{url}/api/v1/query?query=cluster_conformance_scope_info"
            await answering(query, lambda answer: answer["data"]["result"])
            outcome = await looked(service(settings, url=url, at=datetime.now(UTC)))

    found = since(outcome)
    assert found
    assert abs(found - began) < timedelta(seconds=1)
    assert outcome.memory.kind is MemoryKind.PROMETHEUS


async def test_a_prometheus_that_is_away_delays_nothing_and_is_said(
    settings: Path, caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime.now(UTC)

    with caplog.at_level(logging.WARNING):
        outcome = await looked(service(settings, url="http://127.0.0.1:1", at=now))

    assert since(outcome) == now
    assert outcome.memory == MemoryOrigin()
    assert "nothing is remembered from Prometheus" in caplog.text


@pytest.mark.parametrize(
    ("file", "series", "kept"),
    [
        pytest.param(None, None, MemoryKind.NONE, id="neither"),
        pytest.param(None, 0, MemoryKind.PROMETHEUS, id="no-file"),
        pytest.param(0, None, MemoryKind.FILE, id="no-series"),
        pytest.param(30, 0, MemoryKind.FILE, id="both"),
        pytest.param(300, 0, MemoryKind.PROMETHEUS, id="old-file"),
    ],
)
def test_the_newer_memory_counts_and_of_both_the_file_which_knows_more(
    file: int | None, series: int | None, kept: MemoryKind
) -> None:
    now = datetime(2025, 11, 12, 5, 30, tzinfo=UTC)

    def past(kind: MemoryKind, age: int | None) -> Past:
        until = None if age is None else now - timedelta(minutes=age)
        return Past(origin=MemoryOrigin(kind if until else MemoryKind.NONE, until))

    found = newer(
        past(MemoryKind.FILE, file), None if series is None else past(MemoryKind.PROMETHEUS, series)
    )

    assert found.origin.kind is kept
