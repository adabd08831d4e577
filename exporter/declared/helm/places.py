"""Which line of a chart declares a rendered object and its values.

Helm says which template an object is from, and kind and name which document of it. In that, the
line of a value is that of its key, where that stands there once and so can be no other.
"""

import posixpath
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile
from typing import Final, Self

from exporter.declared.checkout import Checkout
from exporter.declared.helm.chart import CHART, Chart
from exporter.declared.kinds import TRACED
from exporter.domain.json import Json, JsonObject, as_text, dig
from exporter.domain.provenance import Place, Source

_KEY: Final = re.compile(r"^[ \t]*(?:-[ \t]+)?[\"']?([A-Za-z0-9_.$/-]+)[\"']?:(?:[ \t]|$)")
_KIND: Final = re.compile(r"^kind:[ \t]*[\"']?([A-Za-z]+)[\"']?")
_METADATA: Final = re.compile(r"^metadata:[ \t]*(?:#.*)?$")
_NAME: Final = re.compile(r"^([ \t]+)name:[ \t]*[\"']?(.*?)[\"']?[ \t]*(?:[ \t]#.*)?$")
_LONGEST: Final = 1000
_ACTION: Final = re.compile(r"\{\{.*?\}\}")
_END: Final = "---"


@dataclass(frozen=True, slots=True)
class _Document:
    """A document of a template: the lines of kinds, and of keys that stand in it once.

    *name* is what is literal of the name of its object, between templates.
    """

    kinds: Mapping[str, int]
    keys: Mapping[str, int]
    name: tuple[str, ...] = ("", "")

    @classmethod
    def of(cls, lines: Sequence[tuple[int, str]]) -> Self:
        """Return what the numbered *lines* of a document tell."""
        keys = [(at, found[1]) for at, line in lines if (found := _KEY.match(line))]
        counts = Counter(key for _, key in keys)
        kinds: dict[str, int] = {}
        for at, line in lines:
            if found := _KIND.match(line):
                kinds.setdefault(found[1], at)
        once = {key: at for at, key in keys if counts[key] == 1}
        return cls(kinds, once, _name([line for _, line in lines]))

    def makes(self, name: str) -> bool:
        """Tell whether an object of this *name* may come of it."""
        first, *between = self.name
        if not between:
            return name == first
        *between, last = between
        if not (name.startswith(first) and name[len(first) :].endswith(last)):
            return False
        at, end = len(first), len(name) - len(last)
        for part in between:
            found = name.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return True


def _name(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the literal parts of the name below ``metadata``; nothing is known of any other."""
    for above, line in enumerate(lines):
        if _METADATA.match(line):
            below = takewhile(lambda one: not one or one[0] in " #{", lines[above + 1 :])
            found = [one for text in below if (one := _NAME.match(text[:_LONGEST]))]
            name = min(found, key=lambda one: len(one[1]), default=None)  # not that of a label
            return tuple(_ACTION.split(name[2])) if name else ("", "")
    return "", ""


@dataclass(frozen=True, slots=True)
class _Template:
    """A file of a chart with its documents, if it is known."""

    path: str
    documents: Sequence[_Document] = ()

    def document(self, kind: str, name: str) -> _Document | None:
        """Return of which document an object can only be, if there is one."""
        fitting = [one for one in self.documents if kind in one.kinds]
        if len(fitting) > 1:
            fitting = [one for one in fitting if one.makes(name)]
        if len(fitting) > 1:
            fitting = [one for one in fitting if one.name == (name,)]
        return fitting[0] if len(fitting) == 1 else None


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
        document = found.document(kind, as_text(dig(content, "metadata", "name")))
        if document is None:
            return self._place(found.path, 1), {}
        place = self._place(found.path, document.kinds[kind])
        if kind not in TRACED:
            return place, {}
        lines = self._inside(content, "", document.keys)
        return place, {pointer: self._place(found.path, line) for pointer, line in lines}

    def _inside(
        self, value: Json, pointer: str, keys: Mapping[str, int]
    ) -> Iterator[tuple[str, int]]:
        if isinstance(value, dict):
            for key, part in value.items():
                below = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
                if key in keys:
                    yield below, keys[key]
                yield from self._inside(part, below, keys)
        elif isinstance(value, list):
            for at, part in enumerate(value):
                yield from self._inside(part, f"{pointer}/{at}", keys)

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
        lines = enumerate(data.decode("utf-8", "replace").splitlines(), 1)
        apart = groupby(lines, lambda one: one[1].startswith(_END))
        documents = [_Document.of(list(found)) for ends, found in apart if not ends]
        return _Template(self._path(template), documents)

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
