"""The exposition: one evaluation rendered once, for every scrape until the next."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector

from exporter.metrics.families import FAMILIES, PREFIX, Family
from exporter.metrics.view import View


class _Evaluated(Collector):
    """Hands the families of one view to prometheus_client's renderers."""

    def __init__(self, view: View) -> None:
        self._metrics = tuple(_metric(family, view) for family in FAMILIES)

    def collect(self) -> Iterator[Metric]:
        """Yield the families in their order."""
        yield from self._metrics


def _metric(family: Family, view: View) -> Metric:
    kind = CounterMetricFamily if family.type == "counter" else GaugeMetricFamily
    metric = kind(PREFIX + family.name, family.help, labels=family.labels)
    for labels, value in family.samples(view):
        metric.add_metric(labels, value)
    return metric


def render(view: View) -> tuple[bytes, bytes]:
    """Render *view* as text and as OpenMetrics, with the figures of this process beside it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Evaluated(view))
    ProcessCollector(registry=registry)
    text = generate_latest(registry)
    return text, openmetrics.generate_latest(registry)  # type: ignore[no-untyped-call]  # as it is
