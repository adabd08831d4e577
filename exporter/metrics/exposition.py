"""The exposition: one evaluation rendered once, for every scrape until the next.

Our own families are written here and not by prometheus_client, which takes 1.4 s for the 58,000
series of a large cluster (docs/performance.md); both formats have the same lines of samples.
"""

from functools import lru_cache

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.utils import floatToGoString

from exporter.metrics.families import FAMILIES, PREFIX, Family
from exporter.metrics.view import View

_number = lru_cache(maxsize=1 << 12)(floatToGoString)


def render(view: View) -> tuple[bytes, bytes]:
    """Render *view* as text and as OpenMetrics, with the figures of this process beside it."""
    text: list[bytes] = []
    metrics: list[bytes] = []
    for family in FAMILIES:
        samples = _samples(family, view)
        name = PREFIX + family.name
        text += _head(family, name, escaped=_line(family.help)), samples
        metrics += _head(family, name.removesuffix("_total"), escaped=_value(family.help)), samples
    process = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=process)
    text.append(generate_latest(process))
    metrics.append(openmetrics.generate_latest(process))  # type: ignore[no-untyped-call]  # as it is
    return b"".join(text), b"".join(metrics)


def _head(family: Family, name: str, *, escaped: str) -> bytes:
    return f"# HELP {name} {escaped}\n# TYPE {name} {family.type}\n".encode()


def _samples(family: Family, view: View) -> bytes:
    """Return the lines of all samples, labels by name."""
    order = sorted(range(len(family.labels)), key=family.labels.__getitem__)
    labels = ",".join(f'{family.labels[i]}="%s"' for i in order)
    line = f"{PREFIX}{family.name}{'{' * bool(labels)}{labels}{'}' * bool(labels)} %s\n"
    return "".join(
        [
            line % (*[_value(values[i]) for i in order], _number(value))
            for values, value in family.samples(view)
        ]
    ).encode()


def _line(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _value(text: str) -> str:
    return _line(text).replace('"', r"\"")
