"""What kube-state-metrics says of nodes and pods."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from exporter.domain.monitoring.prometheus.kube_state import KubeStateNodes, KubeStatePods
from exporter.observed.prometheus import promql
from exporter.observed.prometheus.answers import Sample, Series
from exporter.observed.prometheus.api import Api

STEPS = 5
"""How many times within the settling time pods are counted."""


async def ask_nodes(api: Api) -> KubeStateNodes:
    """Return the nodes; raises :exc:`ReadError`. Several replicas tell each only once."""
    info = promql.selector("kube_node_info", api.labels)
    return parse_nodes(await api.query(f"group by (node) ({info})"))


def parse_nodes(samples: Iterable[Sample]) -> KubeStateNodes:
    """Return the nodes that *samples* name."""
    return KubeStateNodes(
        frozenset(sample.metric["node"] for sample in samples if "node" in sample.metric)
    )


async def ask_pods(api: Api, *, settle: timedelta, now: datetime) -> KubeStatePods:
    """Return how many pods each namespace had lately; raises :exc:`ReadError`.

    Several replicas tell of each pod only once. Those that have ended count on both sides.
    """
    info = promql.selector("kube_pod_info", api.labels)
    counted = f"count by (namespace) (group by (namespace, pod) ({info}))"
    end, seconds = now.timestamp(), settle.total_seconds()
    step = max(seconds / STEPS, 1.0)
    return parse_pods(await api.ask_range(counted, start=end - seconds, end=end, step=step))


def parse_pods(series: Iterable[Series]) -> KubeStatePods:
    """Return the fewest and most of each namespace; one that had none for a while has few: 0."""
    found = [(sample.metric.get("namespace", ""), sample.numbers) for sample in series]
    whole = max((len(numbers) for _, numbers in found), default=0)
    return KubeStatePods(
        {
            namespace: (0 if len(numbers) < whole else int(min(numbers)), int(max(numbers)))
            for namespace, numbers in sorted(found)
            if numbers
        }
    )
