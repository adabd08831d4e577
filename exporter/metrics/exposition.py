"""The exposition: one evaluation rendered once, for every scrape until the next.

Our own families are written here and not by prometheus_client, which takes 1.4 s for the 58,000
series of a large cluster (docs/performance.md); both formats have the same lines of samples.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import zip_longest

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.utils import floatToGoString

from exporter.metrics.chunks import Chunk, Chunked, Sample
from exporter.metrics.families import FAMILIES
from exporter.metrics.family import PREFIX, Family
from exporter.metrics.view import View

_number = lru_cache(maxsize=1 << 12)(floatToGoString)


class Lines:
    """The lines of samples, remembered by family and chunk: what has not changed stays as it is."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[str, list[tuple[Chunk, bytes]]] = {}

    def of(self, family: Family, view: View) -> list[bytes]:
        """Return the lines of all samples of *family*, in pieces."""
        if not isinstance(family.samples, Chunked):
            return [_lines(family, family.samples(view))]
        last = self._known.get(family.name, [])
        self._known[family.name] = made = [
            known
            if known and chunk.follows_from(known[0].sources)
            else (chunk, _lines(family, chunk.samples()))
            for chunk, known in zip_longest(family.samples.chunks(view), last)
            if chunk
        ]
        return [lines for _, lines in made]


def render(view: View, lines: Lines | None = None) -> tuple[list[bytes], list[bytes]]:
    """Render *view* as text and as OpenMetrics, with the figures of this process beside it.

    Both come in pieces, which share the lines of samples. *lines* are those of the last time,
    where there are any.
    """
    lines = lines or Lines()
    text: list[bytes] = []
    metrics: list[bytes] = []
    for family in FAMILIES:
        samples = lines.of(family, view)
        name = PREFIX + family.name
        text += [_head(family, name, escaped=_line(family.help)), *samples]
        other = name.removesuffix("_total")
        metrics += [_head(family, other, escaped=_value(family.help)), *samples]
    process = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=process)
    text.append(generate_latest(process))
    metrics.append(openmetrics.generate_latest(process))  # type: ignore[no-untyped-call]  # as it is
    return text, metrics


def _head(family: Family, name: str, *, escaped: str) -> bytes:
    return f"# HELP {name} {escaped}\n# TYPE {name} {family.type}\n".encode()


def _lines(family: Family, samples: Iterable[Sample]) -> bytes:
    """Return the lines of *samples*, labels by name."""
    order = sorted(range(len(family.labels)), key=family.labels.__getitem__)
    labels = ",".join(f'{family.labels[i]}="%s"' for i in order)
    line = f"{PREFIX}{family.name}{'{' * bool(labels)}{labels}{'}' * bool(labels)} %s\n"
    return "".join(
        [line % (*[_value(values[i]) for i in order], _number(value)) for values, value in samples]
    ).encode()


def _line(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _value(text: str) -> str:
    return _line(text).replace('"', r"\"")
