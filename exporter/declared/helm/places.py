"""Which line of a chart declares a rendered object and its values.

Helm says which template an object is from. In it, the line of a value is that of its key, where
that stands there once and so can be no other.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from exporter.declared.checkout import Checkout
from exporter.declared.helm.chart import CHART, Chart
from exporter.declared.kinds import TRACED
from exporter.domain.json import Json, JsonObject, as_text
from exporter.domain.provenance import Place, Source

_KEY: Final = re.compile(r"^[ \t]*(?:-[ \t]+)?[\"']?([A-Za-z0-9_.$/-]+)[\"']?:(?:[ \t]|$)")
_KIND: Final = re.compile(r"^kind:[ \t]*[\"']?([A-Za-z]+)[\"']?")


@dataclass(frozen=True, slots=True)
class _Template:
    """The lines on which the keys of a file stand that stand there once, and those of kinds."""

    path: str
    keys: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Places:
    """Finds places in a *chart* of the *checkout*; those named *source*."""

    checkout: Checkout
    chart: Chart
    source: Source
    _known: dict[str, _Template] = field(default_factory=dict)
    _places: dict[tuple[str, int], Place] = field(default_factory=dict)

    def of(self, content: JsonObject, template: str) -> tuple[Place, Mapping[str, Place]]:
        """Return where an object of a *template* stands, and its values by JSON pointer."""
        if self.chart.place is not None:
            return self.chart.place, {}
        found = self._template(template)
        kind = as_text(content.get("kind"))
        place = self._place(found.path, found.kinds.get(kind, 1))
        if kind not in TRACED:
            return place, {}
        return place, dict(self._inside(content, "", found))

    def _inside(
        self, value: Json, pointer: str, template: _Template
    ) -> Iterator[tuple[str, Place]]:
        if isinstance(value, dict):
            for key, part in value.items():
                below = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
                line = template.keys.get(key)
                if line is not None:
                    yield below, self._place(template.path, line)
                yield from self._inside(part, below, template)
        elif isinstance(value, list):
            for at, part in enumerate(value):
                yield from self._inside(part, f"{pointer}/{at}", template)

    def _template(self, template: str) -> _Template:
        if template not in self._known:
            self._known[template] = self._read(template)
        return self._known[template]

    def _read(self, template: str) -> _Template:
        """Read a template of the chart; one that lies in an archive stands at the archive."""
        template = self.chart.file_of(template)
        data = self.chart.files.get(template)
        if data is None:
            return _Template(self._archive(template))
        lines = data.decode("utf-8", "replace").splitlines()
        keys = [(at, found[1]) for at, line in enumerate(lines, 1) if (found := _KEY.match(line))]
        counts = Counter(key for _, key in keys)
        kinds: dict[str, int] = {}
        for at, line in enumerate(lines, 1):
            found = _KIND.match(line)
            if found is not None:
                kinds.setdefault(found[1], at)
        once = {key: at for at, key in keys if counts[key] == 1}
        return _Template(self._path(template), once, kinds)

    def _archive(self, template: str) -> str:
        parts = template.split("/")
        name = parts[1] if len(parts) > 1 and parts[0] == "charts" else ""
        archives = (one for one in self.chart.files if one.startswith(f"charts/{name}-"))
        return self._path(next(archives, CHART) if name else CHART)

    def _path(self, inner: str) -> str:
        return posixpath.join(self.chart.path, inner)

    def _place(self, path: str, line: int) -> Place:
        key = path, line
        if key not in self._places:
            self._places[key] = self.checkout.place(self.source, path, line)
        return self._places[key]
