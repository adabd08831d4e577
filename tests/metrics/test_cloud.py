from datetime import UTC, datetime

from exporter.domain.cloud import CloudCalls
from exporter.domain.facts import Facts
from exporter.metrics.exposition import render
from exporter.metrics.view import Process, View
from exporter.runtime.decisions import Decisions
from exporter.runtime.evaluate import evaluate

NOW = datetime(2025, 11, 12, tzinfo=UTC)


def exposed(facts: Facts) -> list[str]:
    made = evaluate([], facts=facts, decisions=Decisions(), sources=(), at=NOW)
    text, _ = map(b"".join, render(View(evaluation=made, process=Process(reloaded=NOW))))
    family = "cluster_conformance_cloud_"
    return [line for line in text.decode().splitlines() if line.startswith(family)]


def test_what_a_look_at_the_cloud_cost_is_shown() -> None:
    cost = CloudCalls(calls={"ec2:DescribeVpcs": 2}, budget=200, seconds=1.5)

    assert exposed(Facts({CloudCalls: cost})) == [
        "cluster_conformance_cloud_look_duration_seconds 1.5",
        'cluster_conformance_cloud_requests{action="ec2:DescribeVpcs"} 2.0',
        "cluster_conformance_cloud_requests_limit 200.0",
    ]


def test_where_no_cloud_is_looked_at_nothing_is_shown() -> None:
    assert exposed(Facts()) == []
